#include "local/logs_cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "local/service.h"

namespace aurora::local {
namespace {

constexpr std::string_view kPointerPrefix = "event/";
constexpr int kBusyTimeoutMs = 10'000;

// One group's events, read as they are asked for.
class GroupCursor {
 public:
  GroupCursor(SQLite::Database& database, const LogRange& range, const std::string& group)
      : log_(fmt::format("{}:{}", kAccountId, group)),
        statement_(std::make_unique<SQLite::Statement>(
            database,
            "SELECT id, time_ms, ingested_ms, message, stream FROM event WHERE region = ? AND log_group = ? "
            "AND time_ms >= ? AND time_ms <= ? ORDER BY time_ms DESC, id DESC")) {
    statement_->bind(1, range.region);
    statement_->bind(2, group);
    statement_->bind(3, range.begin_ms);
    statement_->bind(4, range.end_ms);
    step();
  }

  bool at_end() const { return at_end_; }
  bool is_newer_than(const GroupCursor& other) const {
    return std::pair(time_ms(), row()) > std::pair(other.time_ms(), other.row());
  }
  insights::Record::Event take() {
    insights::Record::Event event{.time_ms = time_ms(),
                                  .ingested_ms = statement_->getColumn(2).getInt64(),
                                  .message = statement_->getColumn(3).getString(),
                                  .stream = statement_->getColumn(4).getString(),
                                  .log = log_,
                                  .pointer = log_pointer(row()),
                                  .row = row()};
    step();
    return event;
  }

 private:
  std::int64_t row() const { return statement_->getColumn(0).getInt64(); }
  std::int64_t time_ms() const { return statement_->getColumn(1).getInt64(); }
  void step() { at_end_ = !statement_->executeStep(); }

  std::string log_;
  std::unique_ptr<SQLite::Statement> statement_;
  bool at_end_ = false;
};

class SqliteLogCursor final : public LogCursor {
 public:
  SqliteLogCursor(const std::filesystem::path& directory, const LogRange& range)
      : database_((directory / "logs.db").string(), SQLite::OPEN_READONLY, kBusyTimeoutMs) {
    for (const std::string& group : range.groups) groups_.emplace_back(database_, range, group);
  }

  std::optional<insights::Record::Event> next() override {
    std::erase_if(groups_, [](const GroupCursor& group) { return group.at_end(); });
    if (groups_.empty()) return std::nullopt;
    const auto newest = std::max_element(groups_.begin(), groups_.end(),
                                         [](const auto& a, const auto& b) { return b.is_newer_than(a); });
    return newest->take();
  }

 private:
  SQLite::Database database_;
  std::vector<GroupCursor> groups_;
};

}  // namespace

std::unique_ptr<LogCursor> open_log_cursor(const std::filesystem::path& directory, LogRange range) {
  std::sort(range.groups.begin(), range.groups.end());
  range.groups.erase(std::unique(range.groups.begin(), range.groups.end()), range.groups.end());
  return std::make_unique<SqliteLogCursor>(directory, range);
}

std::string log_pointer(std::int64_t row) {
  return base64_encode(fmt::format("{}{}", kPointerPrefix, row));
}

std::optional<std::int64_t> row_of_pointer(std::string_view pointer) {
  const std::string text = base64_decode(pointer).value_or("");
  if (!text.starts_with(kPointerPrefix)) return std::nullopt;
  std::int64_t row = 0;
  const auto [end, failure] =
      std::from_chars(text.data() + kPointerPrefix.size(), text.data() + text.size(), row);
  return failure == std::errc() && end == text.data() + text.size() ? std::optional(row) : std::nullopt;
}

}  // namespace aurora::local
