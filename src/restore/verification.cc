#include "restore/verification.h"

#include <fmt/format.h>

#include <future>
#include <map>

#include "base/text.h"

namespace aurora::restore {
namespace {

db::ConnectOptions in_database(db::ConnectOptions access, const std::string& database) {
  access.database = database;
  return access;
}

// "database.schema.table"
std::string full_name(const std::string& database, const std::string& schema, const std::string& table) {
  return fmt::format("{}.{}.{}", database, schema, table);
}

struct Fingerprints {
  std::map<std::string, db::Fingerprint> tables;
  std::vector<std::string> unreadable;  // sentences: what cannot be read cannot be proved equal
};

Fingerprints fingerprints_of(db::Connector& databases, const db::ConnectOptions& access) {
  Fingerprints all;
  for (const std::string& database : db::list_databases(*databases.connect(access))) {
    const auto session = databases.connect(in_database(access, database));
    const db::FingerprintSet set = db::fingerprint_all(*session);
    for (const db::TableFingerprint& table : set.tables)
      all.tables[full_name(database, table.schema, table.name)] = table.contents;
    for (const db::SkippedTable& table : set.skipped)
      all.unreadable.push_back(
          fmt::format("{}: not compared, {}", full_name(database, table.schema, table.name), table.reason));
  }
  return all;
}

std::string difference(const db::Fingerprint& target, const db::Fingerprint& source, bool with_checksums) {
  if (target.rows != source.rows) return fmt::format("{} rows instead of {}", target.rows, source.rows);
  if (with_checksums && target.checksum != source.checksum)
    return fmt::format("the same {} rows by number, not by content", target.rows);
  return "";
}

bool has_rows(db::Session& session, const db::Table& table) {
  const std::string sql = fmt::format("SELECT 1 FROM {}.{} LIMIT 1", session.quote_identifier(table.schema),
                                      session.quote_identifier(table.name));
  return !session.query(sql).rows.empty();
}

}  // namespace

std::vector<DatabaseContents> contents_of(db::Connector& databases, const db::ConnectOptions& access) {
  std::vector<DatabaseContents> contents;
  for (const std::string& database : db::list_databases(*databases.connect(access))) {
    const auto session = databases.connect(in_database(access, database));
    contents.push_back({database, db::inspect(*session)});
  }
  return contents;
}

Check check_not_empty(db::Connector& databases, const db::ConnectOptions& access,
                      const std::vector<DatabaseContents>& contents) {
  std::size_t tables = 0;
  for (const DatabaseContents& database : contents) {
    tables += database.inventory.tables.size();
    if (database.inventory.tables.empty()) continue;
    const auto session = databases.connect(in_database(access, database.name));
    for (const db::Table& table : database.inventory.tables)
      if (has_rows(*session, table))
        return {"not_empty", true,
                fmt::format("{}.{}.{} holds rows", database.name, table.schema, table.name)};
  }
  return {"not_empty", false,
          tables == 0 ? "the cluster holds no table; set allow_empty if that is right"
                      : fmt::format("all {} tables are empty; set allow_empty if that is right", tables)};
}

Check check_user(db::Connector& databases, const db::ConnectOptions& access, const db::UserSpec& user) {
  Check check{"user " + user.username, true, ""};
  try {
    const std::vector<std::string> names = db::databases_of(*databases.connect(access), user);
    std::vector<std::string> missing;
    for (const std::string& database : names) {
      db::ConnectOptions own = in_database(access, database);
      own.user = user.username;
      own.password = user.password;
      const auto session = databases.connect(own);
      for (const std::string& privilege : db::missing_privileges(*session, user))
        missing.push_back(fmt::format("{} in {}", privilege, database));
    }
    check.passed = missing.empty();
    check.detail = missing.empty() ? fmt::format("logs in to {} and holds {}", join(names, ", "),
                                                 join(user.privileges, ", "))
                                   : "lacks " + join(missing, ", ");
  } catch (const db::SqlError& e) {
    // A server that is not up yet is for the machine's Retry; a login refused is what this check is about.
    if (e.name() == "DatabaseUnavailable") throw;
    check.passed = false;
    check.detail = e.message();
  }
  return check;
}

Comparison compare(db::Connector& databases, const db::ConnectOptions& source,
                   const db::ConnectOptions& target, bool with_checksums) {
  auto from_source = std::async(std::launch::async, [&] { return fingerprints_of(databases, source); });
  const Fingerprints targets = fingerprints_of(databases, target);
  const Fingerprints sources = from_source.get();

  Comparison comparison;
  comparison.tables = static_cast<std::int64_t>(sources.tables.size());
  comparison.differences = sources.unreadable;
  comparison.differences.insert(comparison.differences.end(), targets.unreadable.begin(),
                                targets.unreadable.end());
  for (const auto& [name, fingerprint] : targets.tables) {
    comparison.rows += fingerprint.rows;
    if (!sources.tables.contains(name)) comparison.differences.push_back(name + ": not in the source");
  }
  for (const auto& [name, fingerprint] : sources.tables) {
    const auto restored = targets.tables.find(name);
    const std::string differs = restored == targets.tables.end()
                                    ? "missing"
                                    : difference(restored->second, fingerprint, with_checksums);
    if (!differs.empty()) {
      comparison.differences.push_back(fmt::format("{}: {}", name, differs));
    } else {
      comparison.tables_equal += 1;
      comparison.rows_equal += fingerprint.rows;
    }
  }
  return comparison;
}

}  // namespace aurora::restore
