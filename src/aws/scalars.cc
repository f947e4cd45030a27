#include "aws/scalars.h"

#include <charconv>
#include <cmath>

#include "base/dates.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

TimePoint point_of(const Json& value) {
  if (value.is_string())
    if (const std::optional<TimePoint> when = parse_iso(value.get_ref<const std::string&>())) return *when;
  throw Error("InvalidParameter", dump_json(value) + " is not a time.",
              "Write it in ISO 8601: 2026-11-21T06:20:51Z.");
}

bool has_fraction(TimePoint when) {
  return when.time_since_epoch().count() % 1'000'000 != 0;
}

std::string iso_text(TimePoint when) {
  return has_fraction(when) ? format_iso_millis(when) : format_iso_seconds(when);
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

[[noreturn]] void throw_malformed(const Shape& shape, std::string_view text) {
  throw MalformedMessage(fmt::format("\"{}\" is no value of {}", text, shape.name));
}

Json parse_boolean(const Shape& shape, std::string_view text) {
  if (equals_ignore_case(text, "true")) return true;
  if (equals_ignore_case(text, "false")) return false;
  throw_malformed(shape, text);
}

}  // namespace

bool is_scalar(Type type) {
  return type != Type::kStructure && type != Type::kList && type != Type::kMap;
}

TimestampFormat timestamp_format(const Shape& shape, const Member* member, TimestampFormat usual) {
  if (member && member->timestamp_format != TimestampFormat::kDefault) return member->timestamp_format;
  return shape.timestamp_format != TimestampFormat::kDefault ? shape.timestamp_format : usual;
}

Json timestamp_number(const Json& value) {
  const TimePoint when = point_of(value);
  if (!has_fraction(when)) return when.time_since_epoch().count() / 1'000'000;
  // Milliseconds are what the services keep.
  return std::round(static_cast<double>(when.time_since_epoch().count()) / 1e3) / 1e3;
}

std::string timestamp_text(const Json& value, TimestampFormat format) {
  switch (format) {
    case TimestampFormat::kUnix:
      return timestamp_number(value).dump();
    case TimestampFormat::kRfc822:
      return format_http_date(point_of(value));
    default:
      return iso_text(point_of(value));
  }
}

std::string parse_timestamp(double seconds) {
  return format_iso_millis(from_epoch_seconds(seconds));
}

std::string parse_timestamp(std::string_view text) {
  if (const auto seconds = parse_number<double>(text)) return parse_timestamp(*seconds);
  std::optional<TimePoint> when = parse_iso(text);
  if (!when) when = parse_http_date(text);
  if (!when) throw MalformedMessage(fmt::format("\"{}\" is not a time", text));
  return format_iso_millis(*when);
}

std::string scalar_text(const Shape& shape, const Json& value, TimestampFormat format) {
  if (shape.type == Type::kTimestamp) return timestamp_text(value, format);
  if (!value.is_string()) return value.dump();
  const std::string& text = value.get_ref<const std::string&>();
  return shape.type == Type::kBlob ? base64_encode(text) : text;
}

Json parse_scalar(const Shape& shape, std::string_view text) {
  switch (shape.type) {
    case Type::kBoolean:
      return parse_boolean(shape, trim(text));
    case Type::kInteger:
    case Type::kLong:
      if (const auto number = parse_number<std::int64_t>(trim(text))) return *number;
      throw_malformed(shape, text);
    case Type::kFloat:
    case Type::kDouble:
      if (const auto number = parse_number<double>(trim(text))) return *number;
      throw_malformed(shape, text);
    case Type::kTimestamp:
      return parse_timestamp(trim(text));
    case Type::kBlob:
      if (auto bytes = base64_decode(trim(text))) return std::move(*bytes);
      throw_malformed(shape, text);
    default:
      return std::string(text);
  }
}

const Member& known_member(const Shape& shape, std::string_view name) {
  if (const Member* member = shape.member(name)) return *member;
  std::vector<std::string> known;
  for (const Member& member : shape.members) known.emplace_back(member.name);
  const std::optional<std::string> near = nearest(name, known);
  throw Error("InvalidParameter", fmt::format("{} has no member \"{}\".", shape.name, name),
              near ? fmt::format("Did you mean \"{}\"?", *near) : "");
}

}  // namespace aurora::aws
