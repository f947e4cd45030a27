// The work of reading all tables, divided among several readers.
#pragma once
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/fingerprint.h"
#include "db/fingerprint_dialect.h"
#include "db/wide_number.h"

namespace aurora::db {

// A table, or a range of its rows.
struct Piece {
  std::size_t table = 0;  // its number in the plan
  std::string select;     // what stands behind SELECT
  std::int64_t bytes = 0;
};

// What one statement reads: a piece of a large table, or several small tables.
struct ReadingUnit {
  std::vector<Piece> pieces;
  std::int64_t bytes = 0;

  // One row for each piece: its number in the unit, rows, checksum.
  std::string statement() const;
};

// How many bytes a piece should have, so that `sessions` readers end at about the same time.
std::int64_t piece_bytes(std::int64_t bytes_in_all, int sessions);

// Hands out units and gathers what they found. Thread-safe. A table's checksum is the sum of its pieces'.
class FingerprintPlan {
 public:
  // `clock` outlives the plan; the budget begins now.
  FingerprintPlan(const FingerprintLimits& limits, int sessions, const Clock& clock);

  // Before the readers begin. Tables come in any order.
  std::int64_t piece_bytes_for(const std::vector<Source>& tables) const;
  void add(const Source& table, std::vector<std::string> selects);
  void skip(const Source& table, std::string reason);
  // Sorts and packs what was added; gives the number of units.
  std::size_t finish(std::int64_t piece_bytes);

  // The next unit, or nothing when there is no more. What does not fit the budget is skipped on the way.
  std::optional<ReadingUnit> next();
  // The time that is left for all; nothing without a budget.
  std::optional<std::chrono::milliseconds> left() const;
  void found(const Piece& piece, std::int64_t rows, const std::string& checksum);
  void done(const ReadingUnit& unit);
  void skip(const Piece& piece, std::string reason);
  void skip_for_time(const Piece& piece);
  // A reader's failure ends the work: next() gives nothing any more.
  void fail(std::exception_ptr failure);

  // After the readers ended. Throws the first failure.
  FingerprintSet take();

 private:
  struct Table {
    Source source;
    std::vector<std::string> selects;
    std::size_t pieces_left = 0;
    std::int64_t rows = 0;
    WideNumber checksum = 0;
    std::optional<std::string> skipped;
    bool begun = false;
  };

  bool fits(const ReadingUnit& unit) const;
  std::string out_of_time(const Source& table) const;
  void drop_skipped(ReadingUnit& unit) const;

  const FingerprintLimits limits_;
  const int sessions_;
  const Clock& clock_;
  const Duration began_;

  mutable std::mutex mutex_;
  std::vector<Table> tables_;
  std::deque<ReadingUnit> units_;
  std::int64_t bytes_done_ = 0;
  std::exception_ptr failure_;
};

}  // namespace aurora::db
