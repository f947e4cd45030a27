#include "asl/java_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <utility>

namespace aurora::asl {
namespace {

// The shortest digits that give `value` back, and the power of ten of the first of them.
struct Decimal {
  std::string digits;
  int exponent = 0;
};

Decimal decimal(double value) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t e = text.find('e');
  Decimal result;
  for (const char c : text.substr(0, e))
    if (c != '.') result.digits += c;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), end, result.exponent);
  return result;
}

std::string java_double(double value) {
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  const std::string sign = value < 0 ? "-" : "";
  Decimal number = decimal(std::abs(value));
  const auto fraction = [&](std::size_t from) {
    return from < number.digits.size() ? number.digits.substr(from) : std::string("0");
  };
  // Java writes an exponent from 10^7 on and below 10^-3.
  if (number.exponent >= 7 || number.exponent < -3)
    return fmt::format("{}{}.{}E{}", sign, number.digits[0], fraction(1), number.exponent);
  if (number.exponent < 0)
    return sign + "0." + std::string(static_cast<std::size_t>(-number.exponent - 1), '0') + number.digits;
  const auto whole = static_cast<std::size_t>(number.exponent) + 1;
  if (number.digits.size() < whole) number.digits.append(whole - number.digits.size(), '0');
  return sign + number.digits.substr(0, whole) + "." + fraction(whole);
}

void write_string(const std::string& text, std::string& out) {
  out += '"';
  for (const char c : text) {
    static constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t", kLetters = "\"\\bfnrt";
    const std::size_t at = kEscaped.find(c);
    if (at != std::string_view::npos)
      (out += '\\') += kLetters[at];
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    else
      out += c;
  }
  out += '"';
}

void write_json(const Json& value, std::string& out) {
  if (value.is_string()) return write_string(value.get_ref<const std::string&>(), out);
  if (value.is_number()) {
    out += java_number(value);
  } else if (value.is_array()) {
    out += '[';
    bool first = true;
    for (const Json& element : value) {
      if (!std::exchange(first, false)) out += ',';
      write_json(element, out);
    }
    out += ']';
  } else if (value.is_object()) {
    out += '{';
    bool first = true;
    for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
      if (!std::exchange(first, false)) out += ',';
      write_string(name, out);
      out += ':';
      write_json(member, out);
    }
    out += '}';
  } else {
    out += value.is_null() ? "null" : value.get<bool>() ? "true" : "false";
  }
}

void write_collection(const Json& value, std::string& out) {
  if (value.is_string()) {
    out += value.get_ref<const std::string&>();
  } else if (value.is_object()) {
    out += '{';
    bool first = true;
    for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
      if (!std::exchange(first, false)) out += ", ";
      (out += name) += '=';
      write_collection(member, out);
    }
    out += '}';
  } else if (value.is_array()) {
    out += '[';
    bool first = true;
    for (const Json& element : value) {
      if (!std::exchange(first, false)) out += ", ";
      write_collection(element, out);
    }
    out += ']';
  } else {
    write_json(value, out);
  }
}

}  // namespace

std::string java_number(const Json& number) {
  return number.is_number_float() ? java_double(number.get<double>()) : number.dump();
}

std::string java_json(const Json& value) {
  std::string text;
  write_json(value, text);
  return text;
}

std::string format_value(const Json& value) {
  std::string text;
  write_collection(value, text);
  return text;
}

}  // namespace aurora::asl
