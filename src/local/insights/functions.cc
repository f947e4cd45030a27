#include "local/insights/functions.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "local/insights/period.h"

namespace aurora::local::insights {
namespace {

using Arguments = std::vector<Value>;

// No text grows without end, however often a query concatenates it.
constexpr std::size_t kTextMax = 1024 * 1024;

Value text(std::string result) {
  if (result.size() > kTextMax) result.resize(kTextMax);
  return Value::of(std::move(result));
}

template <double (*kFunction)(double)>
Value of_number(const Arguments& a) {
  const auto x = a[0].number();
  return x ? Value::of(kFunction(*x)) : Value();
}
template <double (*kFunction)(double, double)>
Value of_numbers(const Arguments& a) {
  const auto x = a[0].number();
  const auto y = a[1].number();
  return x && y ? Value::of(kFunction(*x, *y)) : Value();
}
template <std::string (*kFunction)(std::string_view)>
Value of_text(const Arguments& a) {
  return a[0].is_null() ? Value() : text(kFunction(a[0].text()));
}

double plus(double x, double y) {
  return x + y;
}
double minus(double x, double y) {
  return x - y;
}
double times(double x, double y) {
  return x * y;
}
double over(double x, double y) {
  return x / y;
}
double rest(double x, double y) {
  return std::fmod(x, y);
}
double power(double x, double y) {
  return std::pow(x, y);
}
double negated(double x) {
  return -x;
}
double absolute(double x) {
  return std::abs(x);
}
double ceiling(double x) {
  return std::ceil(x);
}
double flooring(double x) {
  return std::floor(x);
}
double root(double x) {
  return std::sqrt(x);
}
double logarithm(double x) {
  return std::log(x);
}

Value equal(const Arguments& a) {
  return Value::of(compare(a[0], a[1]) == 0);
}
// What is not there is not equal to anything.
Value not_equal(const Arguments& a) {
  return Value::of(compare(a[0], a[1]) != 0);
}
Value less(const Arguments& a) {
  return Value::of(compare(a[0], a[1]) < 0);
}
Value less_or_equal(const Arguments& a) {
  return Value::of(compare(a[0], a[1]) <= 0);
}
Value greater(const Arguments& a) {
  return Value::of(compare(a[0], a[1]) > 0);
}
Value greater_or_equal(const Arguments& a) {
  return Value::of(compare(a[0], a[1]) >= 0);
}
Value negation(const Arguments& a) {
  return Value::of(!a[0].is_true());
}
Value is_one_of(const Arguments& a) {
  return Value::of(
      std::any_of(a.begin() + 1, a.end(), [&](const Value& one) { return compare(a[0], one) == 0; }));
}
Value contains(const Arguments& a) {
  return Value::of(!a[0].is_null() && a[0].text().find(a[1].text()) != std::string::npos);
}

Value greatest(const Arguments& a) {
  return *std::max_element(a.begin(), a.end(), [](const Value& x, const Value& y) {
    return x.is_null() ? !y.is_null() : compare(x, y) < 0;
  });
}
Value least(const Arguments& a) {
  return *std::min_element(a.begin(), a.end(), [](const Value& x, const Value& y) {
    return y.is_null() ? !x.is_null() : compare(x, y) < 0;
  });
}

template <Moment (*kRound)(Moment, const Period&)>
Value rounded(const Arguments& a) {
  const auto moment = a[0].moment();
  const auto period = parse_period(a[1].text());
  return moment && period ? Value::of(kRound(*moment, *period)) : Value();
}
Value from_millis(const Arguments& a) {
  const auto moment = a[0].moment();
  return moment ? Value::of(*moment) : Value();
}
Value to_millis(const Arguments& a) {
  return Value::of(a[0].number().value_or(std::nan("")));
}

Value is_present(const Arguments& a) {
  return Value::of(!a[0].is_null());
}
Value is_empty(const Arguments& a) {
  return Value::of(a[0].text().empty());
}
Value is_blank(const Arguments& a) {
  return Value::of(trim(a[0].text()).empty());
}
Value coalesced(const Arguments& a) {
  const auto found = std::find_if(a.begin(), a.end(), [](const Value& value) { return !value.is_null(); });
  return found == a.end() ? Value() : *found;
}

Value joined(const Arguments& a) {
  std::string result;
  for (const Value& part : a)
    if (result.size() < kTextMax) result += part.text();
  return text(std::move(result));
}
std::size_t characters(std::string_view bytes) {
  return static_cast<std::size_t>(std::count_if(
      bytes.begin(), bytes.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}
// Where the character of that number begins.
std::size_t offset_of(std::string_view bytes, std::size_t character) {
  std::size_t at = 0;
  for (; at < bytes.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(bytes[at]) & 0xC0U) != 0x80U;
    if (begins && character-- == 0) break;
  }
  return at;
}
Value length(const Arguments& a) {
  return a[0].is_null() ? Value() : Value::of(static_cast<double>(characters(a[0].text())));
}

constexpr bool kLeft = true;
constexpr bool kRight = true;
template <bool kAtBegin, bool kAtEnd>
Value trimmed(const Arguments& a) {
  if (a[0].is_null()) return {};
  const std::string what = a.size() > 1 ? a[1].text() : " \t\r\n\f\v";
  std::string result = a[0].text();
  if (kAtEnd) result.erase(result.find_last_not_of(what) + 1);
  if (kAtBegin) result.erase(0, std::min(result.find_first_not_of(what), result.size()));
  return text(std::move(result));
}

Value part_of(const Arguments& a) {
  const auto begin = a[1].number();
  const auto count = a.size() > 2 ? a[2].number() : std::optional<double>(static_cast<double>(kTextMax));
  if (a[0].is_null() || !begin || !count || *begin < 0 || *count < 0) return {};
  const auto whole = [](double x) {
    return static_cast<std::size_t>(std::min(x, static_cast<double>(kTextMax)));
  };
  std::string result = a[0].text();
  result.erase(0, offset_of(result, whole(*begin)));
  result.erase(offset_of(result, whole(*count)));
  return text(std::move(result));
}
Value replaced(const Arguments& a) {
  if (a[0].is_null() || a[1].text().empty()) return a[0];
  const std::string source = a[0].text();
  const std::string from = a[1].text();
  const std::string to = a[2].text();
  // Bounded before it is made, not after.
  if (to.size() > from.size() && source.size() / from.size() * to.size() > kTextMax) return {};
  return text(replace_all(source, from, to));
}

constexpr std::array kFunctions{
    Function{"abs", 1, 1, of_number<absolute>},
    Function{"ceil", 1, 1, of_number<ceiling>},
    Function{"floor", 1, 1, of_number<flooring>},
    Function{"sqrt", 1, 1, of_number<root>},
    Function{"log", 1, 1, of_number<logarithm>},
    Function{"greatest", 1, kArgumentsMax, greatest},
    Function{"least", 1, kArgumentsMax, least},
    Function{"datefloor", 2, 2, rounded<floor_to>},
    Function{"dateceil", 2, 2, rounded<ceil_to>},
    Function{"frommillis", 1, 1, from_millis},
    Function{"tomillis", 1, 1, to_millis},
    Function{"ispresent", 1, 1, is_present},
    Function{"coalesce", 1, kArgumentsMax, coalesced},
    Function{"isempty", 1, 1, is_empty},
    Function{"isblank", 1, 1, is_blank},
    Function{"concat", 1, kArgumentsMax, joined},
    Function{"trim", 1, 2, trimmed<kLeft, kRight>},
    Function{"ltrim", 1, 2, trimmed<kLeft, !kRight>},
    Function{"rtrim", 1, 2, trimmed<!kLeft, kRight>},
    Function{"strlen", 1, 1, length},
    Function{"toupper", 1, 1, of_text<to_upper>},
    Function{"tolower", 1, 1, of_text<to_lower>},
    Function{"upper", 1, 1, of_text<to_upper>},
    Function{"lower", 1, 1, of_text<to_lower>},
    Function{"substr", 2, 3, part_of},
    Function{"replace", 3, 3, replaced},
    Function{"strcontains", 2, 2, contains},
};

constexpr std::array kOperators{
    Function{"=", 2, 2, equal},
    Function{"!=", 2, 2, not_equal},
    Function{"<", 2, 2, less},
    Function{"<=", 2, 2, less_or_equal},
    Function{">", 2, 2, greater},
    Function{">=", 2, 2, greater_or_equal},
    Function{"+", 2, 2, of_numbers<plus>},
    Function{"-", 2, 2, of_numbers<minus>},
    Function{"*", 2, 2, of_numbers<times>},
    Function{"/", 2, 2, of_numbers<over>},
    Function{"%", 2, 2, of_numbers<rest>},
    Function{"^", 2, 2, of_numbers<power>},
    Function{"negate", 1, 1, of_number<negated>},
    Function{"not", 1, 1, negation},
    Function{"in", 1, kArgumentsMax + 1, is_one_of},
    Function{"like", 2, 2, contains},
};

constexpr std::array<std::string_view, 12> kNotCarried{
    "now",          "jsonparse",      "jsonstringify",  "isvalidip",      "isvalidipv4",  "isvalidipv6",
    "isipinsubnet", "isipv4insubnet", "isipv6insubnet", "querystarttime", "queryendtime", "querytimerange"};

template <std::size_t kSize>
const Function* find_in(const std::array<Function, kSize>& table, std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Function& f) { return f.name == name; });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace

const Function* find_function(std::string_view name) {
  return find_in(kFunctions, to_lower(name));
}

const Function& operator_of(std::string_view symbol) {
  return *find_in(kOperators, symbol);
}

bool is_function_not_carried(std::string_view name) {
  return std::find(kNotCarried.begin(), kNotCarried.end(), to_lower(name)) != kNotCarried.end();
}

}  // namespace aurora::local::insights
