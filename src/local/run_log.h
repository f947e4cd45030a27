// What became of each time of a schedule: the last runs, and how many were missed. AWS shows none of it by an
// API; the endpoint shows it under /_aurora/schedules.
#pragma once
#include <string>

#include "local/documents.h"
#include "local/occurrences.h"

namespace aurora::local {

// Guarded by its service's lock, as Documents is.
class RunLog {
 public:
  explicit RunLog(SQLite::Database& database) : documents_(database, "runs") {}
  static std::string schema() { return Documents::schema("runs"); }

  // `run` has "scheduled_time", "outcome" (delivered, failed or missed) and what else there is to say. The
  // last 20 are kept.
  void add(const std::string& region, const std::string& name, const Json& run);
  // Does nothing when none was missed.
  void add_missed(const std::string& region, const std::string& name, const Occurrences& found);
  // "runs", the newest first, and "missed", the count of all.
  Json get(const std::string& region, const std::string& name) const;
  void forget(const std::string& region, const std::string& name) { documents_.erase(region, name); }

 private:
  Documents documents_;
};

}  // namespace aurora::local
