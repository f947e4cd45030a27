// What a team's check expects of its query, in words: "value >= 1", "rows 3..10", "younger than 24h".
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "db/session.h"

namespace aurora::restore {

// The first row's first column is "the value"; a query for a value gives exactly one row.
//
//   rows 3 | rows 3..10 | rows >= 3     how many rows there are
//   non-empty | empty                   at least one row; none
//   value >= 1.5 | value = 'x'          also < <= > = != ; numbers as numbers, texts byte by byte
//   equals 42 | equals 'x'              the same as value =
//   between 1 and 5                     both ends included
//   null | not null
//   younger than 24h | older than 7d    a time in UTC; s, m, h, d, w
class Expectation {
 public:
  // Nothing when `text` is none of the above.
  static std::optional<Expectation> parse(std::string_view text);

  const std::string& text() const { return text_; }
  // Nothing when `result` is as expected; else what it is instead, at most 200 characters of it.
  std::optional<std::string> differs(const db::Result& result, TimePoint now) const;
  // The value or the number of rows, for people, at most 200 characters.
  std::string seen(const db::Result& result) const;

 private:
  enum class Of { kRows, kValue, kAge, kNull };
  enum class Relation { kLess, kAtMost, kEqual, kNot, kAtLeast, kGreater };

  static std::optional<Relation> relation_of(std::string_view text);
  static bool holds(int comparison, Relation relation);
  bool parse_rows(std::string_view rest);
  bool parse_value(std::string_view rest);
  bool parse_between(std::string_view rest);
  bool parse_age(std::string_view rest, Relation relation);
  bool is_met_by(const std::string& value, std::string& trouble) const;

  std::string text_;
  Of of_ = Of::kRows;
  Relation relation_ = Relation::kEqual;
  std::string operand_;               // a number, or the text between the quotes
  std::optional<std::string> upper_;  // of a range
  bool is_text_ = false;
  std::chrono::seconds age_{};
};

// "2026-11-21 03:15:00.5+00", as servers write times with their zone at UTC; also ISO 8601 and dates.
std::optional<TimePoint> parse_server_time(std::string_view text);

}  // namespace aurora::restore
