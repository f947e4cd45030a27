#include "runner.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

#include "base/clock.h"

namespace aurora::asl::cases {
namespace {

// Small numbers of a fixed sequence, so that every run is the same.
class FixedHost final : public Host {
 public:
  double random() override { return 0.5; }
  std::string uuid() override { return fmt::format("00000000-0000-4000-8000-{:012}", ++count_); }
  std::string task_token(int strand, std::int64_t ticket) override {
    return fmt::format("token-{}-{}", strand, ticket);
  }

 private:
  int count_ = 0;
};

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

class Player {
 public:
  explicit Player(const Json& row) : mocks_(member_or_null(row, "mocks")) {
    const std::optional<Value> input = Value::parse(input_text(row));
    execution_ = std::make_unique<Execution>(
        Machine::compile(row.at("definition")),
        ExecutionIdentity{.arn = "arn:aws:states:us-east-1:111111111111:execution:machine:run",
                          .name = "run",
                          .machine_arn = "arn:aws:states:us-east-1:111111111111:stateMachine:machine",
                          .machine_name = "machine",
                          .role_arn = "snf_role_arn",
                          .region = "us-east-1",
                          .start_time = now_},
        input.value(), host_);
  }

  Run play() {
    execution_->start(now_);
    for (int turns = 0; turns < 10'000 && execution_->status() == ExecutionStatus::kRunning; ++turns)
      if (!turn()) break;
    take();
    run_.status = execution_->status();
    run_.output = execution_->output();
    run_.error = execution_->error().value_or("");
    run_.cause = execution_->cause().value_or("");
    return std::move(run_);
  }

 private:
  static std::string input_text(const Json& row) { return dump_json(row.at("input")); }

  bool turn() {
    const Changes changes = take();
    if (changes.more) {
      execution_->proceed(now_);
      return true;
    }
    for (const TaskStart& task : changes.tasks)
      if (!answer(task)) return false;
    if (!changes.tasks.empty()) return true;
    const std::optional<TimePoint> next = execution_->next_wake();
    if (!next) {
      run_.problem = "nothing is left to wait for";
      return false;
    }
    now_ = std::max(now_, *next);
    execution_->time_passed(now_);
    return true;
  }

  Changes take() {
    Changes changes = execution_->take_changes();
    for (Event& event : changes.events) run_.events.push_back(event);
    return changes;
  }

  bool answer(const TaskStart& task) {
    if (!execution_->waits_for(task.strand, task.ticket)) return true;
    const std::string& state = execution_->strands().at(task.strand).state;
    std::size_t& used = used_[state];
    const Json& answers = member_or_null(mocks_, state);
    if (!answers.is_array() || used >= answers.size()) {
      run_.problem = fmt::format("no recorded answer for state '{}'", state);
      return false;
    }
    const Json& answer = answers[used++];
    if (answer.contains("input") && !like(answer["input"], parse_json(task.input, "task input")))
      run_.problem =
          fmt::format("'{}' was called with {} instead of {}", state, task.input, dump_json(answer["input"]));
    const std::string error = string_or(answer, "error", "");
    if (error == "States.Timeout") return true;  // no answer comes: the task's own time runs out
    if (!error.empty())
      execution_->task_failed(task.strand, task.ticket, error, cause_text(answer), now_);
    else
      execution_->task_succeeded(task.strand, task.ticket, dump_json(answer.at("output")), now_);
    return true;
  }

  FixedHost host_;
  Json mocks_;
  std::map<std::string, std::size_t> used_;
  TimePoint now_{std::chrono::seconds(1'700'000'000)};
  std::unique_ptr<Execution> execution_;
  Run run_;
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
  try {
    return Player(row).play();
  } catch (const std::exception& e) {
    Run failed;
    failed.problem = e.what();
    return failed;
  }
}

std::string compare_end(const Json& row, const Run& run) {
  if (!run.problem.empty()) return run.problem;
  const std::string status(status_name(run.status));
  if (status != row.at("expected_status"))
    return fmt::format("{} ({}: {}), expected {}", status, run.error, run.cause,
                       row["expected_status"].dump());
  const Json& output = member_or_null(row, "expected_output");
  if (run.status == ExecutionStatus::kSucceeded && !like(output, parse_json(run.output, "output")))
    return fmt::format("output {}, expected {}", run.output, dump_json(output));
  const Json& error = member_or_null(row, "expected_error");
  if (error.is_string() && error != run.error)
    return fmt::format("error {}, expected {}", run.error, error.dump());
  const Json& cause = member_or_null(row, "expected_cause");
  if (!cause.is_null() && !like_text(cause, run.cause))
    return fmt::format("cause {}, expected {}", run.cause, dump_json(cause));
  return "";
}

std::string compare_history(const Json& recorded, const Run& run) {
  // Recordings of a Parallel are sorted by type and name, because the order of its branches is a race; their
  // events have a list for an id and lack some of the others.
  std::vector<Event> actual = run.events;
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
