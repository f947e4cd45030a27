#include "cli/machine/mocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace aurora::cli {
namespace {

// Stands for every Task state without answers of its own.
constexpr char kOthers[] = "*";
constexpr char kNever[] = "never";
constexpr double kSecondsMax = 1e9;
constexpr int kTimesMax = 100'000;

std::vector<std::string> task_names(const Json& definition) {
  std::vector<std::string> names;
  for_each_state(definition, [&](const std::string& name, const Json& state) {
    if (string_or(state, "Type", "") == "Task") names.push_back(name);
  });
  return names;
}

}  // namespace

void for_each_state(const Json& machine,
                    const std::function<void(const std::string& name, const Json& state)>& visit) {
  const Json& states = member_or_null(machine, "States");
  if (!states.is_object()) return;
  for (const auto& [name, state] : states.items()) {
    visit(name, state);
    const Json& branches = member_or_null(state, "Branches");
    if (branches.is_array())
      for (const Json& branch : branches) for_each_state(branch, visit);
    for (const char* processor : {"ItemProcessor", "Iterator"})
      for_each_state(member_or_null(state, processor), visit);
  }
}

// Reads with all findings at once.
class Mocks::Reader {
 public:
  explicit Reader(std::vector<std::string> tasks) : tasks_(std::move(tasks)) {}

  void read_state(const std::string& name, const Json& value) {
    if (name != kOthers && std::find(tasks_.begin(), tasks_.end(), name) == tasks_.end()) {
      const auto near = nearest(name, tasks_);
      add(name, fmt::format("there is no such Task state{}", near ? "; did you mean " + *near + "?" : ""));
    }
    Answers& answers = read_[name];
    if (!value.is_array()) {
      answers.list.push_back(read_answer(name, value, true));
      return;
    }
    if (value.empty()) add(name, "the list is empty");
    for (std::size_t i = 0; i < value.size(); ++i)
      answers.list.push_back(read_answer(fmt::format("{}[{}]", name, i), value[i], i + 1 == value.size()));
  }

  std::map<std::string, Answers> take() {
    if (!findings_.empty())
      throw Error("MocksMalformed", join(findings_, "\n"),
                  "An answer is {\"output\": …}, {\"error\": …, \"cause\": …} or \"never\"; docs/ASL.md "
                  "describes all of it.");
    std::vector<std::string> missing;
    const auto others = read_.find(kOthers);
    for (const std::string& task : tasks_) {
      if (read_.contains(task)) continue;
      if (others == read_.end())
        missing.push_back(task);
      else
        read_.emplace(task, others->second);
    }
    if (!missing.empty())
      throw Error(
          "MockMissing", fmt::format("no answer is given for: {}", join(missing, ", ")),
          fmt::format("Name each of them in the mocks ({{\"{}\": [{{\"output\": {{}}}}]}}), or \"{}\" for "
                      "all that are not named.",
                      missing.front(), kOthers));
    read_.erase(kOthers);
    return std::move(read_);
  }

 private:
  void add(const std::string& where, const std::string& what) {
    findings_.push_back(fmt::format("{}: {}", where, what));
  }

  Answer read_answer(const std::string& where, const Json& value, bool is_last) {
    Answer answer;
    if (value == kNever) {
      answer.answer.never = true;
      return answer;
    }
    if (!value.is_object()) {
      add(where, fmt::format("{} is no answer", dump_json(value)));
      return answer;
    }
    for (const auto& [key, ignored] : value.items())
      if (key != "output" && key != "error" && key != "cause" && key != "after_seconds" && key != "repeat")
        add(where, fmt::format("\"{}\" is not known", key));
    read_end(where, value, answer);
    read_time(where, value, answer);
    read_repeat(where, value, is_last, answer);
    return answer;
  }

  void read_end(const std::string& where, const Json& value, Answer& answer) {
    const bool fails = value.contains("error");
    if (value.contains("output") == fails) return add(where, "give either \"output\" or \"error\"");
    if (!fails) {
      answer.answer.output = dump_json(value["output"]);
      if (value.contains("cause")) add(where, "\"cause\" goes with \"error\"");
      return;
    }
    answer.answer.error = string_or(value, "error", "");
    if (answer.answer.error.empty()) add(where, "\"error\" must be the error's name");
    const Json& cause = member_or_null(value, "cause");
    // A function's cause is its error object as text.
    answer.answer.cause = cause.is_string() ? cause.get<std::string>()
                          : cause.is_null() ? ""
                                            : dump_json(cause);
  }

  void read_time(const std::string& where, const Json& value, Answer& answer) {
    if (!value.contains("after_seconds")) return;
    const Json& seconds = value["after_seconds"];
    if (!seconds.is_number() || seconds.get<double>() < 0 || seconds.get<double>() > kSecondsMax)
      return add(where, "\"after_seconds\" must be a number of seconds, 0 or more");
    answer.answer.after = Duration(std::llround(seconds.get<double>() * 1e6));
  }

  void read_repeat(const std::string& where, const Json& value, bool is_last, Answer& answer) {
    if (!value.contains("repeat")) return;
    const Json& repeat = value["repeat"];
    if (repeat == true) {
      if (!is_last) add(where, "only the last answer repeats without an end");
      answer.times = 0;
    } else if (repeat.is_number_integer() && repeat >= 1 && repeat <= kTimesMax) {
      answer.times = repeat.get<int>();
    } else {
      add(where, "\"repeat\" must be true or how often this answer is given");
    }
  }

  std::vector<std::string> tasks_;
  std::vector<std::string> findings_;
  std::map<std::string, Answers> read_;
};

Mocks Mocks::parse(const Json& mocks, const Json& definition) {
  if (!mocks.is_object())
    throw Error("MocksMalformed", "the mocks must be a JSON object of answers by the names of states");
  Reader reader(task_names(definition));
  for (const auto& [name, value] : mocks.items()) reader.read_state(name, value);
  Mocks result;
  result.by_state_ = reader.take();
  return result;
}

asl::SimulatedAnswer Mocks::next(const std::string& state) {
  Answers& answers = by_state_.at(state);
  ++answers.asked;
  while (answers.at < answers.list.size()) {
    const Answer& answer = answers.list[answers.at];
    if (answer.times == 0 || answers.given < answer.times) {
      ++answers.given;
      return answer.answer;
    }
    ++answers.at;
    answers.given = 0;
  }
  throw Error("MockMissing",
              fmt::format("the task of {} is asked for answer {} and has only {}", state, answers.asked,
                          answers.asked - 1),
              "Add an answer, or mark the last one with \"repeat\": true.");
}

std::vector<std::string> Mocks::left_over() const {
  std::vector<std::string> texts;
  for (const auto& [state, answers] : by_state_) {
    if (answers.asked == 0) continue;
    int left = 0;
    for (std::size_t i = answers.at; i < answers.list.size(); ++i)
      left += answers.list[i].times - (i == answers.at && answers.list[i].times > 0 ? answers.given : 0);
    if (left > 0)
      texts.push_back(fmt::format("{} of {} {} not asked for",
                                  left == 1 ? "1 answer" : fmt::format("{} answers", left), state,
                                  left == 1 ? "was" : "were"));
  }
  return texts;
}

}  // namespace aurora::cli
