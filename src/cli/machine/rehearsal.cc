#include "cli/machine/rehearsal.h"

#include <fmt/format.h>

#include <random>

#include "base/dates.h"

namespace aurora::cli {
namespace {

class SeededHost final : public asl::Host {
 public:
  explicit SeededHost(std::uint64_t seed) : engine_(seed) {}
  // 53 bits, as many as a double has.
  double random() override { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  std::string uuid() override {
    const std::uint64_t a = engine_();
    const std::uint64_t b = engine_();
    return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", a >> 32, (a >> 16) & 0xFFFF, a & 0xFFF,
                       0x8000 | (b >> 48 & 0x3FFF), b & 0xFFFFFFFFFFFF);
  }
  std::string task_token(int strand, std::int64_t ticket) override {
    return fmt::format("token-{}-{}", strand, ticket);
  }

 private:
  std::mt19937_64 engine_;
};

std::unique_ptr<asl::Host> host_for(const RehearsalOptions& options) {
  if (options.seed) return std::make_unique<SeededHost>(*options.seed);
  return std::make_unique<asl::FixedHost>();
}

asl::ExecutionIdentity identity_of(const RehearsalOptions& options) {
  constexpr char kArn[] = "arn:aws:states:us-east-1:123456789012";
  return {.arn = fmt::format("{}:execution:{}:rehearsal", kArn, options.name),
          .name = "rehearsal",
          .machine_arn = fmt::format("{}:stateMachine:{}", kArn, options.name),
          .machine_name = options.name,
          .role_arn = "arn:aws:iam::123456789012:role/rehearsal",
          .region = "us-east-1",
          .start_time = options.start_time};
}

}  // namespace

Rehearsal rehearse(const Json& definition, const Json& input, Mocks& mocks, const RehearsalOptions& options) {
  Rehearsal rehearsal;
  rehearsal.start = rehearsal.end = options.start_time;
  const asl::SimulationOptions simulation{
      .identity = identity_of(options),
      .answer = [&](const std::string& state, const asl::TaskStart&) { return mocks.next(state); },
      .observe =
          [&](const std::vector<asl::Event>& events) {
            for (const asl::Event& event : events) {
              rehearsal.events.push_back(asl::event_to_json(event, true));
              rehearsal.end = event.time;
            }
          }};
  const std::unique_ptr<asl::Host> host = host_for(options);
  try {
    asl::Simulation result =
        asl::simulate(asl::Machine::compile(definition), asl::Value::of(input), simulation, *host);
    rehearsal.status = result.status;
    rehearsal.output = std::move(result.output);
    rehearsal.error = std::move(result.error);
    rehearsal.cause = std::move(result.cause);
    rehearsal.end = result.end;
  } catch (const Error& error) {
    if (error.name() != "MockMissing") throw;
    rehearsal.problem = error;
  }
  return rehearsal;
}

Json rehearsal_json(const Rehearsal& rehearsal) {
  Json json = {{"status", asl::status_name(rehearsal.status)},
               {"startDate", format_iso_millis(rehearsal.start)},
               {"stopDate", format_iso_millis(rehearsal.end)}};
  if (rehearsal.status == asl::ExecutionStatus::kSucceeded) json["output"] = rehearsal.output;
  if (rehearsal.error) json["error"] = *rehearsal.error;
  if (rehearsal.cause) json["cause"] = *rehearsal.cause;
  json["events"] = rehearsal.events;
  return json;
}

}  // namespace aurora::cli
