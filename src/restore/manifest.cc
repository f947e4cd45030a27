#include "restore/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "restore/scripts.h"

namespace aurora::restore {
namespace {

constexpr char kFormat[] = "aurora-restore manifest";
constexpr std::int64_t kVersion = 1;

std::vector<std::string> user_names(db::Session& session) {
  const bool postgres = session.engine() == db::Engine::kPostgreSql;
  const db::Result result = session.query(
      postgres
          ? "SELECT rolname FROM pg_catalog.pg_roles WHERE rolcanlogin AND rolname !~ '^(pg_|rds)' ORDER BY 1"
          : "SELECT DISTINCT user FROM mysql.user WHERE user NOT IN ('', 'mysql.sys', 'mysql.session', "
            "'mysql.infoschema', 'mariadb.sys', 'rdsadmin', 'root') ORDER BY 1");
  std::vector<std::string> names;
  for (const db::Row& row : result.rows) names.push_back(row.at(0).value_or(""));
  return names;
}

std::vector<db::SequenceValue> own_sequences(db::Session& session) {
  // Aurora MySQL has none.
  if (session.engine() != db::Engine::kPostgreSql) return {};
  return db::sequence_values(session);
}

struct Names {
  const char* what;
  const char* one;
  std::vector<std::string> db::Inventory::*member;
};

constexpr Names kNames[] = {{"schemas", "schema", &db::Inventory::schemas},
                            {"views", "view", &db::Inventory::view_names},
                            {"routines", "routine", &db::Inventory::routine_names},
                            {"triggers", "trigger", &db::Inventory::trigger_names},
                            {"events", "event", &db::Inventory::event_names},
                            {"extensions", "extension", &db::Inventory::extensions}};

struct Count {
  const char* what;
  std::int64_t db::Inventory::*member;
};

constexpr Count kCounts[] = {{"foreign_keys", &db::Inventory::foreign_keys},
                             {"indexes", &db::Inventory::indexes}};

Json tables_json(const Manifest& manifest, const std::string& database) {
  Json tables = Json::array();
  for (const ManifestTable& table : manifest.tables) {
    if (table.name.database != database) continue;
    Json json{{"schema", table.name.schema}, {"name", table.name.name}, {"kind", table.kind}};
    if (table.contents) {
      json["rows"] = table.contents->rows;
      if (!table.contents->checksum.empty()) json["checksum"] = table.contents->checksum;
    } else {
      json[table.problem.empty() ? "pending" : "unread"] =
          table.problem.empty() ? Json(true) : Json(table.problem);
    }
    tables.push_back(std::move(json));
  }
  return tables;
}

Json database_json(const Manifest& manifest, const ManifestDatabase& database) {
  const db::Inventory& inventory = database.contents.inventory;
  Json json{{"name", database.contents.name}, {"tables", tables_json(manifest, database.contents.name)}};
  for (const Names& names : kNames) json[names.what] = inventory.*names.member;
  for (const Count& count : kCounts) json[count.what] = inventory.*count.member;
  json["sequences"] = Json::array();
  for (const db::SequenceValue& sequence : database.sequences)
    json["sequences"].push_back(
        {{"schema", sequence.schema},
         {"name", sequence.name},
         {"last_value", sequence.last_value ? Json(*sequence.last_value) : Json(nullptr)}});
  return json;
}

std::vector<std::string> strings_of(const Json& list) {
  std::vector<std::string> strings;
  for (const Json& element : list) strings.push_back(element.get<std::string>());
  return strings;
}

void read_table(const Json& json, const std::string& database, Manifest& manifest) {
  ManifestTable table{.name = {database, string_or(json, "schema", ""), string_or(json, "name", "")},
                      .kind = string_or(json, "kind", "table"),
                      .contents = {},
                      .problem = string_or(json, "unread", "")};
  if (json.contains("rows"))
    table.contents = db::Fingerprint{.rows = json.at("rows").get<std::int64_t>(),
                                     .checksum = string_or(json, "checksum", "")};
  manifest.tables.push_back(std::move(table));
}

void read_database(const Json& json, Manifest& manifest) {
  ManifestDatabase database;
  database.contents.name = json.at("name").get<std::string>();
  db::Inventory& inventory = database.contents.inventory;
  for (const Names& names : kNames) inventory.*names.member = strings_of(member_or_null(json, names.what));
  for (const Count& count : kCounts) inventory.*count.member = int_or(json, count.what, 0);
  for (const Json& sequence : member_or_null(json, "sequences")) {
    const Json& value = member_or_null(sequence, "last_value");
    database.sequences.push_back({string_or(sequence, "schema", ""), string_or(sequence, "name", ""),
                                  value.is_null() ? std::nullopt : std::optional(value.get<std::int64_t>())});
  }
  inventory.sequences = static_cast<std::int64_t>(database.sequences.size());
  for (const Json& table : json.at("tables")) read_table(table, database.contents.name, manifest);
  manifest.databases.push_back(std::move(database));
}

// Names of the origin that are not in the restored list: "shop: schema app is missing".
void compare_names(const std::string& database, const char* what, const std::vector<std::string>& origin,
                   const std::vector<std::string>& restored, std::vector<std::string>& differences) {
  const std::set<std::string> there(restored.begin(), restored.end());
  for (const std::string& name : origin)
    if (!there.contains(name))
      differences.push_back(fmt::format("{}: {} {} is missing", database, what, name));
}

void compare_sequences(const ManifestDatabase& origin, const ManifestDatabase& restored,
                       std::vector<std::string>& differences) {
  std::map<std::pair<std::string, std::string>, std::optional<std::int64_t>> there;
  for (const db::SequenceValue& sequence : restored.sequences)
    there[{sequence.schema, sequence.name}] = sequence.last_value;
  for (const db::SequenceValue& sequence : origin.sequences) {
    const std::string name = fmt::format("{}.{}.{}", origin.contents.name, sequence.schema, sequence.name);
    const auto found = there.find({sequence.schema, sequence.name});
    if (found == there.end()) {
      differences.push_back("sequence " + name + " is missing");
    } else if (sequence.last_value.value_or(0) > found->second.value_or(0)) {
      // Ahead is right: a server that recovers skips the numbers it had logged in advance.
      differences.push_back(fmt::format("sequence {} is at {}, behind {}", name, found->second.value_or(0),
                                        sequence.last_value.value_or(0)));
    }
  }
}

void compare_database(const ManifestDatabase& origin, const ManifestDatabase& restored,
                      std::vector<std::string>& differences) {
  const std::string& name = origin.contents.name;
  const db::Inventory& left = origin.contents.inventory;
  const db::Inventory& right = restored.contents.inventory;
  for (const Names& names : kNames)
    compare_names(name, names.one, left.*names.member, right.*names.member, differences);
  for (const Count& count : kCounts)
    if (left.*count.member != right.*count.member)
      differences.push_back(fmt::format("{}{}{} {} instead of {}", name, name.empty() ? "" : ": ",
                                        right.*count.member, replace_all(count.what, "_", " "),
                                        left.*count.member));
  compare_sequences(origin, restored, differences);
}

}  // namespace

std::int64_t Manifest::rows() const {
  std::int64_t sum = 0;
  for (const ManifestTable& table : tables) sum += table.contents ? table.contents->rows : 0;
  return sum;
}

std::size_t Manifest::pending() const {
  return static_cast<std::size_t>(std::count_if(tables.begin(), tables.end(), [](const ManifestTable& table) {
    return !table.contents && table.problem.empty();
  }));
}

std::size_t Manifest::unread() const {
  return static_cast<std::size_t>(std::count_if(
      tables.begin(), tables.end(), [](const ManifestTable& table) { return !table.problem.empty(); }));
}

Json to_json(const Manifest& manifest) {
  Json json{{"format", kFormat},
            {"version", kVersion},
            {"taken_at", manifest.taken_at},
            {"cluster_id", manifest.cluster_id},
            {"region", manifest.region},
            {"engine", manifest.engine},
            {"engine_version", manifest.engine_version},
            {"snapshot_name", manifest.snapshot_name},
            {"snapshot_arn", manifest.snapshot_arn},
            {"snapshot_created_at", manifest.snapshot_created_at},
            {"totals",
             {{"tables", manifest.tables.size()},
              {"rows", manifest.rows()},
              {"tables_pending", manifest.pending()},
              {"tables_unread", manifest.unread()}}},
            {"databases", Json::array()},
            {"users", manifest.users}};
  for (const ManifestDatabase& database : manifest.databases)
    json["databases"].push_back(database_json(manifest, database));
  return json;
}

Manifest manifest_from(const Json& json, const std::string& where) {
  const auto malformed = [&](const std::string& what) {
    return Error("ManifestMalformed", fmt::format("{} {}.", where, what),
                 "Take it again with `aurora-restore snapshots manifest`.");
  };
  if (string_or(json, "format", "") != kFormat) throw malformed("is no manifest");
  if (int_or(json, "version", 0) != kVersion)
    throw malformed(
        fmt::format("has version {}, and {} is understood", int_or(json, "version", 0), kVersion));
  Manifest manifest;
  manifest.taken_at = string_or(json, "taken_at", "");
  manifest.cluster_id = string_or(json, "cluster_id", "");
  manifest.region = string_or(json, "region", "");
  manifest.engine = string_or(json, "engine", "");
  manifest.engine_version = string_or(json, "engine_version", "");
  manifest.snapshot_name = string_or(json, "snapshot_name", "");
  manifest.snapshot_arn = string_or(json, "snapshot_arn", "");
  manifest.snapshot_created_at = string_or(json, "snapshot_created_at", "");
  try {
    manifest.users = strings_of(member_or_null(json, "users"));
    for (const Json& database : json.at("databases")) read_database(database, manifest);
  } catch (const Json::exception& e) {
    throw malformed(fmt::format("is not as the format has it: {}", e.what()));
  }
  std::sort(manifest.tables.begin(), manifest.tables.end(),
            [](const ManifestTable& a, const ManifestTable& b) { return a.name < b.name; });
  return manifest;
}

std::vector<ManifestDatabase> outline_databases(db::Connector& databases, const db::ConnectOptions& access) {
  std::vector<ManifestDatabase> outlines;
  for (DatabaseContents& contents : contents_of(databases, access)) {
    db::ConnectOptions there = access;
    there.database = contents.name;
    std::vector<db::SequenceValue> sequences;
    if (contents.inventory.sequences > 0) sequences = own_sequences(*databases.connect(there));
    std::erase_if(sequences, [](const db::SequenceValue& one) { return one.schema == kMarkSchema; });
    outlines.push_back({std::move(contents), std::move(sequences)});
  }
  return outlines;
}

Manifest outline_of(db::Connector& databases, const db::ConnectOptions& access) {
  Manifest manifest;
  manifest.databases = outline_databases(databases, access);
  manifest.users = user_names(*databases.connect(access));
  std::vector<DatabaseContents> contents;
  std::map<TableName, std::string> kinds;
  for (const ManifestDatabase& database : manifest.databases) {
    contents.push_back(database.contents);
    for (const db::Table& table : database.contents.inventory.tables)
      kinds[{database.contents.name, table.schema, table.name}] = table.kind;
  }
  for (const TableName& name : readable_tables(contents))
    manifest.tables.push_back({.name = name, .kind = kinds[name], .contents = {}, .problem = {}});
  return manifest;
}

std::vector<std::string> structural_differences(const std::vector<ManifestDatabase>& origin,
                                                const std::vector<ManifestDatabase>& restored) {
  std::vector<std::string> differences;
  for (const ManifestDatabase& database : origin) {
    const auto found = std::find_if(restored.begin(), restored.end(), [&](const ManifestDatabase& other) {
      return other.contents.name == database.contents.name;
    });
    if (found == restored.end())
      differences.push_back(fmt::format("database {} is missing", database.contents.name));
    else
      compare_database(database, *found, differences);
  }
  return differences;
}

}  // namespace aurora::restore
