#include "local/cloudwatch/rds_metrics.h"

#include "local/place.h"

namespace aurora::local::cloudwatch {
namespace {

constexpr auto kMeasureEvery = std::chrono::minutes(1);

}  // namespace

RdsMetrics::RdsMetrics(Clock& clock, Servers servers, MetricSink& sink, Log log, ServerLoad load)
    : clock_(clock),
      servers_(std::move(servers)),
      sink_(sink),
      log_(std::move(log)),
      load_(std::move(load)) {}

void RdsMetrics::start() {
  worker_ = std::jthread([this](const std::stop_token& stop) {
    do try {
        measure();
      } catch (const std::exception& failure) {
        log_.warning("The database servers could not be measured", {{"reason", failure.what()}});
      }
    while (clock_.sleep_for(kMeasureEvery, stop));
  });
}

void RdsMetrics::stop() {
  worker_ = {};
}

void RdsMetrics::record(const RdsService::RunningServer& server, const char* name, const char* unit,
                        double value) {
  const std::string region(region_of(server.place));
  const auto one = [&](Dimensions dimensions) {
    sink_.record(region, datum({"AWS/RDS", name, std::move(dimensions)}, unit, clock_.now(), value));
  };
  for (const auto& [instance, is_writer] : server.instances) {
    one({{"DBInstanceIdentifier", instance}});
    one({{"DBClusterIdentifier", server.cluster}, {"Role", is_writer ? "WRITER" : "READER"}});
  }
  one({{"DBClusterIdentifier", server.cluster}});
}

void RdsMetrics::measure() {
  std::map<int, Seen> seen;
  for (const RdsService::RunningServer& server : servers_()) {
    // Metrics are kept for one account.
    if (account_of(server.place) != kAccountId) continue;
    const int process = load_.server_of(server.directory);
    if (process == 0) continue;
    const Seen now{load_.cpu_seconds(process), clock_.monotonic()};
    const auto before = seen_.find(process);
    if (before != seen_.end() && now.when > before->second.when) {
      const std::chrono::duration<double> passed = now.when - before->second.when;
      const double used = std::max(0.0, now.cpu_seconds - before->second.cpu_seconds);
      record(server, "CPUUtilization", "Percent", 100 * used / passed.count() / load_.processors());
    }
    seen[process] = now;
    record(server, "FreeableMemory", "Bytes", load_.available_memory());
    record(server, "DatabaseConnections", "Count", load_.connections(server.address, server.port));
  }
  seen_ = std::move(seen);
}

}  // namespace aurora::local::cloudwatch
