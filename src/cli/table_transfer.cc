#include "cli/table_transfer.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/dynamodb.h"
#include "aws/table_export.h"
#include "base/dates.h"
#include "base/digest.h"
#include "base/gzip.h"
#include "base/text.h"
#include "cli/records.h"

namespace aurora::cli {
namespace {

constexpr char kSummary[] = "manifest-summary.json";
constexpr std::size_t kManifestBytesMax = 64 * 1024 * 1024;
constexpr std::size_t kFileBytesMax = std::size_t{1} << 30;
// 1 MB each; a table of this pipeline that is larger than 100 GB is none.
constexpr int kPagesMax = 100'000;

Error damaged(const std::string& what) {
  return Error("ExportDamaged", what, "Nothing of that file was imported. Export the table again.");
}

// In the summary keys are relative to the bucket; here they are relative to the place.
std::string beside_summary(const FoundExport& found, const std::string& key) {
  const std::size_t data = key.rfind("/data/");
  const std::size_t name = data == std::string::npos ? key.rfind('/') : data;
  return found.folder + (name == std::string::npos ? key : key.substr(name + 1));
}

// The kind of table that an item belongs to.
PipelineTable table_of(const Json& item) {
  return item.contains("details") && item.contains("timestamp") && !item.contains("start_time")
             ? PipelineTable::kAudit
             : PipelineTable::kState;
}

std::vector<Json> read_file_of_export(FilePlace& place, const std::string& key,
                                      const aws::ExportedFile& file) {
  const std::string packed = place.get(key);
  if (!file.md5.empty() && base64_encode(md5(packed)) != file.md5)
    throw damaged(fmt::format("{} is not what its manifest says", place.shown(key)));
  std::vector<Json> items;
  aws::LineCutter lines;
  const auto take = [&](std::string_view line) { items.push_back(aws::parse_export_line(line)); };
  lines.feed(key.ends_with(".gz") ? gunzip(packed, kFileBytesMax) : packed, take);
  lines.finish(take);
  if (static_cast<std::int64_t>(items.size()) != file.item_count)
    throw damaged(
        fmt::format("{} holds {} items instead of {}", place.shown(key), items.size(), file.item_count));
  return items;
}

// Whether it was written; an item that is there and newer stays.
bool write_item(World& world, PipelineTable table, const Json& item, bool overwrite) {
  Json input{{"TableName", name_in(world, table)}, {"Item", item}};
  if (!overwrite) {
    input["ConditionExpression"] = "attribute_not_exists(#id)";
    input["ExpressionAttributeNames"] = {{"#id", "operation_id"}};
    if (table == PipelineTable::kState && item.contains("timestamp")) {
      input["ConditionExpression"] = "attribute_not_exists(#id) OR #at < :at";
      input["ExpressionAttributeNames"]["#at"] = "timestamp";
      input["ExpressionAttributeValues"] = {{":at", item["timestamp"]}};
    }
  }
  try {
    world.api->call("dynamodb", world.region(), "PutItem", input);
    return true;
  } catch (const aws::ServiceError& error) {
    if (error.is("ResourceNotFoundException"))
      throw_pipeline_missing(world, "table " + name_in(world, table));
    if (!error.is("ConditionalCheckFailedException")) throw;
    return false;
  }
}

std::string id_of(const Json& item) {
  return string_or(member_or_null(item, "operation_id"), "S", "");
}

}  // namespace

std::string name_in(const World& world, PipelineTable table) {
  return table == PipelineTable::kState ? world.names.state_table() : world.names.audit_table();
}

ExportResult export_pages(World& world, PipelineTable table, FilePlace& place, TimePoint now,
                          const ItemsDone& done) {
  const std::string name = name_in(world, table);
  const std::string id = aws::new_export_id(now);
  const std::string arn =
      fmt::format("arn:aws:dynamodb:{}:{}:table/{}", world.region(), world.names.account, name);
  aws::ExportWriter writer({{"version", "2020-06-30"},
                            {"exportArn", fmt::format("{}/export/{}", arn, id)},
                            {"startTime", format_iso_millis(now)},
                            {"endTime", nullptr},
                            {"tableArn", arn},
                            {"exportTime", format_iso_millis(now)},
                            {"outputFormat", "DYNAMODB_JSON"},
                            {"exportType", "FULL_EXPORT"}},
                           "", id,
                           [&](const std::string& key, const std::string& bytes) { place.put(key, bytes); });
  writer.begin();
  Json input{{"TableName", name}, {"ConsistentRead", true}};
  for (int page = 0;; ++page) {
    if (page == kPagesMax) throw Error("TableTooLarge", fmt::format("table {} has too many pages", name));
    Json answer;
    try {
      answer = world.api->call("dynamodb", world.region(), "Scan", input);
    } catch (const aws::ServiceError& error) {
      if (error.is("ResourceNotFoundException")) throw_pipeline_missing(world, "table " + name);
      throw;
    }
    for (const Json& item : member_or_null(answer, "Items")) writer.add(item);
    done(writer.item_count());
    const Json& last = member_or_null(answer, "LastEvaluatedKey");
    if (!last.is_object() || last.empty()) break;
    input["ExclusiveStartKey"] = last;
  }
  writer.finish(now);
  return {writer.summary_key(), writer.item_count(), writer.size_bytes()};
}

FoundExport find_export(FilePlace& place) {
  std::vector<FoundExport> all;
  for (const std::string& key : place.keys()) {
    if (key != kSummary && !key.ends_with(std::string("/") + kSummary)) continue;
    FoundExport found;
    found.folder = key.substr(0, key.size() - std::string_view(kSummary).size());
    found.summary = parse_json(place.get(key), place.shown(key));
    all.push_back(std::move(found));
  }
  if (all.empty())
    throw Error("ExportNotFound", fmt::format("there is no complete export at {}", place.shown("")),
                "An export has a manifest-summary.json, which is written last. Is the place right?");
  auto newest = std::max_element(all.begin(), all.end(), [](const FoundExport& a, const FoundExport& b) {
    return string_or(a.summary, "exportTime", "") < string_or(b.summary, "exportTime", "");
  });
  newest->others = all.size() - 1;
  return std::move(*newest);
}

ImportResult import_items(World& world, PipelineTable table, FilePlace& place, const FoundExport& found,
                          bool overwrite, const ItemsDone& done) {
  if (string_or(found.summary, "outputFormat", "DYNAMODB_JSON") != "DYNAMODB_JSON")
    throw Error("ExportMismatch",
                fmt::format("the export is in format {}", string_or(found.summary, "outputFormat", "")),
                "Export it as DYNAMODB_JSON.");
  const std::string manifest = place.get(found.folder + "manifest-files.json");
  if (manifest.size() > kManifestBytesMax) throw damaged("the manifest is too large");
  ImportResult result;
  for (const aws::ExportedFile& file : aws::parse_export_files(manifest)) {
    const auto items = read_file_of_export(place, beside_summary(found, file.key), file);
    for (const Json& item : items)
      if (table_of(item) != table && !id_of(item).starts_with(restore::kLockPrefix))
        throw Error("ExportMismatch",
                    fmt::format("item {} does not belong into table {}", id_of(item), name_in(world, table)),
                    "Is it the export of the other table?");
    for (const Json& item : items) {
      if (id_of(item).starts_with(restore::kLockPrefix))
        ++result.skipped;
      else if (write_item(world, table, item, overwrite))
        ++result.written;
      else
        ++result.kept;
      done(result.written + result.kept + result.skipped);
    }
  }
  return result;
}

}  // namespace aurora::cli
