#include "restore/verification.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace aurora::restore {
namespace {

// An execution's error holds 32 KiB of text, and a person reads less.
constexpr std::size_t kNamedMax = 10;

bool has_rows(db::Session& session, const db::Table& table) {
  const std::string sql = fmt::format("SELECT 1 FROM {}.{} LIMIT 1", session.quote_identifier(table.schema),
                                      session.quote_identifier(table.name));
  return !session.query(sql).rows.empty();
}

const char* name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass:
      return "passed";
    case Outcome::kPartial:
      return "incomplete";
    case Outcome::kFail:
      break;
  }
  return "failed";
}

}  // namespace

Check passed(std::string name, std::string detail) {
  return {std::move(name), Outcome::kPass, std::move(detail)};
}

Check failed(std::string name, std::string detail) {
  return {std::move(name), Outcome::kFail, std::move(detail)};
}

Json to_json(const Check& check) {
  return {{"name", check.name}, {"status", name_of(check.outcome)}, {"detail", check.detail}};
}

Check check_from(const Json& json) {
  const std::string status = string_or(json, "status", "");
  const Outcome outcome = status == "passed"       ? Outcome::kPass
                          : status == "incomplete" ? Outcome::kPartial
                                                   : Outcome::kFail;
  return {string_or(json, "name", ""), outcome, string_or(json, "detail", "")};
}

Check check_not_empty(db::Connector& databases, const db::ConnectOptions& access,
                      const std::vector<DatabaseContents>& contents) {
  std::size_t tables = 0;
  for (const DatabaseContents& database : contents) {
    tables += database.inventory.tables.size();
    if (database.inventory.tables.empty()) continue;
    db::ConnectOptions there = access;
    there.database = database.name;
    const auto session = databases.connect(there);
    for (const db::Table& table : database.inventory.tables)
      if (has_rows(*session, table))
        return passed("not_empty", TableName{database.name, table.schema, table.name}.text() + " holds rows");
  }
  return failed("not_empty",
                tables == 0
                    ? "the cluster holds no table; set allow_empty if that is right"
                    : fmt::format("all {} tables are empty; set allow_empty if that is right", tables));
}

void throw_if_failed(StepContext& context, const std::vector<Check>& checks) {
  std::vector<std::string> wrong;
  Json record = Json::array();
  for (const Check& check : checks) {
    record.push_back(to_json(check));
    if (check.failed()) wrong.push_back(fmt::format("{}: {}", check.name, check.detail));
  }
  if (wrong.empty()) return;
  Operation& operation = context.operation;
  operation["verification"]["checks"] = record;
  // A resumed operation looks anew, since somebody may have put right what is wrong; but data that scripts
  // have changed cannot be compared with its origin any more.
  for (const char* part : {"checks_done", "users_done"}) operation.state().erase(part);
  if (operation.get("scripts").empty()) operation.state().erase("comparison");
  context.operations.save(operation, context.clock.now());
  context.audit.record(operation.id(), string_or(operation.item(), "step", "verify_restore"), "checks",
                       {{"checks", record}});
  const std::size_t count = wrong.size();
  if (count > kNamedMax) {
    wrong.resize(kNamedMax);
    wrong.push_back(fmt::format("{} more are in the audit trail", count - kNamedMax));
  }
  throw Error(
      "VerificationFailed",
      fmt::format("cluster {} did not pass {} of {} checks. {}", context.settings.text("target_cluster_id"),
                  count, checks.size(), join(wrong, ". ")),
      "The old cluster, where there was one, gets its name back; see the audit trail for every check.");
}

}  // namespace aurora::restore
