// The Step Functions service inside a test, without wire and signatures, and with tasks that the test
// answers.
#pragma once
#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "local/stepfunctions.h"
#include "local/testing/temporary_directory.h"

namespace aurora::local::testing {

inline constexpr char kPass[] = R"("A":{"Type":"Pass","Result":{"a":1},"End":true})";
inline constexpr char kTask[] =
    R"("A":{"Type":"Task","Resource":"arn:aws:lambda:us-west-2:123456789012:function:f","End":true})";
inline constexpr char kWait[] = R"("A":{"Type":"Wait","Seconds":60,"End":true})";
inline constexpr char kCallback[] =
    R"("A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","HeartbeatSeconds":60,
       "Parameters":{"FunctionName":"f","Payload":{"token.$":"$$.Task.Token"}},"End":true})";

// Answers tasks as the test says, and holds them back while it says so.
class ScriptedInvoker final : public stepfunctions::TaskInvoker {
 public:
  stepfunctions::TaskAnswer invoke(const asl::TaskStart& task, const std::string&,
                                   const std::stop_token& stop) override {
    std::unique_lock lock(mutex_);
    inputs_.push_back(task.input);
    changed_.notify_all();
    changed_.wait(lock, stop, [this] { return !held_; });
    if (stop.stop_requested()) return {.succeeded = false, .output = {}, .error = "Stopped", .cause = ""};
    if (failures_ == 0) return {.succeeded = true, .output = task.input, .error = {}, .cause = {}};
    --failures_;
    return {.succeeded = false, .output = {}, .error = "E", .cause = "because"};
  }
  void fail(int times) {
    const std::lock_guard lock(mutex_);
    failures_ = times;
  }
  void hold(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  // Waits until `count` tasks were begun in all.
  std::vector<std::string> inputs(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return inputs_.size() >= count; });
    return inputs_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::string> inputs_;
  int failures_ = 0;
  bool held_ = false;
};

class StepFunctionsFixture : public ::testing::Test {
 protected:
  void SetUp() override { open(directory_.path()); }
  void TearDown() override { invoker_.hold(false); }

  void open(const std::filesystem::path& path) {
    service_.reset();
    service_ = std::make_unique<StepFunctionsService>(path, clock_, invoker_);
    service_->start();
  }
  // Goes on with what a process that is killed right now would leave on the disk.
  void kill_and_restart() {
    const std::filesystem::path left = directory_.path() / ("left" + std::to_string(++restarts_));
    std::filesystem::create_directory(left);
    for (const char* name : {"stepfunctions.db", "stepfunctions.db-wal"})
      std::filesystem::copy_file(current_ / name, left / name);
    current_ = left;
    open(left);
  }

  Json call(const std::string& operation, const Json& input) {
    return service_->handle({.service = "stepfunctions",
                             .region = "us-west-2",
                             .operation = operation,
                             .input = input,
                             .request_id = "r",
                             .stop = {}});
  }
  std::string error_of(const std::string& operation, const Json& input) {
    try {
      return "answered " + call(operation, input).dump();
    } catch (const aws::ServiceError& e) {
      return e.code() + ": " + e.message();
    }
  }
  static std::string definition(const std::string& states, const std::string& more = "") {
    return R"({"StartAt":"A",)" + more + R"("States":{)" + states + "}}";
  }
  std::string create(const std::string& states, const std::string& name = "m", const std::string& more = "") {
    return call("CreateStateMachine", {{"name", name},
                                       {"definition", definition(states, more)},
                                       {"roleArn", "arn:aws:iam::123456789012:role/r"}})
        .at("stateMachineArn");
  }
  std::string start(const std::string& machine, const std::string& name = "run",
                    const std::string& input = "{}") {
    return call("StartExecution", {{"stateMachineArn", machine}, {"name", name}, {"input", input}})
        .at("executionArn");
  }
  Json describe(const std::string& execution) {
    return call("DescribeExecution", {{"executionArn", execution}});
  }
  // Waits until the execution has ended.
  Json ended(const std::string& execution) {
    const SystemClock system;
    const Duration deadline = system.monotonic() + std::chrono::seconds(20);
    Json described = describe(execution);
    while (described.at("status") == "RUNNING" && system.monotonic() < deadline) {
      std::this_thread::yield();
      described = describe(execution);
    }
    return described;
  }
  std::vector<std::string> types(const std::string& execution) {
    std::vector<std::string> names;
    const Json history = call("GetExecutionHistory", {{"executionArn", execution}});
    for (const Json& event : history.at("events")) names.push_back(event.at("type"));
    return names;
  }

  TemporaryDirectory directory_;
  std::filesystem::path current_ = directory_.path();
  int restarts_ = 0;
  ManualClock clock_{TimePoint(std::chrono::seconds(1'700'000'000)), /*auto_advance=*/false};
  ScriptedInvoker invoker_;
  std::unique_ptr<StepFunctionsService> service_;
};

}  // namespace aurora::local::testing
