#include "local/dynamodb/number.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>

#include "local/dynamodb/errors.h"

namespace aurora::local::dynamodb {
namespace {

using boost::multiprecision::cpp_int;

constexpr std::size_t kDigitsMax = 38;
constexpr int kExponentMin = -130;
constexpr int kExponentMax = 125;
// Longer input is refused before it is looked at; AWS takes no number of that many characters either.
constexpr std::size_t kTextMax = 512;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

aws::ServiceError not_a_number(std::string_view text) {
  if (text.empty()) return validation_error("The parameter cannot be converted to a numeric value");
  return validation_error("The parameter cannot be converted to a numeric value: " + std::string(text));
}

aws::ServiceError overflow() {
  return validation_error(
      "Number overflow. Attempting to store a number with magnitude larger than supported range");
}

// Reads the digits at `position` and moves it behind them.
std::string_view take_digits(std::string_view text, std::size_t& position) {
  const auto begin = position;
  while (position < text.size() && is_digit(text[position])) ++position;
  return text.substr(begin, position - begin);
}

bool take_sign(std::string_view text, std::size_t& position) {
  if (position < text.size() && (text[position] == '-' || text[position] == '+')) {
    return text[position++] == '-';
  }
  return false;
}

// Saturates far outside of what is supported, so that it cannot overflow.
long to_exponent(std::string_view digits) {
  long value = 0;
  for (const char c : digits) value = std::min(value * 10 + (c - '0'), 1'000'000L);
  return value;
}

}  // namespace

Number Number::make(bool negative, std::string_view digits, long exponent) {
  const auto first = digits.find_first_not_of('0');
  if (first == std::string_view::npos) return Number(0, "", 0);
  exponent -= static_cast<long>(first);
  digits = digits.substr(first, digits.find_last_not_of('0') - first + 1);
  if (exponent > kExponentMax) throw overflow();
  if (exponent < kExponentMin) {
    throw validation_error(
        "Number underflow. Attempting to store a number with magnitude smaller than supported range");
  }
  if (digits.size() > kDigitsMax) {
    throw validation_error("Attempting to store more than 38 significant digits in a Number");
  }
  return Number(negative ? -1 : 1, std::string(digits), static_cast<int>(exponent));
}

Number Number::parse(std::string_view text) {
  if (text.empty() || text.size() > kTextMax) throw not_a_number(text.substr(0, 64));
  std::size_t position = 0;
  const bool negative = take_sign(text, position);
  const auto whole = take_digits(text, position);
  std::string_view fraction;
  if (position < text.size() && text[position] == '.') fraction = take_digits(text, ++position);
  if (whole.empty() && fraction.empty()) throw not_a_number(text);
  long exponent = 0;
  if (position < text.size() && (text[position] == 'e' || text[position] == 'E')) {
    const bool negative_exponent = take_sign(text, ++position);
    const auto digits = take_digits(text, position);
    if (digits.empty()) throw not_a_number(text);
    exponent = to_exponent(digits) * (negative_exponent ? -1 : 1);
  }
  if (position != text.size()) throw not_a_number(text);
  std::string digits(whole);
  digits += fraction;
  return make(negative, digits, exponent + static_cast<long>(whole.size()) - 1);
}

std::string Number::text() const {
  if (sign_ == 0) return "0";
  std::string text = sign_ < 0 ? "-" : "";
  if (exponent_ < 0) {
    return text + "0." + std::string(static_cast<std::size_t>(-exponent_ - 1), '0') + digits_;
  }
  const auto whole = static_cast<std::size_t>(exponent_) + 1;
  if (digits_.size() <= whole) return text + digits_ + std::string(whole - digits_.size(), '0');
  return text + digits_.substr(0, whole) + "." + digits_.substr(whole);
}

Number Number::operator-() const {
  return Number(-sign_, digits_, exponent_);
}

Number Number::operator+(const Number& other) const {
  if (sign_ == 0) return other;
  if (other.sign_ == 0) return *this;
  // The exponents of the last digits; both numbers become integers in units of the smaller one.
  const int last = exponent_ - static_cast<int>(digits_.size()) + 1;
  const int other_last = other.exponent_ - static_cast<int>(other.digits_.size()) + 1;
  const int unit = std::min(last, other_last);
  const auto scaled = [unit](const Number& number, int last_exponent) {
    const cpp_int value(number.digits_ + std::string(static_cast<std::size_t>(last_exponent - unit), '0'));
    return number.sign_ < 0 ? cpp_int(-value) : value;
  };
  const cpp_int sum = scaled(*this, last) + scaled(other, other_last);
  const std::string digits = cpp_int(abs(sum)).str();
  const auto significant = digits.find_last_not_of('0');
  // AWS has this message for a result with too many digits too.
  if (significant != std::string::npos && significant + 1 > kDigitsMax) throw overflow();
  return make(sum < 0, digits, static_cast<long>(digits.size()) - 1 + unit);
}

Number Number::operator-(const Number& other) const {
  return *this + (-other);
}

std::strong_ordering Number::operator<=>(const Number& other) const {
  if (sign_ != other.sign_) return sign_ <=> other.sign_;
  auto magnitude = exponent_ <=> other.exponent_;
  // Without zeros at their ends, digits order as text does.
  if (magnitude == 0) magnitude = digits_.compare(other.digits_) <=> 0;
  return sign_ < 0 ? 0 <=> magnitude : magnitude;
}

// Zero is 0x80. A positive number is 0x81, its exponent, then its digits two by two as 1 to 100, so that
// a longer number follows its own prefix. A negative one is the complement of that from 0x7F on, ended
// by 0xFF, which puts the longer number first.
std::string Number::sort_key() const {
  if (sign_ == 0) return "\x80";
  std::string key = {'\x81', static_cast<char>(exponent_ - kExponentMin)};
  for (std::size_t i = 0; i < digits_.size(); i += 2) {
    const int high = digits_[i] - '0';
    const int low = i + 1 < digits_.size() ? digits_[i + 1] - '0' : 0;
    key += static_cast<char>(high * 10 + low + 1);
  }
  if (sign_ > 0) return key;
  for (char& byte : key) byte = static_cast<char>(~byte);
  key[0] = '\x7F';
  return key + '\xFF';
}

std::size_t Number::size_bytes() const {
  return (digits_.size() + 1) / 2 + 1 + (sign_ < 0 ? 1 : 0);
}

}  // namespace aurora::local::dynamodb
