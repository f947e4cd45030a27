#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "restore/database_access.h"
#include "restore/steps/steps.h"
#include "restore/verification.h"

namespace aurora::restore::steps {
namespace {

// An answer may hold 256 KiB; a cluster may have tens of thousands of tables.
constexpr std::size_t kTablesShownMax = 500;

Json schema_info_of(const std::vector<DatabaseContents>& contents) {
  Json schemas = Json::array();
  Json tables = Json::array();
  std::set<std::string> seen;
  std::size_t count = 0;
  std::size_t with_tables = 0;
  for (const DatabaseContents& database : contents) with_tables += database.inventory.tables.empty() ? 0 : 1;
  for (const DatabaseContents& database : contents) {
    for (const db::Table& table : database.inventory.tables) {
      if (seen.insert(table.schema).second) schemas.push_back(table.schema);
      if (++count > kTablesShownMax) continue;
      Json shown{{"schema", table.schema}, {"name", table.name}};
      if (with_tables > 1) shown["database"] = database.name;
      tables.push_back(std::move(shown));
    }
  }
  Json info{{"schemas", schemas}, {"tables", tables}};
  if (count > kTablesShownMax) info["tables_total"] = count;
  return info;
}

// Sums over all tables; rows as the planner knows them, which costs no scan.
Json counted(const std::vector<DatabaseContents>& contents) {
  std::int64_t tables = 0;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  for (const DatabaseContents& database : contents)
    for (const db::Table& table : database.inventory.tables) {
      tables += 1;
      rows += std::max<std::int64_t>(table.estimated_rows, 0);
      bytes += table.bytes;
    }
  return {{"tables_checked", tables}, {"rows_estimated", rows}, {"size_bytes", bytes}};
}

Check compare_with_source(StepContext& context, const db::ConnectOptions& access, Json& verification) {
  const std::string mode = context.settings.text("compare_with_source");
  const Comparison comparison =
      compare(context.databases, source_access(context), access, mode == "checksums");
  verification["compared_with_source"] = true;
  verification["rows_checked"] = comparison.rows;
  verification["tables_equal"] = comparison.tables_equal;
  verification["rows_equal"] = comparison.rows_equal;
  if (comparison.differences.empty())
    return {"equals_source", true,
            fmt::format("{} tables with {} rows equal the source's ({})", comparison.tables_equal,
                        with_thousands(static_cast<std::uint64_t>(comparison.rows_equal)), mode)};
  std::vector<std::string> first(
      comparison.differences.begin(),
      comparison.differences.begin() +
          static_cast<std::ptrdiff_t>(std::min<std::size_t>(5, comparison.differences.size())));
  return {"equals_source", false,
          fmt::format("{} differences: {}", comparison.differences.size(), join(first, "; "))};
}

void throw_if_failed(const StepContext& context, const std::vector<Check>& checks) {
  std::vector<std::string> failed;
  for (const Check& check : checks)
    if (!check.passed) failed.push_back(fmt::format("{}: {}", check.name, check.detail));
  if (failed.empty()) return;
  throw Error(
      "VerificationFailed",
      fmt::format("cluster {} did not pass {} of {} checks. {}", context.settings.text("target_cluster_id"),
                  failed.size(), checks.size(), join(failed, ". ")),
      "The old cluster, where there was one, gets its name back; see the audit trail for every check.");
}

Json to_json(const std::vector<Check>& checks) {
  Json list = Json::array();
  for (const Check& check : checks)
    list.push_back(
        {{"name", check.name}, {"status", check.passed ? "passed" : "failed"}, {"detail", check.detail}});
  return list;
}

}  // namespace

StepResult verify_restore(StepContext& context) {
  const db::ConnectOptions access = master_access(context);
  const std::vector<DatabaseContents> contents = contents_of(context.databases, access);
  Json verification = counted(contents);
  verification["compared_with_source"] = false;

  std::vector<Check> checks;
  if (!context.settings.flag("allow_empty"))
    checks.push_back(check_not_empty(context.databases, access, contents));
  for (const db::UserSpec& user : configured_users(context))
    checks.push_back(check_user(context.databases, access, user));
  if (context.settings.text("compare_with_source") != "none")
    checks.push_back(compare_with_source(context, access, verification));

  verification["checks"] = to_json(checks);
  context.operation["verification"] = verification;
  throw_if_failed(context, checks);
  context.operation.state()["verified"] = true;
  const std::string target = context.settings.text("target_cluster_id");
  return {.message = fmt::format("Successfully verified cluster {}", target),
          .fields = {{"target_cluster_id", target},
                     {"cluster_endpoint", access.host},
                     {"cluster_port", access.port},
                     {"schema_info", schema_info_of(contents)},
                     {"verification", verification}},
          .next_step = "notify_completion",
          .retry_after = {}};
}

}  // namespace aurora::restore::steps
