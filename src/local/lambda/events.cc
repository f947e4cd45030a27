#include "local/lambda/events.h"

#include <algorithm>
#include <optional>

#include "local/store.h"

namespace aurora::local {
namespace {

using namespace std::chrono_literals;

// With nothing due, a worker sleeps until it is told of a new event; this only bounds the sleep.
constexpr std::chrono::milliseconds kSleepMax = 1h;

const std::vector<std::string>& migrations() {
  static const std::vector<std::string> kMigrations{
      "CREATE TABLE event(id INTEGER PRIMARY KEY AUTOINCREMENT, region TEXT NOT NULL, function TEXT NOT "
      "NULL, "
      "request_id TEXT NOT NULL, payload BLOB NOT NULL, attempts INTEGER NOT NULL, not_before INTEGER NOT "
      "NULL)"};
  return kMigrations;
}

std::int64_t to_number(TimePoint when) {
  return when.time_since_epoch().count();
}

QueuedEvent read_row(SQLite::Statement& row) {
  return {.id = row.getColumn(0).getInt64(),
          .region = row.getColumn(1).getString(),
          .function = row.getColumn(2).getString(),
          .request_id = row.getColumn(3).getString(),
          .payload = row.getColumn(4).getString(),
          .attempts = row.getColumn(5).getInt()};
}

}  // namespace

EventQueue::EventQueue(const std::filesystem::path& directory, Clock& clock, Options options)
    : clock_(clock),
      options_(std::move(options)),
      database_(open_store(directory, "lambda-events", migrations())) {}

EventQueue::~EventQueue() {
  stop();
}

void EventQueue::push(const QueuedEvent& event) {
  {
    const std::lock_guard lock(mutex_);
    SQLite::Statement insert(database_,
                             "INSERT INTO event(region, function, request_id, payload, attempts, not_before) "
                             "VALUES(?, ?, ?, ?, 0, ?)");
    insert.bind(1, event.region);
    insert.bind(2, event.function);
    insert.bind(3, event.request_id);
    insert.bind(4, event.payload.data(), static_cast<int>(event.payload.size()));
    insert.bind(5, to_number(clock_.now()));
    insert.exec();
    ++changes_;
  }
  changed_.notify_all();
}

void EventQueue::start(Run run) {
  run_ = std::move(run);
  for (int i = 0; i < options_.workers; ++i) {
    workers_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

void EventQueue::stop() {
  for (std::jthread& worker : workers_) worker.request_stop();
  workers_.clear();
}

void EventQueue::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      const Claim claimed = claim();
      if (claimed.event) {
        settle(*claimed.event, run_(*claimed.event));
      } else {
        wait_for_change(claimed, stop);
      }
    } catch (const SQLite::Exception&) {
      // The disk is full or gone for now. The event is still there and will be run, again if need be.
      clock_.sleep_for(options_.throttled_retry_after, stop);
    }
  }
}

void EventQueue::wait_for_change(const Claim& claimed, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, claimed.wait, [&] { return changes_ != claimed.seen; });
}

EventQueue::Claim EventQueue::claim() {
  const std::lock_guard lock(mutex_);
  const std::int64_t now = to_number(clock_.now());
  SQLite::Statement rows(database_,
                         "SELECT id, region, function, request_id, payload, attempts, not_before FROM event "
                         "ORDER BY not_before, id");
  while (rows.executeStep()) {
    if (running_.contains(rows.getColumn(0).getInt64())) continue;
    const std::int64_t not_before = rows.getColumn(6).getInt64();
    if (not_before > now) {
      const auto wait = std::chrono::ceil<std::chrono::milliseconds>(Duration(not_before - now));
      return {std::nullopt, std::min(kSleepMax, wait), changes_};
    }
    QueuedEvent event = read_row(rows);
    running_.insert(event.id);
    return {std::move(event), {}, changes_};
  }
  return {std::nullopt, kSleepMax, changes_};
}

void EventQueue::settle(const QueuedEvent& event, Verdict verdict) {
  {
    const std::lock_guard lock(mutex_);
    running_.erase(event.id);
    ++changes_;
    const auto attempts = static_cast<std::size_t>(event.attempts);
    if (verdict == Verdict::kKeep) return;
    if (verdict == Verdict::kDone ||
        (verdict == Verdict::kFailed && attempts >= options_.retry_after.size())) {
      SQLite::Statement remove(database_, "DELETE FROM event WHERE id = ?");
      remove.bind(1, event.id);
      remove.exec();
      return;
    }
    const bool failed = verdict == Verdict::kFailed;
    const Duration delay =
        failed ? Duration(options_.retry_after[attempts]) : Duration(options_.throttled_retry_after);
    SQLite::Statement postpone(database_, "UPDATE event SET attempts = ?, not_before = ? WHERE id = ?");
    postpone.bind(1, event.attempts + (failed ? 1 : 0));
    postpone.bind(2, to_number(clock_.now() + delay));
    postpone.bind(3, event.id);
    postpone.exec();
  }
  changed_.notify_all();
}

}  // namespace aurora::local
