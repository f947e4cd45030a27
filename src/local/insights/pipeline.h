// Runs a CloudWatch Logs Insights query: records in, lines of results out.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "local/insights/budget.h"
#include "local/insights/query.h"
#include "local/insights/row.h"

namespace aurora::local::insights {

// What a query keeps at most: groups, rows that it sorts, results.
inline constexpr std::size_t kQueryBytesMax = 256 * 1024 * 1024;

// One command at work.
class Stage {
 public:
  virtual ~Stage() = default;
  // False when no row that follows can change the result.
  virtual bool push(Row row) = 0;
  // No row follows; gives on what was kept.
  virtual void finish() = 0;
};

class Pipeline {
 public:
  using ResultRow = std::vector<std::pair<std::string, std::string>>;

  // `limit` holds where the query has no limit of its own. `query` outlives the pipeline.
  Pipeline(const Query& query, std::size_t limit, std::size_t bytes_max = kQueryBytesMax);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Records come the newest first. False when the query wants no more of them (limit any).
  bool push(std::shared_ptr<const Record> record);
  // Fields that are not there are left out of a row; a row of an event ends with its @ptr.
  std::vector<ResultRow> finish();
  // Events that every filter let through.
  std::size_t matched() const { return matched_; }

 private:
  class Collector;

  Budget budget_;
  std::size_t matched_ = 0;
  // In the order of the query; each knows the one behind it.
  std::vector<std::unique_ptr<Stage>> stages_;
  std::unique_ptr<Collector> collector_;
};

}  // namespace aurora::local::insights
