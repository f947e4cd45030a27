#include "local/insights/pipeline.h"

#include <algorithm>

#include "local/insights/stages.h"

namespace aurora::local::insights {
namespace {

// Which fields a row shows at the end, in their order.
std::vector<std::string> shown_fields(const Query& query) {
  std::vector<std::string> shown;
  bool chosen = false;
  const auto add = [&](const std::string& name) {
    if (std::find(shown.begin(), shown.end(), name) == shown.end()) shown.push_back(name);
  };
  const auto begin_with_defaults = [&] {
    if (!chosen && shown.empty()) shown = {"@timestamp", "@message"};
  };
  for (const Command& command : query.commands) {
    if (const auto* fields = std::get_if<FieldsCommand>(&command)) {
      if (fields->only) shown.clear();
      chosen = true;
      for (const Column& column : fields->columns) add(column.name);
    } else if (const auto* stats = std::get_if<StatsCommand>(&command)) {
      chosen = true;
      shown.clear();
      for (const Column& column : stats->by) add(column.name);
      for (const Column& column : stats->results) add(column.name);
    } else if (const auto* parse = std::get_if<ParseCommand>(&command)) {
      begin_with_defaults();
      for (const std::string& name : parse->names) add(name);
    }
  }
  begin_with_defaults();
  return shown;
}

bool lets_rows_pass(const Command& command) {
  return std::holds_alternative<FieldsCommand>(command) || std::holds_alternative<FilterCommand>(command) ||
         std::holds_alternative<ParseCommand>(command);
}

// How many rows the commands from `at` on want of a sort before them.
std::size_t wanted_from(const Query& query, std::size_t at, std::size_t limit) {
  for (; at < query.commands.size(); ++at) {
    if (const auto* own = std::get_if<LimitCommand>(&query.commands[at])) return own->count;
    // What drops or gathers rows may need all of them.
    if (!std::holds_alternative<FieldsCommand>(query.commands[at]) &&
        !std::holds_alternative<ParseCommand>(query.commands[at]))
      return SIZE_MAX / 4;
  }
  return limit;
}

}  // namespace

// The last stage: what was asked for as text.
class Pipeline::Collector final : public Stage {
 public:
  Collector(std::vector<std::string> shown, std::size_t limit, Budget& budget)
      : shown_(std::move(shown)), limit_(limit), budget_(budget) {}

  bool push(Row row) override {
    if (rows_.size() == limit_) return true;
    ResultRow result;
    std::size_t bytes = 64;
    const auto add = [&](const std::string& name, const Value& value) {
      if (value.is_null()) return;
      result.emplace_back(name, value.text());
      bytes += name.size() + result.back().second.size() + 64;
    };
    for (const std::string& name : shown_) add(name, row.field(name));
    if (row.record() != nullptr) add("@ptr", row.field("@ptr"));
    budget_.take(bytes);
    rows_.push_back(std::move(result));
    return true;
  }
  void finish() override {}
  std::vector<ResultRow> take() { return std::move(rows_); }

 private:
  const std::vector<std::string> shown_;
  const std::size_t limit_;
  Budget& budget_;
  std::vector<ResultRow> rows_;
};

Pipeline::~Pipeline() = default;

Pipeline::Pipeline(const Query& query, std::size_t limit, std::size_t bytes_max) : budget_(bytes_max) {
  const bool own_limit =
      std::any_of(query.commands.begin(), query.commands.end(),
                  [](const Command& command) { return std::holds_alternative<LimitCommand>(command); });
  if (own_limit) limit = kResultsMax;
  collector_ = std::make_unique<Collector>(shown_fields(query), limit, budget_);
  // From the last to the first, because each wants the one behind it. What passes the filters at the head of
  // the query is what matched.
  const auto head = std::find_if_not(query.commands.begin(), query.commands.end(), lets_rows_pass);
  const auto head_size = static_cast<std::size_t>(head - query.commands.begin());
  Stage* next = collector_.get();
  const auto put = [&](std::unique_ptr<Stage> stage) {
    next = stage.get();
    stages_.push_back(std::move(stage));
  };
  for (std::size_t i = query.commands.size(); i-- > 0;) {
    if (i + 1 == head_size) put(make_counter(matched_, *next));
    std::visit(
        [&](const auto& command) {
          using C = std::decay_t<decltype(command)>;
          if constexpr (std::is_same_v<C, SortCommand>) {
            put(make_stage(command, *next, budget_, wanted_from(query, i + 1, limit)));
          } else if constexpr (std::is_same_v<C, StatsCommand> || std::is_same_v<C, DedupCommand>) {
            put(make_stage(command, *next, budget_));
          } else {
            put(make_stage(command, *next));
          }
        },
        query.commands[i]);
  }
  if (head_size == 0) put(make_counter(matched_, *next));
}

bool Pipeline::push(std::shared_ptr<const Record> record) {
  return stages_.back()->push(Row(std::move(record)));
}

std::vector<Pipeline::ResultRow> Pipeline::finish() {
  stages_.back()->finish();
  return collector_->take();
}

}  // namespace aurora::local::insights
