// fingerprint_all with several sessions: the threads and their sessions.
#include <algorithm>
#include <atomic>
#include <latch>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "base/text.h"
#include "db/fingerprint.h"
#include "db/fingerprint_dialect.h"
#include "db/fingerprint_plan.h"
#include "db/mysql_fingerprint.h"
#include "db/postgres_fingerprint.h"

namespace aurora::db {
namespace {

int sessions_for(const FingerprintLimits& limits) {
  constexpr int kMost = 16;
  if (limits.sessions_max > 0) return std::min(limits.sessions_max, kMost);
  return std::clamp(2 * static_cast<int>(std::thread::hardware_concurrency()), 2, kMost);
}

// One session in the common moment, and what it does with units.
class Reader {
 public:
  Reader(Session& session, const FingerprintDialect& dialect, FingerprintPlan& plan,
         std::atomic<std::int64_t>& statements)
      : session_(session), dialect_(dialect), plan_(plan), statements_(statements) {}

  void run() {
    while (const std::optional<ReadingUnit> unit = plan_.next()) {
      read(*unit);
      plan_.done(*unit);
    }
  }

 private:
  void read(const ReadingUnit& unit) {
    try {
      limit_time();
      ++statements_;
      for (const Row& row : session_.query(unit.statement()).rows)
        plan_.found(unit.pieces.at(std::stoul(row.at(0).value())), std::stoll(row.at(1).value()),
                    row.at(2).value());
    } catch (const SqlError& error) {
      const bool late = dialect_.is_out_of_time(error) && plan_.left();
      if (!late && !dialect_.is_unreadable(error)) throw;
      ++statements_;
      dialect_.begin(session_, true);
      read_apart(unit, error, late);
    }
  }

  // The tables of a unit that failed, each for itself, to know which it was.
  void read_apart(const ReadingUnit& unit, const SqlError& error, bool late) {
    if (late)
      for (const Piece& piece : unit.pieces) plan_.skip_for_time(piece);
    else if (unit.pieces.size() == 1)
      plan_.skip(unit.pieces.front(), error.message());
    else
      for (const Piece& piece : unit.pieces) read({.pieces = {piece}, .bytes = piece.bytes});
  }

  // Within a budget a statement ends with it. Halving the limit keeps these statements few.
  void limit_time() {
    constexpr std::chrono::milliseconds kLeast{1000};
    const std::optional<std::chrono::milliseconds> left = plan_.left();
    if (!left || (limit_ && *left > *limit_ / 2)) return;
    limit_ = std::max(*left, kLeast);
    ++statements_;
    session_.query(dialect_.limit_statements(*limit_));
  }

  Session& session_;
  const FingerprintDialect& dialect_;
  FingerprintPlan& plan_;
  std::atomic<std::int64_t>& statements_;
  std::optional<std::chrono::milliseconds> limit_;
};

// The threads, which begin together so that their moments are one where the engine has no better way.
class Readers {
 public:
  Readers(Connector& connector, const ConnectOptions& options, const FingerprintDialect& dialect,
          FingerprintPlan& plan, int count)
      : connector_(connector), options_(options), dialect_(dialect), plan_(plan), connected_(count) {
    std::vector<std::jthread> threads;
    for (int number = 0; number < count; ++number) {
      try {
        threads.emplace_back([this] { run(); });
      } catch (const std::system_error&) {
        // The machine has no more threads; those that run do the work.
        refuse();
        connected_.count_down(count - number);
        break;
      }
    }
  }

  int sessions() const { return sessions_; }
  std::int64_t statements() const { return statements_; }
  // Why a session did not come about.
  std::exception_ptr refusal() const { return refusal_; }

 private:
  void run() {
    const std::unique_ptr<Session> session = connect();
    connected_.arrive_and_wait();
    if (!session) return;
    try {
      ++statements_;
      dialect_.begin(*session, false);
      Reader(*session, dialect_, plan_, statements_).run();
    } catch (...) {
      plan_.fail(std::current_exception());
    }
  }

  std::unique_ptr<Session> connect() {
    try {
      auto session = connector_.connect(options_);
      ++sessions_;
      return session;
    } catch (...) {
      refuse();
      return nullptr;
    }
  }

  // Inside a handler: keeps why a session is missing.
  void refuse() {
    const std::lock_guard lock(mutex_);
    refusal_ = std::current_exception();
  }

  Connector& connector_;
  const ConnectOptions& options_;
  const FingerprintDialect& dialect_;
  FingerprintPlan& plan_;
  std::latch connected_;
  std::atomic<int> sessions_ = 0;
  std::atomic<std::int64_t> statements_ = 0;
  std::mutex mutex_;
  std::exception_ptr refusal_;
};

void make_plan(Session& first, const FingerprintDialect& dialect, const std::vector<Source>& tables,
               const FingerprintLimits& limits, FingerprintPlan& plan, std::int64_t piece) {
  constexpr std::int64_t kPiecesMax = 256;
  for (const Source& table : tables) {
    if (limits.table_bytes_max && table.bytes > *limits.table_bytes_max) {
      plan.skip(table, fmt::format("{} is more than the limit of {}",
                                   human_bytes(static_cast<std::uint64_t>(table.bytes)),
                                   human_bytes(static_cast<std::uint64_t>(*limits.table_bytes_max))));
      continue;
    }
    const std::int64_t parts =
        table.is_divisible ? std::clamp<std::int64_t>(table.bytes / piece, 1, kPiecesMax) : 1;
    plan.add(table, dialect.selects(first, table, static_cast<std::size_t>(parts), limits.with_checksums));
  }
}

}  // namespace

std::unique_ptr<FingerprintDialect> fingerprint_dialect(Engine engine) {
  return engine == Engine::kPostgreSql ? postgres::fingerprint_dialect() : mysql::fingerprint_dialect();
}

FingerprintSet fingerprint_all(Connector& connector, const ConnectOptions& given,
                               const FingerprintLimits& limits, const Clock& clock) {
  ConnectOptions options = given;
  // Listing must not outlast the budget either; a second, since none at all would mean no limit.
  if (limits.budget)
    options.statement_timeout = std::min(options.statement_timeout, *limits.budget + std::chrono::seconds(1));
  int sessions = sessions_for(limits);
  FingerprintPlan plan(limits, sessions, clock);
  const auto dialect = fingerprint_dialect(options.engine);
  // Holds the moment for the others until they are done.
  const std::unique_ptr<Session> first = connector.connect(options);
  const std::vector<Source> tables = dialect->list(*first);
  const std::int64_t piece = plan.piece_bytes_for(tables);
  make_plan(*first, *dialect, tables, limits, plan, piece);
  const std::size_t units = plan.finish(piece);
  sessions = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(sessions), units));
  const Readers readers(connector, options, *dialect, plan, sessions);
  if (sessions > 0 && readers.sessions() == 0) std::rethrow_exception(readers.refusal());
  FingerprintSet set = plan.take();
  set.sessions = readers.sessions();
  set.statements = readers.statements();
  return set;
}

}  // namespace aurora::db
