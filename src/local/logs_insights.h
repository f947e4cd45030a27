// The operations of CloudWatch Logs Insights: queries, saved queries, fields and records.
#pragma once
#include <filesystem>

#include "base/clock.h"
#include "local/documents.h"
#include "local/logs_queries.h"
#include "local/service_support.h"

namespace aurora::local {

// Part of the Logs service, whose lock is held around handle(). `database` and `groups` are the service's,
// and outlive it, as the clock does.
class LogsInsights {
 public:
  LogsInsights(SQLite::Database& database, const Documents& groups, const std::filesystem::path& directory,
               Clock& clock);
  // The migration that makes its table.
  static std::string schema();

  static bool carries(std::string_view operation);
  Json handle(const Call& call);

 private:
  Json start_query(const Call& call);
  Json get_query_results(const Call& call);
  Json stop_query(const Call& call);
  Json describe_queries(const Call& call);
  Json put_query_definition(const Call& call);
  Json describe_query_definitions(const Call& call);
  Json delete_query_definition(const Call& call);
  Json get_log_group_fields(const Call& call);
  Json get_log_record(const Call& call);

  std::vector<std::string> groups_of(const Call& call) const;
  void check_group(const std::string& region, const std::string& group) const;
  LogQueries::Report known_query(const Call& call) const;

  static const Handlers<LogsInsights>& handlers();

  SQLite::Database& database_;
  const Documents& groups_;
  Documents definitions_;
  const std::filesystem::path directory_;
  Clock& clock_;
  LogQueries queries_;
};

}  // namespace aurora::local
