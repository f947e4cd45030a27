// The structure of a machine: states, their names and the transitions between them.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "asl/members.h"
#include "asl/utf8.h"
#include "asl/validator.h"

namespace aurora::asl {

Validator::At::At(Validator& validator, const std::string& member)
    : validator_(validator), size_(validator.location_.size()) {
  if (!member.starts_with('[')) validator_.location_ += '/';
  validator_.location_ += member;
}

Validator::At::~At() {
  validator_.location_.resize(size_);
}

namespace {

// Names in a definition may be as long as the definition; a message is read by people.
std::string shortened(const std::string& text) {
  constexpr std::size_t kBytesMax = 1000;
  if (text.size() <= kBytesMax) return text;
  return std::string(utf8_prefix(text, kBytesMax)) + "...";
}

}  // namespace

void Validator::add(std::string code, const std::string& message) {
  if (diagnostics_.size() >= kDiagnosticsMax) return;
  diagnostics_.push_back(
      {true, std::move(code), shortened(message), location_.empty() ? "/" : shortened(location_)});
}

void Validator::check(const Json& object, const char* field, FieldKind kind) {
  if (!object.contains(field)) return;
  const At at(*this, field);
  if (const auto problem = check_field(kind, field, object[field])) schema(*problem);
}

bool Validator::require(const Json& object, std::initializer_list<const char*> fields) {
  std::vector<std::string> missing;
  for (const char* field : fields)
    if (!object.contains(field)) missing.emplace_back(field);
  if (!missing.empty()) schema(fmt::format("These fields are required: [{}]", fmt::join(missing, ", ")));
  return missing.empty();
}

void Validator::exclusive(const Json& object, const char* a, const char* b) {
  if (object.contains(a) && object.contains(b))
    schema(fmt::format("Only one of these fields is allowed: [{}, {}]", a, b));
}

void Validator::check_known(const Json& object, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : object.items())
    if (std::find(known.begin(), known.end(), name) == known.end())
      schema(fmt::format("Field '{}' is not supported", name));
}

void Validator::check_machine(const Json& machine) {
  jsonata_ = string_or(machine, "QueryLanguage", "JSONPath") == "JSONata";
  check_known(machine, {"Comment", "StartAt", "States", "Version", "TimeoutSeconds", "QueryLanguage"});
  check(machine, "QueryLanguage", FieldKind::kQueryLanguage);
  check(machine, "Version", FieldKind::kText);
  check(machine, "TimeoutSeconds", FieldKind::kPositiveInteger);
  check_list(machine);
}

void Validator::check_list(const Json& list) {
  if (++nesting_ > kNestingMax) {
    schema("States are nested too deeply");
  } else if (!list.is_object()) {
    schema("Expected value of type Object");
  } else if (require(list, {"States", "StartAt"})) {
    check(list, "Comment", FieldKind::kText);
    check(list, "StartAt", FieldKind::kText);
    const Json& states = list["States"];
    if (!states.is_object() || states.empty()) {
      const At at(*this, "States");
      schema("Expected at least one state");
    } else {
      for (const auto& [name, state] : states.items()) {
        const At at(*this, "States");
        const At within(*this, name);
        check_state(name, state);
      }
      check_transitions(list);
    }
  }
  --nesting_;
}

namespace {

// The names that a state leads to, with where they stand.
std::vector<std::pair<std::string, std::string>> targets_of(const Json& state) {
  std::vector<std::pair<std::string, std::string>> targets;
  const auto add = [&](const Json& object, const char* field, const std::string& location) {
    const Json& name = member_or_null(object, field);
    if (name.is_string())
      targets.emplace_back(name.get<std::string>(), fmt::format("{}/{}", location, field));
  };
  add(state, "Next", "");
  add(state, "Default", "");
  for (const char* list : {"Choices", "Catch"}) {
    const Json& each = member_or_null(state, list);
    if (!each.is_array()) continue;
    for (std::size_t i = 0; i < each.size(); ++i) add(each[i], "Next", fmt::format("/{}[{}]", list, i));
  }
  return targets;
}

bool is_terminal(const Json& state) {
  const std::string type = string_or(state, "Type", "");
  return type == "Succeed" || type == "Fail" || bool_or(state, "End", false);
}

}  // namespace

void Validator::check_transitions(const Json& list) {
  const MemberIndex states(list["States"]);
  std::unordered_set<std::string> reached;
  std::vector<std::string> open;
  const auto reach = [&](const std::string& name) {
    if (states.find(name) && reached.insert(name).second) open.push_back(name);
  };
  const std::string start = string_or(list, "StartAt", "");
  if (list["StartAt"].is_string() && !states.find(start)) {
    const At at(*this, "StartAt");
    add("MISSING_TRANSITION_TARGET", fmt::format("Missing 'StartAt' target: {}", start));
  }
  reach(start);
  while (!open.empty()) {
    const std::string name = std::move(open.back());
    open.pop_back();
    for (const auto& [target, location] : targets_of(*states.find(name))) {
      if (!states.find(target)) {
        const At at(*this, fmt::format("States/{}{}", name, location));
        add("MISSING_TRANSITION_TARGET",
            fmt::format("Missing '{}' target: {}", location.ends_with("Default") ? "Default" : "Next",
                        target));
      }
      reach(target);
    }
  }
  bool ends = false;
  for (const auto& [name, state] : list["States"].items()) {
    ends = ends || is_terminal(state);
    if (reached.contains(name)) continue;
    const At at(*this, "States");
    const At within(*this, name);
    add("MISSING_TRANSITION_TARGET", fmt::format("State \"{}\" is not reachable.", name));
  }
  if (!ends)
    add("MISSING_END_STATE", "At least one state must end: with \"End\": true, or of type Succeed or Fail");
}

void Validator::check_state(const std::string& name, const Json& state) {
  constexpr std::size_t kNameCharactersMax = 80;
  if (name.empty() || static_cast<std::size_t>(std::count_if(name.begin(), name.end(), [](char c) {
                        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
                      })) > kNameCharactersMax)
    schema(fmt::format("A state's name has 1 to {} characters", kNameCharactersMax));
  if (!names_.insert(name).second) add("DUPLICATE_STATE_NAME", fmt::format("Duplicate state name: {}", name));
  if (!state.is_object()) return schema("Expected value of type Object");
  if (!require(state, {"Type"})) return;
  const std::string type = string_or(state, "Type", "");
  if (!is_state_type(type)) {
    const At at(*this, "Type");
    return schema("Value must be one of: [Pass, Task, Choice, Wait, Succeed, Fail, Parallel, Map]");
  }
  const bool outer = jsonata_;
  jsonata_ = string_or(state, "QueryLanguage", outer ? "JSONata" : "JSONPath") == "JSONata";
  if (outer && !jsonata_) {
    const At at(*this, "QueryLanguage");
    schema("A state cannot go back to JSONPath where the state machine uses JSONata");
  }
  if (!jsonata_) check_fields(type, state);
  check_flow(type, state);
  if (type == "Task") check_task(state);
  if (type == "Choice" && !jsonata_) check_choice(state);
  if (type == "Wait" && !jsonata_) check_wait(state);
  jsonata_ = outer;
  if (type == "Parallel") check_parallel(state);
  if (type == "Map") check_map(state);
}

}  // namespace aurora::asl
