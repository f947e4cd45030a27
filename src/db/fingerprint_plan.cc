#include "db/fingerprint_plan.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace aurora::db {
namespace {

constexpr std::int64_t kMegabyte = 1'000'000;
// Beyond this a statement grows long for its server's parser, and one refusal costs much.
constexpr std::size_t kTablesInUnitMax = 100;

std::string sized(std::int64_t bytes) {
  return human_bytes(static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0)));
}

}  // namespace

std::string ReadingUnit::statement() const {
  std::string text;
  for (std::size_t number = 0; number < pieces.size(); ++number)
    text += fmt::format("{}SELECT {}, {}", number > 0 ? " UNION ALL " : "", number, pieces[number].select);
  return text;
}

std::int64_t piece_bytes(std::int64_t bytes_in_all, int sessions) {
  // Several for each reader, so that the last ones end together.
  constexpr std::int64_t kPiecesForEach = 8;
  return std::clamp(bytes_in_all / (kPiecesForEach * sessions), 4 * kMegabyte, 256 * kMegabyte);
}

FingerprintPlan::FingerprintPlan(const FingerprintLimits& limits, int sessions, const Clock& clock)
    : limits_(limits), sessions_(sessions), clock_(clock), began_(clock.monotonic()) {}

std::int64_t FingerprintPlan::piece_bytes_for(const std::vector<Source>& tables) const {
  std::int64_t bytes = 0;
  for (const Source& table : tables) bytes += table.bytes;
  return piece_bytes(bytes, sessions_);
}

void FingerprintPlan::add(const Source& table, std::vector<std::string> selects) {
  const std::lock_guard lock(mutex_);
  tables_.push_back({.source = table, .selects = std::move(selects), .skipped = std::nullopt});
}

void FingerprintPlan::skip(const Source& table, std::string reason) {
  const std::lock_guard lock(mutex_);
  tables_.push_back({.source = table, .selects = {}, .skipped = std::move(reason)});
}

std::size_t FingerprintPlan::finish(std::int64_t piece_bytes) {
  const std::lock_guard lock(mutex_);
  std::vector<std::size_t> order(tables_.size());
  for (std::size_t number = 0; number < order.size(); ++number) order[number] = number;
  // Large ones first end soonest; with little time, small ones first are the most that get done.
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    const std::int64_t left = tables_[a].source.bytes;
    const std::int64_t right = tables_[b].source.bytes;
    return limits_.budget ? left < right : left > right;
  });
  for (const std::size_t number : order) {
    Table& table = tables_[number];
    table.pieces_left = table.selects.size();
    const bool alone = table.source.may_be_refused || table.selects.size() > 1;
    const std::int64_t bytes = table.source.bytes / std::max<std::int64_t>(1, std::ssize(table.selects));
    for (std::string& select : table.selects) {
      ReadingUnit* last = units_.empty() ? nullptr : &units_.back();
      const bool joins = !alone && last && last->pieces.size() < kTablesInUnitMax &&
                         last->bytes + bytes <= piece_bytes && !tables_[last->pieces[0].table].begun;
      if (!joins) last = &units_.emplace_back();
      last->pieces.push_back({number, std::move(select), bytes});
      last->bytes += bytes;
    }
    // Marks units that nothing joins, until the reading begins.
    table.begun = alone;
  }
  for (Table& table : tables_) table.begun = false;
  return units_.size();
}

void FingerprintPlan::drop_skipped(ReadingUnit& unit) const {
  std::erase_if(unit.pieces, [&](const Piece& piece) {
    if (tables_[piece.table].skipped) unit.bytes -= piece.bytes;
    return tables_[piece.table].skipped.has_value();
  });
}

// By the speed so far; before there is one worth the name, everything fits while there is time.
bool FingerprintPlan::fits(const ReadingUnit& unit) const {
  const std::optional<std::chrono::milliseconds> time = left();
  if (!time) return true;
  if (time->count() <= 0) return false;
  const Table& table = tables_[unit.pieces.front().table];
  const bool whole = unit.pieces.size() > 1 || table.selects.size() < 2;
  if (!whole && table.begun) return true;
  const double elapsed = std::chrono::duration<double>(clock_.monotonic() - began_).count();
  if (bytes_done_ < 16 * kMegabyte || elapsed < 1) return true;
  const double speed = static_cast<double>(bytes_done_) / elapsed;
  const double needed = whole ? static_cast<double>(unit.bytes) * sessions_ / speed
                              : static_cast<double>(table.source.bytes) / speed;
  return needed <= std::chrono::duration<double>(*time).count();
}

std::string FingerprintPlan::out_of_time(const Source& table) const {
  return fmt::format("its {} do not fit into the {} s that are given", sized(table.bytes),
                     limits_.budget->count());
}

std::optional<ReadingUnit> FingerprintPlan::next() {
  const std::lock_guard lock(mutex_);
  while (!units_.empty() && !failure_) {
    ReadingUnit unit = std::move(units_.front());
    units_.pop_front();
    drop_skipped(unit);
    if (unit.pieces.empty()) continue;
    if (fits(unit)) {
      for (const Piece& piece : unit.pieces) tables_[piece.table].begun = true;
      return unit;
    }
    for (const Piece& piece : unit.pieces) {
      Table& table = tables_[piece.table];
      table.skipped = out_of_time(table.source);
    }
  }
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> FingerprintPlan::left() const {
  if (!limits_.budget) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(*limits_.budget -
                                                               (clock_.monotonic() - began_));
}

void FingerprintPlan::found(const Piece& piece, std::int64_t rows, const std::string& checksum) {
  const std::lock_guard lock(mutex_);
  Table& table = tables_[piece.table];
  table.rows += rows;
  table.checksum += parse_wide(checksum);
  --table.pieces_left;
}

void FingerprintPlan::done(const ReadingUnit& unit) {
  const std::lock_guard lock(mutex_);
  bytes_done_ += unit.bytes;
}

void FingerprintPlan::skip(const Piece& piece, std::string reason) {
  const std::lock_guard lock(mutex_);
  tables_[piece.table].skipped = std::move(reason);
}

void FingerprintPlan::skip_for_time(const Piece& piece) {
  const std::lock_guard lock(mutex_);
  tables_[piece.table].skipped = out_of_time(tables_[piece.table].source);
}

void FingerprintPlan::fail(std::exception_ptr failure) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::move(failure);
}

FingerprintSet FingerprintPlan::take() {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
  FingerprintSet set;
  set.sessions = sessions_;
  for (const Table& table : tables_) {
    const Source& source = table.source;
    if (table.skipped) {
      set.skipped.push_back(
          {source.schema, source.name, *table.skipped, source.bytes, source.estimated_rows});
      continue;
    }
    AURORA_INVARIANT(table.pieces_left == 0);
    set.tables.push_back({source.schema,
                          source.name,
                          {table.rows, limits_.with_checksums ? print_wide(table.checksum) : std::string()}});
  }
  return set;
}

}  // namespace aurora::db
