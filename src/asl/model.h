// A state machine, compiled from its definition for execution. Compiling is tolerant: it takes what
// validate() would refuse as long as it can be run, and what cannot be evaluated fails when it is reached.
#pragma once
#include <map>
#include <memory>
#include <variant>

#include "asl/choice.h"
#include "asl/resource.h"
#include "asl/template.h"

namespace aurora::asl {

struct StateList;

// InputPath, OutputPath and ResultPath: absent means "$", null means "nothing of it".
struct PathField {
  bool discard = false;
  DynamicValue problem;  // of a path that did not compile
  Path path;             // "$" unless given
};

// A number that is given as such or by a path ("TimeoutSeconds", "TimeoutSecondsPath").
struct NumberField {
  std::optional<double> value;
  std::optional<Path> path;
  bool present() const { return value || path; }
};

struct Retrier {
  std::vector<std::string> error_equals;
  double interval_seconds = 1;
  std::int64_t max_attempts = 3;
  double backoff_rate = 2;
  std::optional<double> max_delay_seconds;
  bool full_jitter = false;
};

struct Catcher {
  std::vector<std::string> error_equals;
  std::string next;
  PathField result_path;
};

// Whether an "ErrorEquals" takes the error; a missed heartbeat is a timeout of a further name.
bool matches_error(const std::vector<std::string>& error_equals, std::string_view error, bool is_heartbeat);

struct PassState {
  std::optional<Json> result;
};
struct TaskState {
  Resource resource;
  NumberField timeout, heartbeat;
  Json credentials;  // null when absent
};
struct ChoiceState {
  std::vector<ChoiceRule> rules;
  std::string otherwise;
};
struct WaitState {
  NumberField seconds;
  std::optional<std::string> timestamp;
  std::optional<Path> timestamp_path;
};
struct SucceedState {};
struct FailState {
  std::optional<std::string> error, cause;
  std::optional<DynamicValue> error_path, cause_path;
};
struct ParallelState {
  std::vector<std::unique_ptr<StateList>> branches;
};
struct MapState {
  std::unique_ptr<StateList> processor;
  std::optional<Path> items_path;
  std::optional<Template> item_selector;
  NumberField max_concurrency, tolerated_failure_count, tolerated_failure_percentage;
};

struct State {
  std::string name;
  std::variant<PassState, TaskState, ChoiceState, WaitState, SucceedState, FailState, ParallelState, MapState>
      kind;
  PathField input_path, output_path, result_path;
  std::optional<Template> parameters, result_selector;
  std::string next;  // empty for the end
  std::vector<Retrier> retriers;
  std::vector<Catcher> catchers;

  const char* type_name() const;  // "Pass"
  template <typename T>
  const T* as() const {
    return std::get_if<T>(&kind);
  }
};

struct StateList {
  std::string start_at;
  std::map<std::string, State, std::less<>> states;
  const State* find(std::string_view name) const;
};

struct Machine {
  StateList root;
  std::optional<double> timeout_seconds;

  // Throws Error "InvalidDefinition" when the text is no object with states, or uses what this interpreter
  // does not run (see unsupported_features in validate.h).
  static std::shared_ptr<const Machine> compile(const Json& definition);
};

}  // namespace aurora::asl
