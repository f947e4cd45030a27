#include "local/lambda/instance.h"

#include <poll.h>
#include <unistd.h>

#include <cstring>

#include "base/dates.h"
#include "base/error.h"

namespace aurora::local {
namespace {

std::string error_payload(std::string_view type, const std::string& message) {
  return dump_json({{"errorType", type}, {"errorMessage", message}});
}

std::string describe_end(const ChildProcess::End& end) {
  if (end.signal != 0) {
    std::string name = ::strsignal(end.signal);
    name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
    return "Runtime exited with error: signal: " + name;
  }
  if (end.exit_code != 0) return fmt::format("Runtime exited with error: exit status {}", end.exit_code);
  return "Runtime exited without providing a reason";
}

http::ServerOptions server_options() {
  http::ServerOptions options;
  options.connections_max = 16;
  // One byte more than Lambda carries, so that an answer beyond it gets its own refusal.
  options.body_bytes_max = kSyncPayloadBytesMax + 1024 * 1024;
  return options;
}

}  // namespace

Instance::Instance(const FunctionSpec& spec, const FunctionSettings& settings, Surroundings surroundings)
    : function_arn_(function_arn(spec.region, spec.name, spec.version == kLatest ? "" : spec.version)),
      version_(spec.version),
      revision_(settings.revision),
      timeout_(settings.timeout),
      memory_mb_(settings.memory_mb),
      surroundings_(std::move(surroundings)),
      server_(server_options(),
              [this](const http::Request& request, std::stop_token stop) {
                return api_.handle(request, std::move(stop));
              }),
      log_(spec.name, spec.region, new_log_stream(surroundings_.clock->now(), spec.version),
           *surroundings_.clock, surroundings_.log) {
  spawned_ = surroundings_.clock->monotonic();
  Environment credentials;
  if (surroundings_.credentials) {
    InstanceCredentials given = surroundings_.credentials(spec);
    credentials = std::move(given.variables);
    usable_until_ = given.usable_until;
  }
  try {
    process_ = surroundings_.spawner->spawn(
        spec.executable, process_environment(spec, settings, credentials, log_.stream(), server_.port()));
  } catch (const Error& error) {
    start_failure_ = error.message();
    over_ = true;
    return;
  }
  watcher_ = std::thread([this] { watch(); });
}

Instance::~Instance() {
  stop();
  if (watcher_.joinable()) watcher_.join();
}

// Asks the kernel: the watching thread may not have noticed yet, and an event given to a dead process would
// count as begun.
bool Instance::usable() const {
  if (usable_until_ && surroundings_.clock->now() >= *usable_until_) return false;
  pollfd ended{process_.pid_fd(), POLLIN, 0};
  return !over_ && ::poll(&ended, 1, 0) == 0;
}

void Instance::stop() {
  stopped_ = true;
  end_process();
}

void Instance::end_process() {
  over_ = true;
  process_.kill();
  api_.end();
}

InvocationOutcome Instance::invoke(const std::string& request_id, const std::string& payload) {
  {
    const std::lock_guard lock(log_mutex_);
    log_.begin_tail();
  }
  const bool cold = !initialised_;
  if (cold) {
    if (auto failed = initialise(request_id)) return *failed;
  } else {
    init_duration_ = Duration::zero();
  }
  if (!usable()) return {InvocationOutcome::Kind::kNotDelivered, {}, {}};
  write_line(fmt::format("START RequestId: {} Version: {}", request_id, version_));
  const Duration began = surroundings_.clock->monotonic();
  api_.submit({request_id, payload, function_arn_, surroundings_.clock->now() + timeout_});
  return conclude(api_.wait_answer(timeout_), request_id, began);
}

// Waits for the first request for work. The outcome is what the invocation comes to when there is none.
std::optional<InvocationOutcome> Instance::initialise(const std::string& request_id) {
  if (!start_failure_.empty()) {
    return fail(error_payload("Runtime.InvalidEntrypoint",
                              fmt::format("RequestId: {} Error: {}", request_id, start_failure_)),
                request_id, {start_failure_, "Runtime.InvalidEntrypoint"});
  }
  const RuntimeApi::Init init = api_.wait_ready(surroundings_.init_timeout);
  init_duration_ = surroundings_.clock->monotonic() - spawned_;
  if (init == RuntimeApi::Init::kReady) {
    initialised_ = true;
    return std::nullopt;
  }
  if (stopped_) return InvocationOutcome{InvocationOutcome::Kind::kStopped, {}, {}};
  if (init == RuntimeApi::Init::kTimedOut) return timed_out(request_id, surroundings_.init_timeout);
  if (const auto reported = api_.init_error()) {
    end_process();
    return fail(*reported, request_id);
  }
  return ended_outcome(request_id);
}

InvocationOutcome Instance::conclude(RuntimeApi::Wait wait, const std::string& request_id, Duration began) {
  const auto finish = [&](InvocationOutcome outcome, const std::string& status) {
    write_report(request_id, began, status);
    const std::lock_guard lock(log_mutex_);
    outcome.log_tail = log_.tail();
    return outcome;
  };
  if (wait == RuntimeApi::Wait::kAnswered) {
    RuntimeAnswer answer = api_.take_answer();
    const auto kind = answer.failed ? InvocationOutcome::Kind::kFailed : InvocationOutcome::Kind::kAnswered;
    return finish({kind, std::move(answer.payload), {}}, "");
  }
  if (stopped_) return {InvocationOutcome::Kind::kStopped, {}, {}};
  if (wait == RuntimeApi::Wait::kTimedOut) return finish(timed_out(request_id, timeout_), "timeout");
  if (!api_.delivered()) return {InvocationOutcome::Kind::kNotDelivered, {}, {}};
  return finish(ended_outcome(request_id), "error");
}

InvocationOutcome Instance::fail(std::string payload, const std::string& request_id,
                                 std::vector<std::string> lines) {
  drain();
  for (const std::string& line : lines) {
    write_line(line.starts_with("Runtime.") ? line
                                            : fmt::format("RequestId: {} Error: {}", request_id, line));
  }
  const std::lock_guard lock(log_mutex_);
  return {InvocationOutcome::Kind::kFailed, std::move(payload), log_.tail()};
}

InvocationOutcome Instance::ended_outcome(const std::string& request_id) {
  const std::string what = describe_end(wait_for_end());
  return fail(error_payload("Runtime.ExitError", fmt::format("RequestId: {} Error: {}", request_id, what)),
              request_id, {what, "Runtime.ExitError"});
}

InvocationOutcome Instance::timed_out(const std::string& request_id, std::chrono::milliseconds limit) {
  const std::string what =
      fmt::format("Task timed out after {:.2f} seconds", static_cast<double>(limit.count()) / 1000.0);
  end_process();
  wait_for_end();
  drain();
  write_line(fmt::format("{} {} {}", format_iso_millis(surroundings_.clock->now()), request_id, what));
  return fail(error_payload("Sandbox.Timedout", fmt::format("RequestId: {} Error: {}", request_id, what)),
              request_id);
}

// Carries the process's output to the log until it has ended, then reaps it.
void Instance::watch() {
  const int output = process_.output_fd();
  const int process = process_.pid_fd();
  for (bool ended = false; !ended;) {
    pollfd watched[2] = {{output, POLLIN, 0}, {process, POLLIN, 0}};
    if (::poll(watched, 2, -1) < 0) continue;
    drain();
    ended = watched[1].revents != 0;
    // The process closed its output but lives on: only its end is of interest now.
    if (!ended && (watched[0].revents & POLLIN) == 0 && (watched[0].revents & POLLHUP) != 0) {
      pollfd end{process, POLLIN, 0};
      while (::poll(&end, 1, -1) < 0) {
      }
      ended = true;
    }
  }
  drain();
  {
    const std::lock_guard lock(log_mutex_);
    log_.flush();
  }
  over_ = true;
  {
    const std::lock_guard lock(process_mutex_);
    end_ = process_.reap();
  }
  process_ended_.notify_all();
  api_.end();
}

// Reading and logging are one step under the lock, so that two threads that drain keep the order. The
// invoking thread drains too: what a function wrote before it answered stands before END.
void Instance::drain() {
  const std::lock_guard lock(log_mutex_);
  char buffer[16384];
  ssize_t count = 0;
  while (process_.output_fd() >= 0 && (count = ::read(process_.output_fd(), buffer, sizeof buffer)) > 0) {
    log_.output({buffer, static_cast<std::size_t>(count)});
  }
}

void Instance::write_line(const std::string& text) {
  const std::lock_guard lock(log_mutex_);
  log_.line(text);
}

void Instance::write_report(const std::string& request_id, Duration began, const std::string& status) {
  drain();
  write_line("END RequestId: " + request_id);
  write_line(report_line({.request_id = request_id,
                          .duration = surroundings_.clock->monotonic() - began,
                          .memory_mb = memory_mb_,
                          .memory_used_kb = memory_kb(),
                          .init = init_duration_,
                          .status = status}));
}

ChildProcess::End Instance::wait_for_end() {
  std::unique_lock lock(process_mutex_);
  process_ended_.wait(lock, [this] { return end_.has_value(); });
  return *end_;
}

long Instance::memory_kb() {
  const std::lock_guard lock(process_mutex_);
  return end_ ? end_->memory_kb : process_.memory_kb();
}

}  // namespace aurora::local
