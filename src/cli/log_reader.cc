#include "cli/log_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "aws/paginate.h"
#include "base/dates.h"
#include "base/text.h"
#include "restore/step.h"

namespace aurora::cli {
namespace {

constexpr std::array<std::string_view, 4> kLevels{"DEBUG", "INFO", "WARNING", "ERROR"};
// Below ten calls a second, with room for others.
constexpr auto kBetweenCalls = std::chrono::milliseconds(150);
constexpr std::array<std::string_view, 4> kPlatformLines{
    "START RequestId: ", "END RequestId: ", "REPORT RequestId: ", "INIT_START "};

std::int64_t to_millis(TimePoint when) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
}

std::string in_quotes(const std::string& text) {
  return "\"" + replace_all(replace_all(text, "\\", "\\\\"), "\"", "\\\"") + "\"";
}

bool is_platforms(std::string_view message) {
  return std::any_of(kPlatformLines.begin(), kPlatformLines.end(),
                     [&](std::string_view begin) { return message.starts_with(begin); });
}

void keep_newest(std::vector<LogLine>& lines, std::size_t count) {
  std::stable_sort(lines.begin(), lines.end(),
                   [](const LogLine& a, const LogLine& b) { return a.time < b.time; });
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<long>(count));
}

}  // namespace

std::vector<std::string> known_steps(const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const restore::Step& step : restore::all_steps()) known.emplace_back(step.name);
  std::vector<std::string> steps;
  for (const std::string& name : names) {
    const std::string step = replace_all(name, "-", "_");
    if (std::find(known.begin(), known.end(), step) == known.end()) {
      const auto near = nearest(step, known);
      throw Error("UsageError", fmt::format("there is no step \"{}\"", name),
                  near ? fmt::format("Did you mean {}?", *near) : "The steps are " + join(known, ", ") + ".");
    }
    steps.push_back(step);
  }
  return steps.empty() ? known : steps;
}

std::string log_group_of(const World& world, const std::string& step) {
  return "/aws/lambda/" + world.names.function(step);
}

LogReader::LogReader(Context& context, World& world, LogRequest request)
    : context_(context), world_(world), request_(std::move(request)) {
  request_.steps = known_steps(request_.steps);
}

// Lines of an operation, or of a level, are JSON, so that CloudWatch picks them out.
std::string LogReader::pattern() const {
  std::vector<std::string> conditions;
  if (!request_.operation_id.empty())
    conditions.push_back("$.operation_id = " + in_quotes(request_.operation_id));
  if (!request_.least_level.empty()) {
    std::vector<std::string> levels;
    const auto least = std::find(kLevels.begin(), kLevels.end(), to_upper(request_.least_level));
    for (auto level = least; level != kLevels.end(); ++level)
      levels.push_back("$.level = " + in_quotes(std::string(*level)));
    conditions.push_back("(" + join(levels, " || ") + ")");
  }
  return conditions.empty() ? "" : "{ " + join(conditions, " && ") + " }";
}

void LogReader::wait_for_turn() {
  if (!world_.local && last_call_)
    context_.clock.sleep_until(*last_call_ + kBetweenCalls, context_.interrupted);
  last_call_ = context_.clock.now();
  if (context_.interrupted.stop_requested()) throw Cancelled("interrupted before all logs were read");
}

std::vector<LogLine> LogReader::read(TimePoint begin, std::size_t count_max) {
  count_max_ = count_max;
  left_out_ = false;
  std::vector<LogLine> lines;
  std::size_t missing = 0;
  for (const std::string& step : request_.steps) {
    try {
      read_group(step, begin, lines);
    } catch (const aws::ServiceError& error) {
      // A function that never ran has no log yet.
      if (!error.is("ResourceNotFoundException")) throw;
      ++missing;
    }
  }
  if (missing == request_.steps.size() && request_.operation_id.empty())
    throw Error("PipelineNotFound",
                fmt::format("no function of environment {} has a log in {}", world_.names.environment,
                            world_.region()),
                "Is the pipeline of that environment deployed in that Region, and has it ever run?");
  left_out_ = left_out_ || lines.size() > count_max;
  keep_newest(lines, count_max);
  return lines;
}

void LogReader::read_group(const std::string& step, TimePoint begin, std::vector<LogLine>& lines) {
  Json input{{"logGroupName", log_group_of(world_, step)},
             {"startTime", std::max<std::int64_t>(0, to_millis(begin))}};
  if (const std::string filter = pattern(); !filter.empty()) input["filterPattern"] = filter;
  wait_for_turn();
  aws::for_each_page(*world_.api, "logs", world_.region(), "FilterLogEvents", input, [&](const Json& page) {
    for (const Json& event : member_or_null(page, "events"))
      if (auto line = line_of(event, step)) lines.push_back(std::move(*line));
    // However long a log is, no more is kept than is shown, and as much again.
    if (lines.size() > 2 * count_max_ + 1000) {
      left_out_ = true;
      keep_newest(lines, count_max_);
    }
    if (!string_or(page, "nextToken", "").empty()) wait_for_turn();
    return true;
  });
}

std::optional<LogLine> LogReader::line_of(const Json& event, const std::string& step) const {
  LogLine line{.time = TimePoint(std::chrono::milliseconds(int_or(event, "timestamp", 0))),
               .id = string_or(event, "eventId", ""),
               .step = step,
               .function = world_.names.function(step),
               .level = "",
               .message = string_or(event, "message", ""),
               .fields = Json::object()};
  while (!line.message.empty() && line.message.back() == '\n') line.message.pop_back();
  Json body = parse_json_or_discard(line.message);
  if (!body.is_object()) {
    if (is_platforms(line.message)) return std::nullopt;
    return line;
  }
  if (body.contains("_aws") && !request_.metrics) return std::nullopt;
  line.level = string_or(body, "level", "");
  line.message = string_or(body, "message", body.contains("_aws") ? "Metrics" : "");
  for (const char* shown : {"timestamp", "level", "message", "function_name"}) body.erase(shown);
  line.fields = std::move(body);
  return line;
}

}  // namespace aurora::cli
