#include "asl/timestamp.h"

#include <algorithm>

namespace aurora::asl {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Reads fixed-width numbers and expected characters from the front; fails for good at the first mismatch.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  int number(std::size_t width) {
    if (text_.size() < width) return fail();
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (!is_digit(text_[i])) return fail();
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(width);
    return value;
  }
  bool accept(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail();
  }
  // At least one digit; digits beyond the ninth are dropped.
  int nanoseconds() {
    int value = 0;
    std::size_t count = 0;
    for (; count < text_.size() && is_digit(text_[count]); ++count)
      if (count < 9) value = value * 10 + (text_[count] - '0');
    if (count == 0) return fail();
    text_.remove_prefix(count);
    for (; count < 9; ++count) value *= 10;
    return value;
  }
  bool done() const { return ok_ && text_.empty(); }
  bool ok() const { return ok_; }

 private:
  int fail() {
    ok_ = false;
    text_ = {};
    return 0;
  }
  std::string_view text_;
  bool ok_ = true;
};

std::optional<int> offset_seconds(Scanner& scanner) {
  if (scanner.accept('Z')) return 0;
  const bool negative = scanner.accept('-');
  if (!negative) scanner.expect('+');
  const int hours = scanner.number(2);
  scanner.expect(':');
  const int minutes = scanner.number(2);
  if (!scanner.ok() || hours > 23 || minutes > 59) return std::nullopt;
  return (negative ? -1 : 1) * (hours * 3600 + minutes * 60);
}

}  // namespace

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  using std::chrono::sys_days;
  Scanner scanner(text);
  const int year = scanner.number(4);
  scanner.expect('-');
  const int month = scanner.number(2);
  scanner.expect('-');
  const int day = scanner.number(2);
  scanner.expect('T');
  const int hour = scanner.number(2);
  scanner.expect(':');
  const int minute = scanner.number(2);
  scanner.expect(':');
  const int second = scanner.number(2);
  const int nanoseconds = scanner.accept('.') ? scanner.nanoseconds() : 0;
  const std::optional<int> offset = offset_seconds(scanner);
  if (!offset || !scanner.done() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = sys_days(date).time_since_epoch().count();
  return Timestamp{days * 86400 + hour * 3600 + minute * 60 + second - *offset, nanoseconds};
}

TimePoint Timestamp::time_point() const {
  constexpr std::int64_t kSecondsMax = std::int64_t{1} << 40;
  const std::int64_t bounded = std::clamp(seconds, -kSecondsMax, kSecondsMax);
  return TimePoint(std::chrono::seconds(bounded) + std::chrono::microseconds((nanoseconds + 999) / 1000));
}

}  // namespace aurora::asl
