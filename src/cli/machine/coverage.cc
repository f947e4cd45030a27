#include "cli/machine/coverage.h"

#include <fmt/format.h>

#include <algorithm>

#include "asl/model.h"
#include "cli/machine/describe.h"
#include "cli/machine/event_log.h"
#include "cli/machine/mocks.h"

namespace aurora::cli {

Coverage::Coverage(const Json& definition) {
  for_each_state(definition, [&](const std::string& name, const Json& state) { add_parts(name, state); });
}

void Coverage::add_parts(const std::string& name, const Json& state) {
  parts_.push_back({Part::Kind::kState, name, "", {}, "state " + name});
  const auto add_choice = [&](const std::string& to, const std::string& when) {
    const auto same = std::find_if(parts_.begin(), parts_.end(), [&](const Part& part) {
      return part.kind == Part::Kind::kChoice && part.state == name && part.to == to;
    });
    if (to.empty()) return;
    if (same == parts_.end())
      parts_.push_back(
          {Part::Kind::kChoice, name, to, {}, fmt::format("choice {} to {} ({})", name, to, when)});
  };
  const Json& choices = member_or_null(state, "Choices");
  if (choices.is_array())
    for (const Json& rule : choices) add_choice(string_or(rule, "Next", ""), rule_text(rule));
  add_choice(string_or(state, "Default", ""), "otherwise");
  add_handlers(name, state, "Retry", Part::Kind::kRetry);
  add_handlers(name, state, "Catch", Part::Kind::kCatch);
}

void Coverage::add_handlers(const std::string& name, const Json& state, const char* field, Part::Kind kind) {
  const Json& list = member_or_null(state, field);
  if (!list.is_array()) return;
  for (const Json& each : list) {
    Part part{kind, name, string_or(each, "Next", ""), {}, ""};
    const Json& names = member_or_null(each, "ErrorEquals");
    if (names.is_array())
      for (const Json& error : names)
        part.error_equals.push_back(error.is_string() ? error.get<std::string>() : "");
    part.name = fmt::format("{} {} of {}{}", kind == Part::Kind::kRetry ? "retry" : "catch", name,
                            errors_text(names), part.to.empty() ? "" : " to " + part.to);
    parts_.push_back(std::move(part));
  }
}

void Coverage::take(Part::Kind kind, const std::string& state, const std::string& to,
                    const std::string& error) {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    if (part.kind != kind || part.state != state || part.to != to) continue;
    const bool handles = kind == Part::Kind::kCatch || kind == Part::Kind::kRetry;
    // The error of a Fail state within a branch stands in no event of its own.
    if (handles && !error.empty() && !asl::matches_error(part.error_equals, error, false)) continue;
    taken_.insert(i);
    return;
  }
}

void Coverage::add(const std::vector<Json>& events) {
  const EventLog log(events);
  for (const LoggedEvent& event : log.events()) {
    const LoggedEvent* before = log.previous(event);
    if (event.enters_state()) {
      take(Part::Kind::kState, event.name, "", "");
      if (before == nullptr || !before->exits_state()) continue;
      const LoggedEvent* failure = log.failure_before(*before);
      if (failure != nullptr)
        take(Part::Kind::kCatch, before->name, event.name, failure->error());
      else if (before->type == "ChoiceStateExited")
        take(Part::Kind::kChoice, before->name, event.name, "");
    } else if (const LoggedEvent* failure = log.retried(event)) {
      const LoggedEvent* attempted = log.attempted(event);
      const LoggedEvent* cause = failure->error().empty() ? log.failure_before(event) : failure;
      if (attempted != nullptr)
        take(Part::Kind::kRetry, attempted->name, "", cause == nullptr ? "" : cause->error());
    }
  }
}

std::vector<std::string> Coverage::missing() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < parts_.size(); ++i)
    if (!taken_.contains(i)) names.push_back(parts_[i].name);
  return names;
}

}  // namespace aurora::cli
