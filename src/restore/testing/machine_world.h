// A whole restore as it runs on AWS: the state machine's file under the interpreter, the real steps as its
// functions, and RDS with durations of its own, all on virtual time. What it costs is counted.
#pragma once
#include <functional>
#include <map>
#include <numeric>

#include "asl/simulation.h"
#include "restore/definition.h"
#include "restore/swap.h"
#include "restore/testing/step_world.h"

namespace aurora::restore::testing {

// Calls of RDS that go through, counted by step and operation; what they show may be changed on its way.
class CountingApi final : public aws::Api {
 public:
  using Change = std::function<void(std::string_view operation, Json& answer)>;
  explicit CountingApi(aws::Api& real) : real_(real) {}

  Json call(std::string_view service, std::string_view region, std::string_view operation,
            const Json& input) override;
  int rds_calls() const;
  // "step operation" and how often.
  const std::map<std::string, int>& by_operation() const { return calls_; }
  void clear() { calls_.clear(); }
  void begin_step(const std::string& step) { step_ = step; }
  void change_answers(Change change) { change_ = std::move(change); }

 private:
  aws::Api& real_;
  mutable std::mutex mutex_;  // the preflight looks at several things at once
  std::map<std::string, int> calls_;
  std::string step_;
  Change change_;
};

// From the moment at which RDS began to work until it had nothing left to do, and from then to the look that
// saw it.
struct MeasuredWait {
  std::string what;  // "copy", "deletion", "restore", "instances", "settings"
  double seconds = 0;
  double dead_seconds = 0;
};

struct MeasuredRestore {
  asl::ExecutionStatus status = asl::ExecutionStatus::kRunning;
  std::string error;
  int transitions = 0;  // as AWS bills them: states entered, and repetitions by Retry
  int invocations = 0;
  int rds_calls = 0;
  std::map<std::string, int> by_operation;
  std::vector<MeasuredWait> waits;
  double seconds = 0;

  // The mean over waits of dead time by length.
  double dead_share() const;
};

class MachineWorld : public StepWorld {
 public:
  struct Options {
    local::rds::Pace pace = {};
    std::uint64_t gib = 700;
    Json settings = Json::object();
    bool old_cluster = true;  // that holds the target's name
    std::int64_t timeout_seconds = 7200;
  };
  explicit MachineWorld(Options options);
  void TestBody() override {}

  MeasuredRestore run(const std::string& operation_id);
  // An operation of the past.
  void remember(const Json& item) { aws::DynamoDb(api, names.region).put(names.state_table(), item); }

  using StepWorld::operations;
  using StepWorld::settle;
  CountingApi counted{api};

 private:
  void pass_until(TimePoint when);
  asl::SimulatedAnswer invoke(const std::string& state, const asl::TaskStart& task);
  void note_look();

  const Options options_;
  StepRunner counted_runner_{{.api = counted,
                              .databases = databases,
                              .clock = clock,
                              .log = log,
                              .environment = [](const std::string&) { return std::nullopt; },
                              .names = names}};
  MeasuredRestore measured_;
  std::optional<TimePoint> busy_since_;
  std::optional<TimePoint> idle_at_;
  std::string awaited_;
};

inline double seconds_of(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

// verify_restore and setup_db_users without a database: waits are not about what they do there.
inline StepResult pass_verification(StepContext& context) {
  context.operation.state()["verified"] = true;
  if (auto waiting = exchange_names(context)) return *waiting;
  return {
      .message = "verified", .fields = Json::object(), .next_step = "notify_completion", .retry_after = {}};
}

inline StepResult pass_users(StepContext&) {
  return {.message = "users are set up",
          .fields = Json::object(),
          .next_step = "verify_restore",
          .retry_after = {}};
}

inline const Step& step_named(const std::string& name) {
  static constexpr Step kVerify{"verify_restore", "", pass_verification};
  static constexpr Step kUsers{"setup_db_users", "", pass_users};
  if (name == kVerify.name) return kVerify;
  return name == kUsers.name ? kUsers : *find_step(name);
}

inline std::string what_is_awaited(const std::string& step, const Json& answer) {
  if (step == "copy_snapshot" || step == "check_copy_status") return "copy";
  if (step == "delete_rds") return "deletion";
  if (step != "check_restore_status") return "restore";
  if (string_or(answer, "cluster_status", "") == "resetting-master-credentials") return "settings";
  const std::string message = string_or(answer, "message", "");
  return message.find("instance") != std::string::npos ? "instances" : "restore";
}

inline Json CountingApi::call(std::string_view service, std::string_view region, std::string_view operation,
                              const Json& input) {
  if (service != "rds") return real_.call(service, region, operation, input);
  {
    const std::lock_guard lock(mutex_);
    ++calls_[step_ + " " + std::string(operation)];
  }
  Json answer = real_.call(service, region, operation, input);
  if (change_) change_(operation, answer);
  return answer;
}

inline int CountingApi::rds_calls() const {
  return std::accumulate(calls_.begin(), calls_.end(), 0,
                         [](int sum, const auto& entry) { return sum + entry.second; });
}

inline double MeasuredRestore::dead_share() const {
  double sum = 0;
  for (const MeasuredWait& wait : waits) sum += wait.dead_seconds / wait.seconds;
  return waits.empty() ? 0 : sum / static_cast<double>(waits.size());
}

inline MachineWorld::MachineWorld(Options options)
    : StepWorld(options.pace, options.gib << 30), options_(std::move(options)) {
  if (options_.old_cluster) make_cluster("us-west-2", kTarget);
}

// RDS's work ends at its own moments, also between two looks.
inline void MachineWorld::pass_until(TimePoint when) {
  std::optional<TimePoint> due = rds.run_due();
  while (due && *due <= when) {
    clock.advance(std::max(Duration(0), *due - clock.now()));
    due = rds.run_due();
  }
  if (!due && busy_since_ && !idle_at_) idle_at_ = clock.now();
  clock.advance(std::max(Duration(0), when - clock.now()));
}

inline void MachineWorld::note_look() {
  if (busy_since_ && idle_at_ && *idle_at_ > *busy_since_)
    measured_.waits.push_back(
        {awaited_, seconds_of(*idle_at_ - *busy_since_), seconds_of(clock.now() - *idle_at_)});
  if (idle_at_) busy_since_.reset();
  idle_at_.reset();
}

inline asl::SimulatedAnswer MachineWorld::invoke(const std::string&, const asl::TaskStart& task) {
  const Json order = Json::parse(task.input);
  std::string name = string_or(order, "FunctionName", "");
  for (const Step& step : all_steps())
    if (names.function(step.name) == name) name = step.name;
  ++measured_.invocations;
  note_look();
  counted.begin_step(name);
  try {
    const Json answer = counted_runner_.run(step_named(name), order["Payload"]);
    if (rds.run_due()) {
      if (!busy_since_) busy_since_ = clock.now();
      awaited_ = what_is_awaited(name, answer);
    }
    return {.output = dump_json({{"Payload", answer}}), .error = {}, .cause = {}};
  } catch (const Error& e) {
    return {.output = {}, .error = e.name(), .cause = dump_json({{"errorMessage", e.what()}})};
  }
}

inline MeasuredRestore MachineWorld::run(const std::string& operation_id) {
  measured_ = {};
  counted.clear();
  busy_since_.reset();
  idle_at_.reset();
  Json input{{"operation_id", operation_id},
             {"snapshot_name", kSnapshot},
             {"source_region", "us-east-1"},
             {"target_cluster_id", kTarget},
             {"db_subnet_group_name", "dev-subnet-group"},
             {"vpc_security_group_ids", {"sg-12345678"}},
             {"delete_cluster_if_exists", true}};
  input.update(options_.settings);
  const TimePoint began = clock.now();
  const asl::SimulationOptions simulation{
      .identity = {.arn = names.execution_arn(operation_id),
                   .name = operation_id,
                   .machine_arn = names.state_machine_arn(),
                   .machine_name = names.state_machine(),
                   .role_arn = "arn:aws:iam::123456789012:role/machine",
                   .region = names.region,
                   .start_time = began},
      .answer = [this](const std::string& state, const asl::TaskStart& task) { return invoke(state, task); },
      .observe =
          [this](const std::vector<asl::Event>& events) {
            for (const asl::Event& event : events) {
              pass_until(event.time);
              if (asl::event_type_name(event.type).ends_with("StateEntered")) ++measured_.transitions;
            }
          }};
  asl::FixedHost host;
  const Json definition =
      render_definition(Json::parse(definition_text()), names, {.timeout_seconds = options_.timeout_seconds});
  const asl::Simulation result =
      asl::simulate(asl::Machine::compile(definition), asl::Value::of(input), simulation, host);
  measured_.status = result.status;
  measured_.error = result.error.value_or("");
  measured_.rds_calls = counted.rds_calls();
  measured_.by_operation = counted.by_operation();
  measured_.seconds = seconds_of(result.end - began);
  return measured_;
}

}  // namespace aurora::restore::testing
