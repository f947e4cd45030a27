#include "asl/model.h"

#include <fmt/format.h>

#include <algorithm>

namespace aurora::asl {
namespace {

constexpr int kNestingMax = 100;

[[noreturn]] void fail(std::string message) {
  throw Error("InvalidDefinition", std::move(message));
}

PathField compile_path_field(const Json& source, std::string_view key) {
  PathField field;
  field.path = Path::compile("$");
  const auto found = source.find(key);
  if (found == source.end()) return field;
  if (found->is_null()) {
    field.discard = true;
    return field;
  }
  const std::string text = found->is_string() ? found->get<std::string>() : dump_json(*found);
  try {
    field.path = Path::compile(text);
  } catch (const Error&) {
    field.problem = DynamicValue::compile(text);
  }
  return field;
}

std::optional<Path> compile_path(const Json& source, std::string_view key) {
  const Json& text = member_or_null(source, key);
  if (!text.is_string()) return std::nullopt;
  try {
    return Path::compile(text.get_ref<const std::string&>());
  } catch (const Error& e) {
    fail(e.message());
  }
}

std::optional<double> number(const Json& source, std::string_view key) {
  const Json& value = member_or_null(source, key);
  return value.is_number() ? std::optional<double>(value.get<double>()) : std::nullopt;
}

NumberField compile_number(const Json& source, const std::string& key) {
  return {number(source, key), compile_path(source, key + "Path")};
}

std::optional<Template> compile_template(const Json& source, std::string_view key) {
  const auto found = source.find(key);
  if (found == source.end()) return std::nullopt;
  return Template::compile(*found);
}

std::vector<std::string> compile_names(const Json& source) {
  std::vector<std::string> names;
  for (const Json& name : member_or_null(source, "ErrorEquals"))
    if (name.is_string()) names.push_back(name.get<std::string>());
  return names;
}

std::vector<Retrier> compile_retriers(const Json& source) {
  std::vector<Retrier> retriers;
  for (const Json& each : member_or_null(source, "Retry")) {
    Retrier retrier;
    retrier.error_equals = compile_names(each);
    retrier.interval_seconds = number(each, "IntervalSeconds").value_or(1);
    retrier.max_attempts =
        static_cast<std::int64_t>(std::clamp(number(each, "MaxAttempts").value_or(3), 0.0, 99'999'999.0));
    retrier.backoff_rate = number(each, "BackoffRate").value_or(2);
    retrier.max_delay_seconds = number(each, "MaxDelaySeconds");
    retrier.full_jitter = string_or(each, "JitterStrategy", "NONE") == "FULL";
    retriers.push_back(std::move(retrier));
  }
  return retriers;
}

std::vector<Catcher> compile_catchers(const Json& source) {
  std::vector<Catcher> catchers;
  for (const Json& each : member_or_null(source, "Catch")) {
    if (!each.is_object()) continue;
    catchers.push_back(
        {compile_names(each), string_or(each, "Next", ""), compile_path_field(each, "ResultPath")});
  }
  return catchers;
}

void compile_states(const Json& source, StateList& list, int nesting);

bool is_bounded(const Json& value, int levels) {
  if (!value.is_structured()) return true;
  return levels > 0 && std::all_of(value.begin(), value.end(),
                                   [&](const Json& each) { return is_bounded(each, levels - 1); });
}

TaskState compile_task(const Json& source) {
  return {.resource = parse_resource(string_or(source, "Resource", "")),
          .timeout = compile_number(source, "TimeoutSeconds"),
          .heartbeat = compile_number(source, "HeartbeatSeconds"),
          .credentials = member_or_null(source, "Credentials")};
}

ChoiceState compile_choice(const Json& source) {
  ChoiceState choice;
  for (const Json& rule : member_or_null(source, "Choices"))
    choice.rules.push_back(ChoiceRule::compile(rule));
  choice.otherwise = string_or(source, "Default", "");
  return choice;
}

WaitState compile_wait(const Json& source) {
  WaitState wait{.seconds = compile_number(source, "Seconds"),
                 .timestamp = {},
                 .timestamp_path = compile_path(source, "TimestampPath")};
  // The path of Seconds is "SecondsPath", as compile_number expects.
  const Json& timestamp = member_or_null(source, "Timestamp");
  if (timestamp.is_string()) wait.timestamp = timestamp.get<std::string>();
  return wait;
}

FailState compile_fail(const Json& source) {
  const auto text = [&](std::string_view key) {
    const Json& value = member_or_null(source, key);
    return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
  };
  FailState fail{.error = text("Error"), .cause = text("Cause"), .error_path = {}, .cause_path = {}};
  if (const auto path = text("ErrorPath")) fail.error_path = DynamicValue::compile(*path);
  if (const auto path = text("CausePath")) fail.cause_path = DynamicValue::compile(*path);
  return fail;
}

ParallelState compile_parallel(const Json& source, int nesting) {
  ParallelState parallel;
  for (const Json& branch : member_or_null(source, "Branches")) {
    parallel.branches.push_back(std::make_unique<StateList>());
    compile_states(branch, *parallel.branches.back(), nesting + 1);
  }
  return parallel;
}

MapState compile_map(const Json& source, int nesting) {
  const char* processor = source.contains("ItemProcessor") ? "ItemProcessor" : "Iterator";
  MapState map;
  map.processor = std::make_unique<StateList>();
  compile_states(member_or_null(source, processor), *map.processor, nesting + 1);
  map.items_path = compile_path(source, "ItemsPath");
  map.item_selector =
      compile_template(source, source.contains("ItemSelector") ? "ItemSelector" : "Parameters");
  map.max_concurrency = compile_number(source, "MaxConcurrency");
  map.tolerated_failure_count = compile_number(source, "ToleratedFailureCount");
  map.tolerated_failure_percentage = compile_number(source, "ToleratedFailurePercentage");
  return map;
}

void compile_kind(const Json& source, State& state, int nesting) {
  const std::string type = string_or(source, "Type", "");
  if (type == "Pass") {
    PassState pass;
    if (const auto result = source.find("Result"); result != source.end()) pass.result = *result;
    state.kind = std::move(pass);
  } else if (type == "Task") {
    state.kind = compile_task(source);
  } else if (type == "Choice") {
    state.kind = compile_choice(source);
  } else if (type == "Wait") {
    state.kind = compile_wait(source);
  } else if (type == "Succeed") {
    state.kind = SucceedState{};
  } else if (type == "Fail") {
    state.kind = compile_fail(source);
  } else if (type == "Parallel") {
    state.kind = compile_parallel(source, nesting);
  } else if (type == "Map") {
    state.kind = compile_map(source, nesting);
  } else {
    fail(fmt::format("state '{}' has no known Type", state.name));
  }
}

// What would change what a definition means if it were passed over.
void refuse_unsupported(const std::string& name, const Json& source) {
  for (const char* field : {"Assign", "ItemReader", "ItemBatcher", "ResultWriter"})
    if (source.contains(field)) fail(fmt::format("state '{}' has {}, which is not run here", name, field));
  for (const char* list : {"Choices", "Catch"})
    for (const Json& part : member_or_null(source, list))
      if (part.is_object() && part.contains("Assign"))
        fail(fmt::format("state '{}' has Assign in {}, which is not run here", name, list));
  if (string_or(source, "QueryLanguage", "JSONPath") != "JSONPath")
    fail(fmt::format("state '{}' uses JSONata, which is not run here; JSONPath is", name));
  for (const char* processor : {"ItemProcessor", "Iterator"}) {
    const Json& config = member_or_null(member_or_null(source, processor), "ProcessorConfig");
    if (string_or(config, "Mode", "INLINE") != "INLINE")
      fail(fmt::format("state '{}' is a distributed map, which is not run here; inline maps are", name));
  }
}

State compile_state(const std::string& name, const Json& source, int nesting) {
  if (!source.is_object()) fail(fmt::format("state '{}' is no object", name));
  refuse_unsupported(name, source);
  State state;
  state.name = name;
  compile_kind(source, state, nesting);
  state.input_path = compile_path_field(source, "InputPath");
  state.output_path = compile_path_field(source, "OutputPath");
  state.result_path = compile_path_field(source, "ResultPath");
  if (!state.as<MapState>()) state.parameters = compile_template(source, "Parameters");
  state.result_selector = compile_template(source, "ResultSelector");
  state.next = string_or(source, "Next", "");
  state.retriers = compile_retriers(source);
  state.catchers = compile_catchers(source);
  return state;
}

void compile_states(const Json& source, StateList& list, int nesting) {
  if (nesting > kNestingMax) fail(fmt::format("states are nested deeper than {} levels", kNestingMax));
  if (string_or(source, "QueryLanguage", "JSONPath") != "JSONPath")
    fail("the machine uses JSONata, which is not run here; JSONPath is");
  const Json& states = member_or_null(source, "States");
  if (!states.is_object()) fail("there are no States");
  list.start_at = string_or(source, "StartAt", "");
  for (const auto& [name, state] : states.items())
    list.states.emplace(name, compile_state(name, state, nesting));
}

}  // namespace

const char* State::type_name() const {
  static constexpr const char* kNames[] = {"Pass",    "Task", "Choice",   "Wait",
                                           "Succeed", "Fail", "Parallel", "Map"};
  return kNames[kind.index()];
}

const State* StateList::find(std::string_view name) const {
  const auto found = states.find(name);
  return found == states.end() ? nullptr : &found->second;
}

std::shared_ptr<const Machine> Machine::compile(const Json& definition) {
  if (!is_bounded(definition, kJsonDepthMax))
    fail(fmt::format("the definition is nested deeper than {} levels", kJsonDepthMax));
  auto machine = std::make_shared<Machine>();
  compile_states(definition, machine->root, 0);
  machine->timeout_seconds = number(definition, "TimeoutSeconds");
  return machine;
}

}  // namespace aurora::asl
