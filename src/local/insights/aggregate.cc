#include "local/insights/aggregate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_set>

#include "base/text.h"
#include "local/insights/budget.h"

namespace aurora::local::insights {
namespace {

class Count final : public Aggregate {
 public:
  Count(double /*parameter*/, Budget& /*budget*/) {}
  void add(const Value& value, const Scope& /*record*/) override { count_ += value.is_null() ? 0 : 1; }
  Value result() const override { return Value::of(count_); }

 private:
  double count_ = 0;
};

class CountDistinct final : public Aggregate {
 public:
  CountDistinct(double /*parameter*/, Budget& budget) : budget_(budget) {}
  void add(const Value& value, const Scope& /*record*/) override {
    if (value.is_null()) return;
    std::string text = value.text();
    const std::size_t bytes = text.size() + sizeof(std::string) + 2 * sizeof(void*);
    if (seen_.insert(std::move(text)).second) budget_.take(bytes);
  }
  Value result() const override { return Value::of(static_cast<double>(seen_.size())); }

 private:
  Budget& budget_;
  std::unordered_set<std::string> seen_;
};

// Count, mean and sum of squared distances from it, by Welford's method: large numbers lose nothing.
class Moments : public Aggregate {
 public:
  Moments(double /*parameter*/, Budget& /*budget*/) {}
  void add(const Value& value, const Scope& /*record*/) override {
    const auto number = value.number();
    if (!number) return;
    count_ += 1;
    sum_ += *number;
    const double distance = *number - mean_;
    mean_ += distance / count_;
    squares_ += distance * (*number - mean_);
  }

 protected:
  double count_ = 0;
  double sum_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

class Sum final : public Moments {
 public:
  using Moments::Moments;
  Value result() const override { return count_ == 0 ? Value() : Value::of(sum_); }
};

class Average final : public Moments {
 public:
  using Moments::Moments;
  Value result() const override { return count_ == 0 ? Value() : Value::of(sum_ / count_); }
};

class Deviation final : public Moments {
 public:
  using Moments::Moments;
  Value result() const override {
    if (count_ == 0) return {};
    return Value::of(count_ == 1 ? 0 : std::sqrt(squares_ / (count_ - 1)));
  }
};

// The value that stands first, by `kBefore`.
template <bool (*kBefore)(const Value&, const Value&)>
class First final : public Aggregate {
 public:
  First(double /*parameter*/, Budget& /*budget*/) {}
  void add(const Value& value, const Scope& /*record*/) override {
    if (!value.is_null() && (best_.is_null() || kBefore(value, best_))) best_ = value;
  }
  Value result() const override { return best_; }

 private:
  Value best_;
};

bool smaller(const Value& a, const Value& b) {
  return compare(a, b) < 0;
}
bool larger(const Value& a, const Value& b) {
  return compare(a, b) > 0;
}
bool sorts_after(const Value& a, const Value& b) {
  return sorts_before(b, a);
}

class Percentile final : public Aggregate {
 public:
  Percentile(double percent, Budget& budget) : percent_(percent), budget_(budget) {}
  void add(const Value& value, const Scope& /*record*/) override {
    const auto number = value.number();
    if (!number) return;
    budget_.take(sizeof(double));
    numbers_.push_back(*number);
  }
  // The nearest rank: a number that occurs.
  Value result() const override {
    if (numbers_.empty()) return {};
    std::vector<double> sorted = numbers_;
    const double rank = std::ceil(percent_ / 100 * static_cast<double>(sorted.size()));
    const auto index = static_cast<long>(std::max(rank, 1.0)) - 1;
    std::nth_element(sorted.begin(), sorted.begin() + index, sorted.end());
    return Value::of(sorted[static_cast<std::size_t>(index)]);
  }

 private:
  const double percent_;
  Budget& budget_;
  std::vector<double> numbers_;
};

// The value in the record with the earliest (or latest) @timestamp.
template <bool (*kBefore)(const Value&, const Value&)>
class ByTime final : public Aggregate {
 public:
  ByTime(double /*parameter*/, Budget& /*budget*/) {}
  void add(const Value& value, const Scope& record) override {
    const Value when = record.field("@timestamp");
    if (value.is_null() || when.is_null() || !(when_.is_null() || kBefore(when, when_))) return;
    when_ = when;
    value_ = value;
  }
  Value result() const override { return value_; }

 private:
  Value when_;
  Value value_;
};

template <typename A>
std::unique_ptr<Aggregate> make(double parameter, Budget& budget) {
  return std::make_unique<A>(parameter, budget);
}

std::unique_ptr<Aggregate> make_median(double /*parameter*/, Budget& budget) {
  return std::make_unique<Percentile>(50, budget);
}

constexpr std::array kAggregates{
    AggregateFunction{"count", 0, 1, make<Count>},
    AggregateFunction{"count_distinct", 1, 1, make<CountDistinct>},
    AggregateFunction{"sum", 1, 1, make<Sum>},
    AggregateFunction{"avg", 1, 1, make<Average>},
    AggregateFunction{"min", 1, 1, make<First<smaller>>},
    AggregateFunction{"max", 1, 1, make<First<larger>>},
    AggregateFunction{"pct", 2, 2, make<Percentile>},
    AggregateFunction{"percentile", 2, 2, make<Percentile>},
    AggregateFunction{"median", 1, 1, make_median},
    AggregateFunction{"stddev", 1, 1, make<Deviation>},
    AggregateFunction{"earliest", 1, 1, make<ByTime<smaller>>},
    AggregateFunction{"latest", 1, 1, make<ByTime<larger>>},
    AggregateFunction{"sortsfirst", 1, 1, make<First<sorts_before>>},
    AggregateFunction{"sortslast", 1, 1, make<First<sorts_after>>},
};

}  // namespace

const AggregateFunction* find_aggregate(std::string_view name) {
  const std::string wanted = to_lower(name);
  const auto found = std::find_if(kAggregates.begin(), kAggregates.end(),
                                  [&](const AggregateFunction& function) { return function.name == wanted; });
  return found == kAggregates.end() ? nullptr : &*found;
}

}  // namespace aurora::local::insights
