#include "cli/story.h"

#include "base/dates.h"
#include "base/text.h"
#include "restore/report.h"

namespace aurora::cli {
namespace {

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> ends) {
  for (const std::string_view end : ends)
    if (text.ends_with(end)) return true;
  return false;
}

}  // namespace

FunctionError read_cause(const std::string& cause) {
  const Json parsed = Json::parse(cause, nullptr, false);
  if (parsed.is_object() && parsed.contains("errorMessage")) return read_function_error(parsed);
  return {.name = "", .message = cause, .hint = ""};
}

namespace {

// Fails an execution with its operation's error, and tells a redriven one where to go on: no step of a
// restore.
constexpr char kReportState[] = "ReportFailure";

// The answer's message, wherever the state machine keeps the answer.
std::string message_of_output(const std::string& output) {
  const Json parsed = Json::parse(output, nullptr, false);
  if (!parsed.is_object()) return "";
  // The rollback's answer lies beside what the failed step was given.
  if (const Json& rollback = member_or_null(parsed, "rollback"); rollback.is_object())
    return string_or(member_or_null(rollback, "answer"), "message", "");
  if (parsed.contains("message")) return string_or(parsed, "message", "");
  for (const std::string_view key : {"result", "step", "Payload"})
    if (parsed.contains(key)) return string_or(parsed[std::string(key)], "message", "");
  return "";
}

}  // namespace

std::string_view name_of(StepStatus status) {
  switch (status) {
    case StepStatus::kRunning:
      return "running";
    case StepStatus::kWaiting:
      return "waiting";
    case StepStatus::kSucceeded:
      return "succeeded";
    case StepStatus::kFailed:
      return "failed";
    case StepStatus::kAborted:
      return "aborted";
  }
  return "";
}

std::string_view name_of(Story::Outcome outcome) {
  switch (outcome) {
    case Story::Outcome::kRunning:
      return "RUNNING";
    case Story::Outcome::kSucceeded:
      return "SUCCEEDED";
    case Story::Outcome::kFailed:
      return "FAILED";
    case Story::Outcome::kAborted:
      return "ABORTED";
    case Story::Outcome::kTimedOut:
      return "TIMED_OUT";
  }
  return "";
}

void Story::add(const Json& event) {
  last_event_id_ = int_or(event, "id", last_event_id_);
  const std::string type = string_or(event, "type", "");
  const TimePoint at = parse_iso(string_or(event, "timestamp", "")).value_or(TimePoint{});
  const Json& details = event_details(event);
  if (type == "ExecutionStarted") {
    started_ = at;
  } else if (type == "ExecutionRedriven") {
    outcome_ = Outcome::kRunning;
    finished_.reset();
    error_ = cause_ = hint_ = "";
  } else if (type == "TaskStateEntered") {
    const std::string state = string_or(details, "name", "");
    is_reporting_ = state == kReportState;
    if (is_reporting_)
      close_current(StepStatus::kSucceeded);
    else
      enter(state, at);
  } else if (is_reporting_ && !type.starts_with("Execution")) {
    return;
  } else if (type == "TaskStateExited") {
    leave(details, at);
  } else if (type == "WaitStateEntered") {
    if (!steps_.empty() && steps_.back().status == StepStatus::kSucceeded)
      steps_.back().status = StepStatus::kWaiting;
  } else if (type == "ExecutionSucceeded") {
    end(Outcome::kSucceeded, details, at);
  } else if (type == "ExecutionFailed") {
    end(Outcome::kFailed, details, at);
  } else if (type == "ExecutionAborted") {
    end(Outcome::kAborted, details, at);
  } else if (type == "ExecutionTimedOut") {
    end(Outcome::kTimedOut, details, at);
  } else if (ends_with_any(type, {"Failed", "TimedOut"})) {
    task_failed(event);
  } else if (ends_with_any(type, {"Succeeded"}) && !steps_.empty()) {
    steps_.back().error.clear();
    steps_.back().cause.clear();
    steps_.back().hint.clear();
  } else if (ends_with_any(type, {"Scheduled"}) && !steps_.empty() && !steps_.back().error.empty()) {
    ++steps_.back().retries;
  }
}

void Story::enter(const std::string& state, TimePoint at) {
  if (!steps_.empty() && steps_.back().state == state) {
    ++steps_.back().looks;
    steps_.back().status = StepStatus::kRunning;
    return;
  }
  close_current(StepStatus::kSucceeded);
  Step step;
  step.state = state;
  step.name = step_name_of_state(state);
  step.started = at;
  step.finished = at;
  steps_.push_back(std::move(step));
}

void Story::leave(const Json& details, TimePoint at) {
  if (steps_.empty()) return;
  Step& step = steps_.back();
  step.finished = at;
  step.status = step.error.empty() ? StepStatus::kSucceeded : StepStatus::kFailed;
  if (const std::string message = message_of_output(string_or(details, "output", "")); !message.empty())
    step.message = message;
}

void Story::task_failed(const Json& event) {
  if (steps_.empty()) return;
  const Json& details = event_details(event);
  steps_.back().error = string_or(details, "error", string_or(event, "type", ""));
  const FunctionError cause = read_cause(string_or(details, "cause", ""));
  steps_.back().cause = cause.message;
  steps_.back().hint = cause.hint;
}

void Story::end(Outcome outcome, const Json& details, TimePoint at) {
  outcome_ = outcome;
  finished_ = at;
  error_ = string_or(details, "error", "");
  const FunctionError cause = read_cause(string_or(details, "cause", ""));
  cause_ = cause.message;
  hint_ = cause.hint;
  if (!steps_.empty() && !steps_.back().is_over()) steps_.back().finished = at;
  close_current(outcome == Outcome::kSucceeded ? StepStatus::kSucceeded
                : outcome == Outcome::kFailed  ? StepStatus::kFailed
                                               : StepStatus::kAborted);
}

void Story::close_current(StepStatus otherwise) {
  if (steps_.empty() || steps_.back().is_over()) return;
  steps_.back().status = steps_.back().error.empty() ? otherwise : StepStatus::kFailed;
}

FunctionError read_function_error(const Json& object) {
  FunctionError error{.name = string_or(object, "errorType", "FunctionError"),
                      .message = string_or(object, "errorMessage", ""),
                      .hint = string_or(object, "hint", "")};
  if (error.message.empty()) error.message = dump_json(object);
  if (!error.hint.empty() && error.message.size() > error.hint.size() &&
      error.message.ends_with(error.hint)) {
    error.message.resize(error.message.size() - error.hint.size());
    error.message = std::string(trim(error.message));
  }
  return error;
}

const Json& event_details(const Json& event) {
  static const Json kNull;
  if (!event.is_object()) return kNull;
  for (const auto& [key, value] : event.items())
    if (key.ends_with("EventDetails")) return value;
  return kNull;
}

std::string step_name_of_state(const std::string& state) {
  std::string name;
  for (const char c : state) {
    if (c >= 'A' && c <= 'Z') {
      if (!name.empty()) name += '_';
      name += static_cast<char>(c - 'A' + 'a');
    } else {
      name += c;
    }
  }
  return name;
}

std::string step_title(const std::string& name) {
  return restore::step_title_of(name);
}

}  // namespace aurora::cli
