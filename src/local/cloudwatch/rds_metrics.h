// The metrics of AWS/RDS, measured once a minute from the servers behind available instances:
// CPUUtilization (percent of the machine), FreeableMemory (what the machine could give), DatabaseConnections.
// One server stands for all instances of a cluster, so they all show what it shows.
// https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
#pragma once
#include <functional>
#include <map>
#include <thread>

#include "base/log.h"
#include "local/cloudwatch/metric.h"
#include "local/cloudwatch/server_load.h"
#include "local/rds.h"

namespace aurora::local::cloudwatch {

class RdsMetrics {
 public:
  using Servers = std::function<std::vector<RdsService::RunningServer>()>;

  RdsMetrics(Clock& clock, Servers servers, MetricSink& sink, Log log, ServerLoad load = ServerLoad("/proc"));
  void start();
  void stop();

  // Once; CPUUtilization needs a look before.
  void measure();

 private:
  struct Seen {
    double cpu_seconds;
    Duration when;
  };
  void record(const RdsService::RunningServer& server, const char* name, const char* unit, double value);

  Clock& clock_;
  const Servers servers_;
  MetricSink& sink_;
  const Log log_;
  const ServerLoad load_;
  std::map<int, Seen> seen_;  // by process
  std::jthread worker_;
};

}  // namespace aurora::local::cloudwatch
