#include <fmt/format.h>

#include <optional>
#include <set>

#include "base/text.h"
#include "restore/checks.h"
#include "restore/database_access.h"
#include "restore/steps/steps.h"
#include "restore/swap.h"
#include "restore/verification_comparison.h"
#include "restore/verification_users.h"

namespace aurora::restore::steps {
namespace {

// An answer may hold 256 KiB; a cluster may have tens of thousands of tables.
constexpr std::size_t kTablesShownMax = 500;
constexpr std::size_t kSchemasShownMax = 200;

Json schema_info_of(const std::vector<DatabaseContents>& contents) {
  Json schemas = Json::array();
  Json tables = Json::array();
  std::set<std::string> seen;
  std::size_t count = 0;
  std::size_t with_tables = 0;
  for (const DatabaseContents& database : contents) with_tables += database.inventory.tables.empty() ? 0 : 1;
  for (const DatabaseContents& database : contents) {
    for (const db::Table& table : database.inventory.tables) {
      if (seen.insert(table.schema).second && seen.size() <= kSchemasShownMax)
        schemas.push_back(table.schema);
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

// Sums over all databases; rows as the planner knows them, which costs no scan.
Json counted(const std::vector<DatabaseContents>& contents) {
  std::int64_t tables = 0;
  std::int64_t rows = 0;
  std::int64_t views = 0;
  std::int64_t routines = 0;
  std::int64_t sequences = 0;
  std::set<std::string> extensions;
  for (const DatabaseContents& database : contents) {
    const db::Inventory& inventory = database.inventory;
    views += inventory.views;
    routines += inventory.functions;
    sequences += inventory.sequences;
    extensions.insert(inventory.extensions.begin(), inventory.extensions.end());
    tables += static_cast<std::int64_t>(inventory.tables.size());
    for (const db::Table& table : inventory.tables) rows += std::max<std::int64_t>(table.estimated_rows, 0);
  }
  return {{"tables_checked", tables}, {"rows_estimated", rows}, {"size_bytes", size_bytes(contents)},
          {"views", views},           {"routines", routines},   {"sequences", sequences},
          {"extensions", extensions}};
}

// What a failed build or a constraint that was never checked leaves behind is the source's, not the
// restore's; but somebody should know.
void warn_of_leftovers(StepContext& context, const std::vector<DatabaseContents>& contents) {
  for (const DatabaseContents& database : contents)
    for (const std::string& index : database.inventory.invalid_indexes)
      context.audit.record(
          context.operation.id(), "verify_restore", "warning",
          {{"message", fmt::format("index {}.{} is invalid, as in the snapshot", database.name, index)}});
}

StepResult wait(const StepContext& context, std::string message) {
  return {.message = std::move(message),
          .fields = {{"target_cluster_id", context.settings.text("target_cluster_id")}},
          .next_step = "verify_restore",
          .retry_after = 1};
}

// All checks, or nothing when another call has to go on with them.
std::optional<StepResult> check(StepContext& context, const db::ConnectOptions& access,
                                const std::vector<DatabaseContents>& contents) {
  if (auto waiting = compare_contents(context, access, "verify_restore")) return waiting;
  const std::vector<db::UserSpec> users = configured_users(context);
  if (!check_users(context, access, users))
    return wait(context,
                fmt::format("Checked {} of {} users",
                            int_or(member_or_null(context.operation.get("state"), "users_done"), "next", 0),
                            users.size()));
  if (!run_checks(context, access))
    return wait(context, fmt::format("Ran {} of the team's checks", sql_checks(context).size()));

  std::vector<Check> checks;
  if (!context.settings.flag("allow_empty"))
    checks.push_back(check_not_empty(context.databases, access, contents));
  for (auto more : {comparison_checks(context), user_checks(context), sql_checks(context)})
    checks.insert(checks.end(), more.begin(), more.end());

  Json verification = counted(contents);
  verification.update(comparison_summary(context));
  verification["checks"] = Json::array();
  for (const Check& one : checks) verification["checks"].push_back(to_json(one));
  context.operation["verification"] = verification;
  throw_if_failed(context, checks);
  // The outcomes are in the record now.
  for (const char* part : {"checks_done", "users_done"}) context.operation.state().erase(part);
  context.operation.state()["verified"] = true;
  warn_of_leftovers(context, contents);
  return std::nullopt;
}

}  // namespace

StepResult verify_restore(StepContext& context) {
  std::optional<std::vector<DatabaseContents>> contents;
  // While names are exchanged the cluster is not reached under either, and was checked before.
  if (!context.operation.is_known("verified")) {
    const db::ConnectOptions access = master_access(context);
    contents = contents_of(context.databases, access);
    if (auto waiting = check(context, access, *contents)) return *waiting;
  }
  if (auto waiting = exchange_names(context)) return *waiting;

  const std::string target = context.settings.text("target_cluster_id");
  // After an exchange of names the endpoint is another one.
  const db::ConnectOptions now = master_access(context);
  if (!contents) contents = contents_of(context.databases, now);
  return {.message = fmt::format("Successfully verified cluster {}", target),
          .fields = {{"target_cluster_id", target},
                     {"cluster_endpoint", now.host},
                     {"cluster_port", now.port},
                     {"schema_info", schema_info_of(*contents)},
                     {"verification", context.operation.get("verification")}},
          .next_step = "notify_completion",
          .retry_after = {}};
}

}  // namespace aurora::restore::steps
