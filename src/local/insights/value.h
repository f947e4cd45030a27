// The values of CloudWatch Logs Insights queries.
#pragma once
#include <cmath>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace aurora::local::insights {

// A moment, in milliseconds since 1970; shown as "2026-11-21 06:20:51.000", compared as its number.
struct Moment {
  std::int64_t milliseconds = 0;
};

// Nothing (a field that is not there), a truth (shown as 1 or 0), a number, a text or a moment. Text that
// reads as a number counts as one wherever numbers are wanted: fields of log lines and what `parse` cuts out
// are text.
class Value {
 public:
  Value() = default;
  static Value of(bool truth) { return Value(truth); }
  // Nothing for what is not finite.
  static Value of(double number) { return std::isfinite(number) ? Value(number) : Value(); }
  static Value of(std::string text) { return Value(std::move(text)); }
  static Value of(Moment moment) { return Value(moment); }

  bool is_null() const { return std::holds_alternative<std::monostate>(content_); }
  // True, a number other than 0, or the text "true".
  bool is_true() const;
  std::optional<double> number() const;
  std::optional<Moment> moment() const;
  // As results show it: numbers with at most four decimals.
  std::string text() const;

 private:
  using Content = std::variant<std::monostate, bool, double, std::string, Moment>;
  explicit Value(Content content) : content_(std::move(content)) {}

  Content content_;
};

// As numbers when both are, else as text; unordered when either is nothing.
std::partial_ordering compare(const Value& a, const Value& b);

// The order of the command sort, ascending: what is no number before numbers, runs of digits inside text by
// their number, nothing last.
bool sorts_before(const Value& a, const Value& b);

}  // namespace aurora::local::insights
