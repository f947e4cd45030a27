// The command stats at work.
#include <map>

#include "local/insights/stages.h"

namespace aurora::local::insights {
namespace {

// The values of one group's aggregates, for the expressions over them.
class GroupScope final : public Scope {
 public:
  explicit GroupScope(const std::vector<std::unique_ptr<Aggregate>>& aggregates) : aggregates_(aggregates) {}
  // Beside its aggregates a group has no fields.
  Value field(const std::string& /*name*/) const override { return {}; }
  Value aggregate(std::size_t number) const override { return aggregates_[number]->result(); }

 private:
  const std::vector<std::unique_ptr<Aggregate>>& aggregates_;
};

class Stats final : public Stage {
 public:
  Stats(const StatsCommand& command, Stage& next, Budget& budget)
      : command_(command), next_(next), budget_(budget) {
    // Without `by` there is one group, also when no event came.
    if (command_.by.empty()) group_of({});
  }

  bool push(Row row) override {
    std::vector<Value> key;
    for (const Column& column : command_.by) key.push_back(column.expression->evaluate(row));
    Group& group = group_of(std::move(key));
    for (std::size_t i = 0; i < group.aggregates.size(); ++i) {
      const ExpressionPtr& argument = command_.aggregates[i].argument;
      group.aggregates[i]->add(argument ? argument->evaluate(row) : Value::of(true), row);
    }
    return true;
  }

  void finish() override {
    for (const auto& [key, group] : groups_) {
      Row row;
      for (std::size_t i = 0; i < key.size(); ++i) row.set(command_.by[i].name, key[i]);
      const GroupScope scope(group.aggregates);
      for (const Column& column : command_.results) row.set(column.name, column.expression->evaluate(scope));
      if (!next_.push(std::move(row))) break;
    }
    next_.finish();
  }

 private:
  struct Group {
    std::vector<std::unique_ptr<Aggregate>> aggregates;
  };
  // By value, so that the periods of bin() come in the order of time.
  struct Before {
    bool operator()(const std::vector<Value>& a, const std::vector<Value>& b) const {
      for (std::size_t i = 0; i < a.size(); ++i) {
        if (sorts_before(a[i], b[i])) return true;
        if (sorts_before(b[i], a[i])) return false;
        // Apart as texts, though of one rank: 1 and 1.0.
        if (const int order = a[i].text().compare(b[i].text()); order != 0) return order < 0;
      }
      return false;
    }
  };

  Group& group_of(std::vector<Value> key) {
    const auto found = groups_.find(key);
    if (found != groups_.end()) return found->second;
    std::size_t bytes = 128 * (1 + command_.aggregates.size());
    for (const Value& value : key) bytes += sizeof(Value) + value.text().size();
    budget_.take(bytes);
    Group group;
    for (const AggregateSpec& spec : command_.aggregates)
      group.aggregates.push_back(spec.function->make(spec.parameter, budget_));
    return groups_.emplace(std::move(key), std::move(group)).first->second;
  }

  const StatsCommand& command_;
  Stage& next_;
  Budget& budget_;
  std::map<std::vector<Value>, Group, Before> groups_;
};

}  // namespace

std::unique_ptr<Stage> make_stage(const StatsCommand& command, Stage& next, Budget& budget) {
  return std::make_unique<Stats>(command, next, budget);
}

}  // namespace aurora::local::insights
