#include "restore/manifest_taking.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "restore/database_access.h"
#include "restore/manifest_store.h"
#include "restore/verification_time.h"

namespace aurora::restore {
namespace {

std::map<TableName, ManifestTable*> by_name(Manifest& manifest) {
  std::map<TableName, ManifestTable*> tables;
  for (ManifestTable& table : manifest.tables) tables[table.name] = &table;
  return tables;
}

Manifest begin(StepContext& context, const db::ConnectOptions& source, const Json& order) {
  const std::string name = context.settings.text("source_cluster_id");
  const auto cluster = context.source_rds().find_cluster(name);
  Manifest manifest = outline_of(context.databases, source);
  manifest.taken_at = format_iso_seconds(context.clock.now());
  manifest.cluster_id = name;
  manifest.region = context.settings.text("source_region");
  if (cluster) {
    manifest.engine = cluster->engine;
    manifest.engine_version = cluster->engine_version;
  }
  manifest.snapshot_name = string_or(order, "snapshot_name", "");
  manifest.snapshot_arn = string_or(order, "snapshot_arn", "");
  manifest.snapshot_created_at = string_or(order, "snapshot_created_at", "");
  return manifest;
}

// Everything that one pass over each database can read in this call's time.
void sweep_all(StepContext& context, const db::ConnectOptions& source, const CallTime& time,
               Manifest& manifest) {
  const auto tables = by_name(manifest);
  for (const ManifestDatabase& database : manifest.databases) {
    if (database.contents.inventory.tables.empty()) continue;
    if (!time.may_begin()) return;
    const auto budget = std::chrono::duration_cast<std::chrono::seconds>(time.left() * 4 / 5);
    for (auto& [name, contents] : sweep(context.databases, source, database.contents.name, Depth::kChecksums,
                                        std::max(budget, std::chrono::seconds(1)), context.clock)
                                      .read)
      if (const auto found = tables.find(name); found != tables.end()) found->second->contents = contents;
  }
}

// Single tables, from the first that has nothing yet.
void read_rest(StepContext& context, const db::ConnectOptions& source, const CallTime& time,
               Manifest& manifest) {
  std::vector<TableName> names;
  for (const ManifestTable& table : manifest.tables)
    if (!table.contents && table.problem.empty()) names.push_back(table.name);
  ReadingPlan plan{.places = {source}, .depth = Depth::kChecksums, .deadline = time.begin_until()};
  plan.places[0].statement_timeout = std::chrono::duration_cast<std::chrono::seconds>(time.left());
  const auto readings = read_tables(context.databases, context.clock, names, plan);
  const auto tables = by_name(manifest);
  for (std::size_t i = 0; i < readings.size(); ++i) {
    tables.at(names[i])->contents = readings[i].front().contents;
    tables.at(names[i])->problem = readings[i].front().problem;
  }
}

}  // namespace

Json take_manifest(StepContext& context, const Json& order) {
  const CallTime time(context);
  const std::string uri = string_or(order, "place", "");
  const auto place = parse_s3_uri(uri);
  if (!place)
    throw Error("InvalidInput",
                fmt::format("{}.place is {}; allowed is s3://bucket/key.", kManifestOrder, uri));
  context.operation["snapshot_details"] = {{"source_cluster_id", context.settings.text("source_cluster_id")}};
  const db::ConnectOptions source = source_access(context);
  Manifest manifest;
  if (bool_or(order, "continue", false)) {
    manifest = load_manifest(context.api, context.names.region, uri);
  } else {
    manifest = begin(context, source, order);
    sweep_all(context, source, time, manifest);
  }
  read_rest(context, source, time, manifest);
  store_manifest(context.api, context.names.region, *place, manifest);
  Json answer{{"status", "success"},
              {"message", fmt::format("Manifest of cluster {} with {} tables", manifest.cluster_id,
                                      manifest.tables.size())},
              {"manifest", uri},
              {"tables", manifest.tables.size()},
              {"rows", manifest.rows()},
              {"tables_pending", manifest.pending()},
              {"tables_unread", manifest.unread()}};
  if (manifest.pending() > 0) answer["retry_after"] = 1;
  return answer;
}

}  // namespace aurora::restore
