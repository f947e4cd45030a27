#include "local/insights/value.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>

#include "base/dates.h"
#include "base/text.h"

namespace aurora::local::insights {
namespace {

constexpr double kWholeNumbersMax = 9007199254740992.0;  // 2^53: beyond it not every whole number is a double

std::optional<double> parsed_number(std::string_view text) {
  double number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

std::string shown_number(double number) {
  if (std::floor(number) == number && std::abs(number) < kWholeNumbersMax)
    return fmt::format("{:.0f}", number);
  if (std::abs(number) >= kWholeNumbersMax) return fmt::format("{}", number);
  std::string text = fmt::format("{:.4f}", number);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string shown_moment(Moment moment) {
  // Years of four digits; what a query computes may lie anywhere.
  constexpr std::int64_t kLast = 253402300799999;
  if (moment.milliseconds < 0 || moment.milliseconds > kLast) return fmt::format("{}", moment.milliseconds);
  std::string text = format_iso_millis(TimePoint(std::chrono::milliseconds(moment.milliseconds)));
  text[10] = ' ';
  text.pop_back();
  return text;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view take_digits(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  const std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  const auto first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? digits.substr(digits.size() - 1) : digits.substr(first);
}

int natural_order(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (is_digit(a[0]) && is_digit(b[0])) {
      const std::string_view left = take_digits(a);
      const std::string_view right = take_digits(b);
      if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
      if (const int order = left.compare(right); order != 0) return order;
      continue;
    }
    if (a[0] != b[0]) return static_cast<unsigned char>(a[0]) < static_cast<unsigned char>(b[0]) ? -1 : 1;
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.empty() ? (b.empty() ? 0 : -1) : 1;
}

}  // namespace

bool Value::is_true() const {
  if (const auto* truth = std::get_if<bool>(&content_)) return *truth;
  if (const auto* text = std::get_if<std::string>(&content_); text && *text == "true") return true;
  const auto as_number = number();
  return as_number && *as_number != 0;
}

std::optional<double> Value::number() const {
  if (const auto* number = std::get_if<double>(&content_)) return *number;
  if (const auto* text = std::get_if<std::string>(&content_)) return parsed_number(*text);
  if (const auto* truth = std::get_if<bool>(&content_)) return *truth ? 1 : 0;
  if (const auto* moment = std::get_if<Moment>(&content_)) return static_cast<double>(moment->milliseconds);
  return std::nullopt;
}

std::optional<Moment> Value::moment() const {
  if (const auto* moment = std::get_if<Moment>(&content_)) return *moment;
  const auto as_number = number();
  if (!as_number || std::abs(*as_number) > kWholeNumbersMax) return std::nullopt;
  return Moment{static_cast<std::int64_t>(*as_number)};
}

std::string Value::text() const {
  if (const auto* text = std::get_if<std::string>(&content_)) return *text;
  if (const auto* number = std::get_if<double>(&content_)) return shown_number(*number);
  if (const auto* truth = std::get_if<bool>(&content_)) return *truth ? "1" : "0";
  if (const auto* moment = std::get_if<Moment>(&content_)) return shown_moment(*moment);
  return "";
}

std::partial_ordering compare(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return std::partial_ordering::unordered;
  const auto left = a.number();
  const auto right = b.number();
  if (left && right) return *left <=> *right;
  return a.text() <=> b.text();
}

bool sorts_before(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return !a.is_null() && b.is_null();
  const auto left = a.number();
  const auto right = b.number();
  if (left && right) return *left < *right;
  if (left || right) return !left;
  return natural_order(a.text(), b.text()) < 0;
}

}  // namespace aurora::local::insights
