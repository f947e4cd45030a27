#include "cli/cost/cost_facts.h"

#include <algorithm>

#include "aws/paginate.h"
#include "aws/rds.h"
#include "cli/log_reader.h"
#include "cli/try_to_see.h"
#include "restore/step.h"

namespace aurora::cli {
namespace {

// Lambda writes its report a moment after the answer.
constexpr std::chrono::minutes kAfterwards{5};
// What CloudWatch Logs adds to each event's size when it bills it.
constexpr std::uint64_t kBytesPerLine = 26;

std::int64_t to_millis(TimePoint when) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
}

// What may not be seen, or is not there, leaves no trace but an absent fact: the sheet names what is unknown.
template <class Look>
void see_if_possible(Look look) {
  try_to_see(look, [](const Error&) {});
}

struct Span {
  TimePoint begin;
  TimePoint end;
};

Span span_of(const Operation& operation, TimePoint now) {
  const Json state = operation.state.value_or(Json::object());
  const Json execution = operation.execution.value_or(Json::object());
  const TimePoint begin =
      time_at(execution, "startDate").value_or(time_at(state, "start_time").value_or(now));
  const TimePoint end = time_at(execution, "stopDate").value_or(time_at(state, "end_time").value_or(now));
  return {begin, std::max(begin, end) + kAfterwards};
}

// Report lines and metric lines of one function's log. Report lines of other operations are read too, since
// nothing but their request tells whose they are.
void read_log(World& world, const Operation& operation, const std::string& step, const Span& span,
              const std::set<std::string>& requests, CostFacts& facts) {
  const Json input{{"logGroupName", log_group_of(world, step)},
                   {"startTime", std::max<std::int64_t>(0, to_millis(span.begin))},
                   {"endTime", to_millis(span.end)}};
  aws::for_each_page(*world.api, "logs", world.region(), "FilterLogEvents", input, [&](const Json& page) {
    for (const Json& event : member_or_null(page, "events")) {
      const std::string message = string_or(event, "message", "");
      if (auto report = parse_report(message)) {
        if (!requests.contains(report->request_id)) continue;
        facts.reports.push_back(*report);
      } else {
        const Json line = parse_json_or_discard(message);
        if (!line.is_object() || string_or(line, "operation_id", "") != operation.id) continue;
        if (line.contains("Requests")) facts.requests.add(line["Requests"]);
      }
      facts.log_bytes = facts.log_bytes.value_or(0) + message.size() + kBytesPerLine;
    }
    return true;
  });
}

void read_functions(World& world, CostFacts& facts) {
  std::set<std::string> functions;
  for (const TaskCall& call : facts.history->calls) functions.insert(call.function);
  for (const std::string& function : functions) {
    const Json answer =
        world.api->call("lambda", world.region(), "GetFunctionConfiguration", {{"FunctionName", function}});
    if (const std::int64_t memory = int_or(answer, "MemorySize", 0); memory > 0)
      facts.memory_mb[function] = memory;
    const Json& architectures = member_or_null(answer, "Architectures");
    if (architectures.is_array() && !architectures.empty()) facts.arm = architectures[0] == "arm64";
  }
}

std::int64_t instances_there(World& world, const Json& state) {
  const std::string region = text_at(state, {"parameters", "target_region"});
  aws::Rds rds(*world.api, region.empty() ? world.region() : region);
  std::int64_t there = 0;
  for (const Json& name : value_at(state, {"restore_details", "instances"}))
    if (name.is_string() && rds.find_instance(name.get<std::string>())) ++there;
  return there;
}

}  // namespace

CostFacts cost_facts(Context& context, World& world, const Operation& operation) {
  CostFacts facts{.state = operation.state.value_or(Json()), .now = context.clock.now()};
  if (operation.execution)
    see_if_possible(
        [&] { facts.history = usage_of_history(Operations(world).events(operation.execution_arn())); });
  std::set<std::string> requests;
  if (facts.history) {
    for (const TaskCall& call : facts.history->calls)
      if (!call.request_id.empty()) requests.insert(call.request_id);
    see_if_possible([&] { read_functions(world, facts); });
  }
  const Span span = span_of(operation, facts.now);
  for (const restore::Step& step : restore::all_steps())
    see_if_possible([&] { read_log(world, operation, std::string(step.name), span, requests, facts); });
  if (facts.state.is_object())
    see_if_possible([&] { facts.instances_there = instances_there(world, facts.state); });
  return facts;
}

}  // namespace aurora::cli
