// Queries of CloudWatch Logs Insights that run in the background, and what they found.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "local/insights/pipeline.h"
#include "local/logs_cursor.h"

namespace aurora::local {

// Thread-safe. One query runs at a time; what is over is kept for a week, as AWS keeps it, or until newer
// results need the room.
class LogQueries {
 public:
  using Source = std::function<std::unique_ptr<LogCursor>(const LogRange&)>;

  struct Order {
    std::string text;
    LogRange range;
    std::size_t limit = insights::kResultsDefault;
  };
  struct Statistics {
    std::size_t matched = 0;
    std::size_t scanned = 0;
    std::size_t bytes = 0;
  };
  // One query as it stands.
  struct Report {
    std::string id;
    Order order;
    std::string status;  // Scheduled, Running, Complete, Failed, Cancelled or Timeout
    TimePoint created;
    Duration took{0};
    Statistics statistics;
    std::shared_ptr<const std::vector<insights::Pipeline::ResultRow>> rows;  // never null
  };

  // `clock` outlives it.
  LogQueries(Source source, Clock& clock);
  ~LogQueries();

  // Its id. Throws insights::QueryError, and aws::ServiceError when too many wait.
  std::string start(Order order);
  // Nothing when it is not known (any more).
  std::optional<Report> find(const std::string& id) const;
  // False when it is over already. The query must be known.
  bool stop(const std::string& id);
  // The newest first.
  std::vector<Report> all(const std::string& region) const;

 private:
  struct Running {
    Report report;
    std::shared_ptr<const insights::Query> query;
    std::size_t bytes = 0;
    std::int64_t number = 0;
  };

  void work(const std::stop_token& stop);
  void run(const std::string& id, const std::stop_token& stop);
  bool note_progress(const std::string& id, const Statistics& statistics);
  void end(const std::string& id, std::string status, Duration took,
           std::vector<insights::Pipeline::ResultRow> rows);
  void forget_old();
  std::size_t unfinished() const;

  const Source source_;
  Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, Running> queries_;
  std::deque<std::string> waiting_;
  std::int64_t count_ = 0;
  std::jthread worker_;  // begun with the first query
};

}  // namespace aurora::local
