#include "runner.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

namespace aurora::asl::cases {
namespace {

// A recorded cause is shown parsed where it is JSON. Lambda's own text has spaces after its separators, and
// the integration "lambda:invoke" passes it on without them.
std::string spaced(const Json& value) {
  if (value.is_object() || value.is_array()) {
    std::string text = value.is_object() ? "{" : "[";
    bool first = true;
    for (const auto& [key, each] : value.items()) {
      if (!first) text += ", ";
      first = false;
      if (value.is_object()) text += dump_json(Json(key)) + ": ";
      text += spaced(each);
    }
    return text + (value.is_object() ? "}" : "]");
  }
  return dump_json(value);
}

std::string cause_text(const Json& answer) {
  const Json& cause = member_or_null(answer, "cause");
  if (cause.is_string()) return cause.get<std::string>();
  if (cause.is_null()) return "";
  return string_or(answer, "outcome", "") == "LambdaFunctionFailed" ? spaced(cause) : dump_json(cause);
}

// The recorded answers of the tasks, by the name of their state, in order.
class Answers {
 public:
  explicit Answers(const Json& row) : mocks_(member_or_null(row, "mocks")) {}

  SimulatedAnswer next(const std::string& state, const TaskStart& task) {
    std::size_t& used = used_[state];
    const Json& answers = member_or_null(mocks_, state);
    if (!answers.is_array() || used >= answers.size())
      throw Error("NoAnswer", fmt::format("no recorded answer for state '{}'", state));
    const Json& answer = answers[used++];
    if (answer.contains("input") && !like(answer["input"], parse_json(task.input, "task input")))
      throw Error("OtherInput", fmt::format("'{}' was called with {} instead of {}", state, task.input,
                                            dump_json(answer["input"])));
    const std::string error = string_or(answer, "error", "");
    if (error == "States.Timeout") return {.output = {}, .error = {}, .cause = {}, .never = true};
    if (!error.empty()) return {.output = {}, .error = error, .cause = cause_text(answer)};
    return {.output = dump_json(answer.at("output")), .error = {}, .cause = {}};
  }

 private:
  Json mocks_;
  std::map<std::string, std::size_t> used_;
};

bool is_placeholder(const std::string& text) {
  static const std::vector<std::string> kNames = {
      "start-time", "date", "entered-time", "RandomNumberGenerated", "snf_role_arn", "sfn_role_arn"};
  if (std::find(kNames.begin(), kNames.end(), text) != kNames.end()) return true;
  const std::size_t open = text.find('<');
  return open != std::string::npos && text.find('>', open) != std::string::npos;
}

// Payloads and causes of events are texts; recordings show those that are JSON parsed.
bool like_text(const Json& expected, const std::string& actual) {
  if (expected.is_string() &&
      (expected.get<std::string>() == actual || is_placeholder(expected.get<std::string>())))
    return true;
  const Json parsed = Json::parse(actual, nullptr, false);
  if (parsed.is_discarded()) return false;
  if (!expected.is_string()) return like(expected, parsed);
  const Json inner = Json::parse(expected.get<std::string>(), nullptr, false);
  return !inner.is_discarded() && like(inner, parsed);
}

Json details_of(const Event& event) {
  const Json json = event_to_json(event, true);
  for (const auto& [key, value] : json.items())
    if (key.ends_with("EventDetails")) return value;
  return nullptr;
}

std::string compare_event(const Json& expected, const Event& actual, bool ordered) {
  const std::string where = fmt::format("event {} ({})", actual.id, event_type_name(actual.type));
  if (expected.at("type") != event_type_name(actual.type))
    return where + ": expected " + expected.at("type").dump();
  if (ordered && expected.at("id").is_number() &&
      (expected["id"] != actual.id || expected.at("prev") != actual.previous))
    return fmt::format("{}: previous is {}, expected {}", where, actual.previous, expected["prev"].dump());
  const Json& wanted = member_or_null(expected, "details");
  const Json details = details_of(actual);
  if (!wanted.is_object()) return details.is_null() || details.empty() ? "" : where + ": unexpected details";
  for (const auto& [key, value] : wanted.items()) {
    const Json& found = member_or_null(details, key);
    const bool same = found.is_string() ? like_text(value, found.get<std::string>()) : like(value, found);
    if (!same)
      return fmt::format("{}: {} is {}, expected {}", where, key, dump_json(found), dump_json(value));
  }
  for (const auto& [key, value] : details.items())
    if (!wanted.contains(key)) return fmt::format("{}: unexpected {}", where, key);
  return "";
}

}  // namespace

std::optional<std::filesystem::path> directory() {
  const char* given = std::getenv("AURORA_ASL_CASES");
  const std::filesystem::path path =
      given ? std::filesystem::path(given) : std::filesystem::path(AURORA_SOURCE_DIR) / "../shared/asl-cases";
  return std::filesystem::exists(path) ? std::optional(path) : std::nullopt;
}

std::vector<Json> rows(const std::filesystem::path& file) {
  std::vector<Json> result;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);)
    if (!line.empty()) result.push_back(parse_json(line, file.filename().string()));
  return result;
}

bool like(const Json& expected, const Json& actual) {
  if (expected.is_string()) {
    const std::string& text = expected.get_ref<const std::string&>();
    if (is_placeholder(text)) return true;
    return actual.is_string() && actual == expected;
  }
  if (expected.is_object()) {
    if (!actual.is_object()) return false;
    for (const auto& [key, value] : expected.items())
      if (!actual.contains(key) || !like(value, actual.at(key))) return false;
    for (const auto& [key, value] : actual.items())
      if (!expected.contains(key) && key != "RedriveCount") return false;
    return true;
  }
  if (expected.is_array()) {
    if (!actual.is_array() || actual.size() != expected.size()) return false;
    for (std::size_t i = 0; i < expected.size(); ++i)
      if (!like(expected[i], actual[i])) return false;
    return true;
  }
  return equal_values(expected, actual);
}

Run run(const Json& row) {
  Run result;
  Answers answers(row);
  FixedHost host;
  const SimulationOptions options{
      .identity = {.arn = "arn:aws:states:us-east-1:111111111111:execution:machine:run",
                   .name = "run",
                   .machine_arn = "arn:aws:states:us-east-1:111111111111:stateMachine:machine",
                   .machine_name = "machine",
                   .role_arn = "snf_role_arn",
                   .region = "us-east-1",
                   .start_time = TimePoint(std::chrono::seconds(1'700'000'000))},
      .answer = [&](const std::string& state, const TaskStart& task) { return answers.next(state, task); }};
  try {
    const std::optional<Value> input = Value::parse(dump_json(row.at("input")));
    result.simulation = simulate(Machine::compile(row.at("definition")), input.value(), options, host);
    if (result.simulation.status == ExecutionStatus::kRunning) result.problem = "nothing is left to wait for";
  } catch (const std::exception& e) {
    result.problem = e.what();
  }
  return result;
}

std::string compare_end(const Json& row, const Run& run) {
  if (!run.problem.empty()) return run.problem;
  const Simulation& end = run.simulation;
  const std::string status(status_name(end.status));
  const std::string error_text = end.error.value_or(""), cause = end.cause.value_or("");
  if (status != row.at("expected_status"))
    return fmt::format("{} ({}: {}), expected {}", status, error_text, cause, row["expected_status"].dump());
  const Json& output = member_or_null(row, "expected_output");
  if (end.status == ExecutionStatus::kSucceeded && !like(output, parse_json(end.output, "output")))
    return fmt::format("output {}, expected {}", end.output, dump_json(output));
  const Json& error = member_or_null(row, "expected_error");
  if (error.is_string() && error != error_text)
    return fmt::format("error {}, expected {}", error_text, error.dump());
  const Json& expected_cause = member_or_null(row, "expected_cause");
  if (!expected_cause.is_null() && !like_text(expected_cause, cause))
    return fmt::format("cause {}, expected {}", cause, dump_json(expected_cause));
  return "";
}

std::string compare_history(const Json& recorded, const Run& run) {
  // Recordings of a Parallel are sorted by type and name, because the order of its branches is a race; their
  // events have a list for an id and lack some of the others.
  const std::vector<Event>& actual = run.simulation.events;
  const Json& expected = recorded.at("events");
  bool sorted = false;
  for (const Json& event : expected) sorted = sorted || !event.at("id").is_number();
  if (sorted) {
    std::size_t found = 0;
    for (const Json& event : expected) {
      for (const Event& each : actual)
        if (compare_event(event, each, true).empty()) {
          ++found;
          break;
        }
    }
    return found == expected.size() ? "" : fmt::format("{} of {} events found", found, expected.size());
  }
  for (std::size_t i = 0; i < std::min(expected.size(), actual.size()); ++i) {
    const std::string difference = compare_event(expected[i], actual[i], true);
    if (!difference.empty()) return difference;
  }
  return expected.size() == actual.size()
             ? ""
             : fmt::format("{} events, expected {}", actual.size(), expected.size());
}

}  // namespace aurora::asl::cases
