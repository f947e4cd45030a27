#include "local/logs_queries.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

#include "aws/error.h"
#include "base/ids.h"

namespace aurora::local {
namespace {

using insights::Pipeline;

// AWS runs 30 queries of an account at once.
constexpr std::size_t kUnfinishedMax = 30;
constexpr auto kRunMax = std::chrono::minutes(15);
constexpr auto kKept = std::chrono::days(7);
constexpr std::size_t kKeptMax = 200;
constexpr std::size_t kKeptBytesMax = 256 * 1024 * 1024;
// How often a running query looks whether it is still wanted.
constexpr std::size_t kLookEvery = 256;

std::size_t size_of(const std::vector<Pipeline::ResultRow>& rows) {
  std::size_t bytes = 0;
  for (const auto& row : rows)
    for (const auto& [name, value] : row) bytes += name.size() + value.size() + 64;
  return bytes;
}

bool is_over(const std::string& status) {
  return status != "Scheduled" && status != "Running";
}

}  // namespace

LogQueries::LogQueries(Source source, Clock& clock) : source_(std::move(source)), clock_(clock) {}

LogQueries::~LogQueries() = default;

std::string LogQueries::start(Order order) {
  auto query = std::make_shared<const insights::Query>(insights::parse_query(order.text));
  const std::lock_guard lock(mutex_);
  forget_old();
  if (unfinished() >= kUnfinishedMax)
    throw aws::ServiceError("LimitExceededException",
                            "The maximum number of concurrent queries has been reached.");
  const std::string id = new_uuid();
  Report report{.id = id,
                .order = std::move(order),
                .status = "Scheduled",
                .created = clock_.now(),
                .statistics = {},
                .rows = std::make_shared<const std::vector<Pipeline::ResultRow>>()};
  queries_[id] = {std::move(report), std::move(query), 0, ++count_};
  waiting_.push_back(id);
  if (!worker_.joinable()) worker_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
  changed_.notify_all();
  return id;
}

std::optional<LogQueries::Report> LogQueries::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = queries_.find(id);
  return found == queries_.end() ? std::nullopt : std::optional(found->second.report);
}

bool LogQueries::stop(const std::string& id) {
  const std::lock_guard lock(mutex_);
  Report& report = queries_.at(id).report;
  if (is_over(report.status)) return false;
  report.status = "Cancelled";
  std::erase(waiting_, id);
  return true;
}

std::vector<LogQueries::Report> LogQueries::all(const std::string& region) const {
  std::vector<const Running*> found;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, running] : queries_)
    if (running.report.order.range.region == region) found.push_back(&running);
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->number > b->number; });
  std::vector<Report> reports;
  for (const Running* running : found) reports.push_back(running->report);
  return reports;
}

std::size_t LogQueries::unfinished() const {
  return static_cast<std::size_t>(std::count_if(queries_.begin(), queries_.end(), [](const auto& entry) {
    return !is_over(entry.second.report.status);
  }));
}

// The oldest of those that are over go first.
void LogQueries::forget_old() {
  std::size_t bytes = 0;
  for (const auto& [id, running] : queries_) bytes += running.bytes;
  for (;;) {
    auto oldest = queries_.end();
    for (auto entry = queries_.begin(); entry != queries_.end(); ++entry)
      if (is_over(entry->second.report.status) &&
          (oldest == queries_.end() || entry->second.number < oldest->second.number))
        oldest = entry;
    if (oldest == queries_.end()) return;
    const bool expired = clock_.now() - oldest->second.report.created > kKept;
    if (!expired && queries_.size() <= kKeptMax && bytes <= kKeptBytesMax) return;
    bytes -= oldest->second.bytes;
    queries_.erase(oldest);
  }
}

void LogQueries::work(const std::stop_token& stop) {
  for (;;) {
    std::string id;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
      id = std::move(waiting_.front());
      waiting_.pop_front();
      queries_.at(id).report.status = "Running";
    }
    const Duration began = clock_.monotonic();
    try {
      run(id, stop);
    } catch (const Error&) {
      end(id, "Failed", clock_.monotonic() - began, {});  // it wanted more memory than it may have
    } catch (const SQLite::Exception&) {
      end(id, "Failed", clock_.monotonic() - began, {});
    }
  }
}

void LogQueries::run(const std::string& id, const std::stop_token& stop) {
  std::shared_ptr<const insights::Query> query;
  Order order;
  {
    const std::lock_guard lock(mutex_);
    const auto found = queries_.find(id);
    if (found == queries_.end()) return;
    query = found->second.query;
    order = found->second.report.order;
  }
  const Duration began = clock_.monotonic();
  const auto cursor = source_(order.range);
  Pipeline pipeline(*query, order.limit);
  Statistics statistics;
  for (bool wanted = true; wanted;) {
    auto event = cursor->next();
    if (!event) break;
    ++statistics.scanned;
    statistics.bytes += event->message.size();
    wanted = pipeline.push(std::make_shared<const insights::Record>(std::move(*event)));
    statistics.matched = pipeline.matched();
    if (statistics.scanned % kLookEvery != 0) continue;
    if (stop.stop_requested() || !note_progress(id, statistics)) return;
    if (clock_.monotonic() - began > kRunMax) return end(id, "Timeout", clock_.monotonic() - began, {});
  }
  auto rows = pipeline.finish();
  statistics.matched = pipeline.matched();
  note_progress(id, statistics);
  end(id, "Complete", clock_.monotonic() - began, std::move(rows));
}

// False when it is to stop.
bool LogQueries::note_progress(const std::string& id, const Statistics& statistics) {
  const std::lock_guard lock(mutex_);
  const auto found = queries_.find(id);
  if (found == queries_.end()) return false;
  found->second.report.statistics = statistics;
  return found->second.report.status == "Running";
}

void LogQueries::end(const std::string& id, std::string status, Duration took,
                     std::vector<Pipeline::ResultRow> rows) {
  const std::size_t bytes = size_of(rows);
  auto shared = std::make_shared<const std::vector<Pipeline::ResultRow>>(std::move(rows));
  const std::lock_guard lock(mutex_);
  const auto found = queries_.find(id);
  // It was stopped meanwhile, and perhaps forgotten since.
  if (found == queries_.end() || found->second.report.status != "Running") return;
  Running& running = found->second;
  running.report.status = std::move(status);
  running.report.took = took;
  running.report.rows = std::move(shared);
  running.bytes = bytes;
}

}  // namespace aurora::local
