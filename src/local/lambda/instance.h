// One instance of a function: a process of its own and the Runtime API that it talks to.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "http/server.h"
#include "local/lambda/function.h"
#include "local/lambda/log.h"
#include "local/lambda/process.h"
#include "local/lambda/runtime_api.h"

namespace aurora::local {

struct InvocationOutcome {
  enum class Kind {
    kAnswered,
    kFailed,        // `payload` is the error object
    kNotDelivered,  // the process was gone before it got the event: try another instance
    kStopped,       // the service is being stopped
  };
  Kind kind = Kind::kAnswered;
  std::string payload;
  std::string log_tail;
};

// What an instance signs its calls with, and until when it may be given work with it.
struct InstanceCredentials {
  Environment variables;
  TimePoint usable_until;
};

class Instance {
 public:
  struct Surroundings {
    ProcessSpawner* spawner;
    Clock* clock;
    LogSink log;
    std::chrono::milliseconds init_timeout;
    // Null for those of the function's definition.
    std::function<InstanceCredentials(const FunctionSpec& spec)> credentials;
  };

  // Starts the process; a process that cannot be started is told by the first invocation.
  Instance(const FunctionSpec& spec, const FunctionSettings& settings, Surroundings surroundings);
  ~Instance();  // ends the process

  // One at a time.
  InvocationOutcome invoke(const std::string& request_id, const std::string& payload);
  // Ends the process and every wait; invocations in progress come out as kStopped.
  void stop();

  // False once the process has ended or is to end, or its credentials come to their end.
  bool usable() const;
  const std::string& revision() const { return revision_; }

 private:
  std::optional<InvocationOutcome> initialise(const std::string& request_id);
  InvocationOutcome conclude(RuntimeApi::Wait wait, const std::string& request_id, Duration began);
  InvocationOutcome fail(std::string payload, const std::string& request_id,
                         std::vector<std::string> lines = {});
  InvocationOutcome ended_outcome(const std::string& request_id);
  InvocationOutcome timed_out(const std::string& request_id, std::chrono::milliseconds limit);
  void watch();
  void drain();
  void write_line(const std::string& text);
  void write_report(const std::string& request_id, Duration began, const std::string& status);
  void end_process();
  ChildProcess::End wait_for_end();
  long memory_kb();

  const std::string function_arn_;
  const std::string version_;
  const std::string revision_;
  const std::chrono::milliseconds timeout_;
  const int memory_mb_;
  const Surroundings surroundings_;

  RuntimeApi api_;
  http::Server server_;
  std::atomic<bool> over_ = false;
  std::atomic<bool> stopped_ = false;
  bool initialised_ = false;
  Duration spawned_{0};
  Duration init_duration_{0};
  std::string start_failure_;
  std::optional<TimePoint> usable_until_;

  std::mutex process_mutex_;
  std::condition_variable process_ended_;
  ChildProcess process_;
  std::optional<ChildProcess::End> end_;

  std::mutex log_mutex_;  // held while lines go to the sink, so that they keep their order
  FunctionLog log_;
  std::thread watcher_;
};

}  // namespace aurora::local
