#include "local/insights/stages.h"

#include <algorithm>
#include <set>

#include "local/insights/parsing.h"

namespace aurora::local::insights {
namespace {

template <typename C>
class StageOf : public Stage {
 public:
  StageOf(const C& command, Stage& next) : command_(command), next_(next) {}
  void finish() override { next_.finish(); }

 protected:
  const C& command_;
  Stage& next_;
};

class Fields final : public StageOf<FieldsCommand> {
 public:
  using StageOf::StageOf;
  bool push(Row row) override {
    for (const Column& column : command_.columns) {
      const bool as_it_is =
          column.expression->kind == Expression::Kind::kField && column.expression->name == column.name;
      if (!as_it_is) row.set(column.name, column.expression->evaluate(row));
    }
    return next_.push(std::move(row));
  }
};

class Filter final : public StageOf<FilterCommand> {
 public:
  using StageOf::StageOf;
  bool push(Row row) override {
    return !command_.condition->evaluate(row).is_true() || next_.push(std::move(row));
  }
};

class Parse final : public StageOf<ParseCommand> {
 public:
  using StageOf::StageOf;
  bool push(Row row) override {
    const Value source = command_.source->evaluate(row);
    if (!source.is_null())
      for (auto& [name, part] : parsed_parts(command_, source.text()))
        row.set(name, Value::of(std::move(part)));
    return next_.push(std::move(row));
  }
};

class Limit final : public StageOf<LimitCommand> {
 public:
  using StageOf::StageOf;
  bool push(Row row) override {
    // AWS looks at everything in the time range, and its statistics say so, unless any rows will do.
    if (given_ == command_.count) return !command_.any;
    ++given_;
    return next_.push(std::move(row)) && !(command_.any && given_ == command_.count);
  }

 private:
  std::size_t given_ = 0;
};

class Dedup final : public StageOf<DedupCommand> {
 public:
  Dedup(const DedupCommand& command, Stage& next, Budget& budget) : StageOf(command, next), budget_(budget) {}
  bool push(Row row) override {
    std::string key;
    for (const std::string& name : command_.names) {
      const Value value = row.field(name);
      if (value.is_null()) return next_.push(std::move(row));  // what is not there is no duplicate
      const std::string text = value.text();
      key += std::to_string(text.size()) + ":" + text;
    }
    const std::size_t bytes = key.size() + 64;
    if (!seen_.insert(std::move(key)).second) return true;
    budget_.take(bytes);
    return next_.push(std::move(row));
  }

 private:
  Budget& budget_;
  std::set<std::string> seen_;
};

class Sort final : public StageOf<SortCommand> {
 public:
  Sort(const SortCommand& command, Stage& next, Budget& budget, std::size_t keep)
      : StageOf(command, next), budget_(budget), keep_(keep) {}

  bool push(Row row) override {
    Item item{{}, std::move(row), count_++, 0};
    for (const SortCommand::Key& key : command_.keys) item.keys.push_back(item.row.field(key.name));
    if (item.row.record() != nullptr) item.row.record()->forget_parsed();
    item.bytes = item.row.bytes();
    for (const Value& key : item.keys) item.bytes += sizeof(Value) + key.text().size();
    budget_.take(item.bytes);
    items_.push_back(std::move(item));
    if (items_.size() >= 2 * keep_ + kSpare) shrink();
    return true;
  }
  void finish() override {
    shrink();
    for (Item& item : items_)
      if (!next_.push(std::move(item.row))) break;
    next_.finish();
  }

 private:
  static constexpr std::size_t kSpare = 1000;
  struct Item {
    std::vector<Value> keys;
    Row row;
    std::size_t number;
    std::size_t bytes;
  };

  bool before(const Item& a, const Item& b) const {
    for (std::size_t i = 0; i < command_.keys.size(); ++i) {
      const bool descending = command_.keys[i].descending;
      const Value& left = a.keys[i];
      const Value& right = b.keys[i];
      if (left.is_null() || right.is_null()) {
        if (left.is_null() != right.is_null()) return right.is_null();
        continue;
      }
      if (sorts_before(left, right)) return !descending;
      if (sorts_before(right, left)) return descending;
    }
    // Events come the newest first: of one moment, the earlier stands first where time ascends.
    const bool events = a.row.record() != nullptr && b.row.record() != nullptr;
    return events && !command_.keys.front().descending ? a.number > b.number : a.number < b.number;
  }

  void shrink() {
    std::sort(items_.begin(), items_.end(), [this](const Item& a, const Item& b) { return before(a, b); });
    while (items_.size() > keep_) {
      budget_.give_back(items_.back().bytes);
      items_.pop_back();
    }
  }

  Budget& budget_;
  const std::size_t keep_;
  std::vector<Item> items_;
  std::size_t count_ = 0;
};

class Counter final : public Stage {
 public:
  Counter(std::size_t& count, Stage& next) : count_(count), next_(next) {}
  bool push(Row row) override {
    ++count_;
    return next_.push(std::move(row));
  }
  void finish() override { next_.finish(); }

 private:
  std::size_t& count_;
  Stage& next_;
};

}  // namespace

std::unique_ptr<Stage> make_stage(const FieldsCommand& command, Stage& next) {
  return std::make_unique<Fields>(command, next);
}
std::unique_ptr<Stage> make_stage(const FilterCommand& command, Stage& next) {
  return std::make_unique<Filter>(command, next);
}
std::unique_ptr<Stage> make_stage(const ParseCommand& command, Stage& next) {
  return std::make_unique<Parse>(command, next);
}
std::unique_ptr<Stage> make_stage(const LimitCommand& command, Stage& next) {
  return std::make_unique<Limit>(command, next);
}
std::unique_ptr<Stage> make_stage(const DedupCommand& command, Stage& next, Budget& budget) {
  return std::make_unique<Dedup>(command, next, budget);
}
std::unique_ptr<Stage> make_stage(const SortCommand& command, Stage& next, Budget& budget, std::size_t keep) {
  return std::make_unique<Sort>(command, next, budget, keep);
}
std::unique_ptr<Stage> make_counter(std::size_t& count, Stage& next) {
  return std::make_unique<Counter>(count, next);
}

}  // namespace aurora::local::insights
