#include "cli/table_transfer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/dates.h"
#include "base/gzip.h"
#include "cli/testing/fake_api.h"

namespace aurora::cli {
namespace {

using ::testing::HasSubstr;

class MemoryPlace final : public FilePlace {
 public:
  void put(const std::string& key, const std::string& bytes) override { files[key] = bytes; }
  std::string get(const std::string& key) override { return files.at(key); }
  std::vector<std::string> keys() override {
    std::vector<std::string> all;
    for (const auto& [key, bytes] : files) all.push_back(key);
    return all;
  }
  std::string shown(const std::string& key) const override { return key; }
  std::map<std::string, std::string> files;
};

Json state_item(const std::string& id, const std::string& at = "2026-11-21T06:00:00.000Z") {
  return {{"operation_id", {{"S", id}}}, {"start_time", {{"S", at}}}, {"timestamp", {{"S", at}}}};
}

class TableTransfer : public ::testing::Test {
 protected:
  TableTransfer() {
    world.names.environment = "dev";
    world.api = api.handle();
  }
  ExportResult exported(const std::vector<Json>& pages, TimePoint at) {
    std::size_t page = 0;
    api.on("dynamodb.Scan", [&](const Json&) -> Json {
      Json answer{{"Items", pages.at(page)}};
      if (++page < pages.size()) answer["LastEvaluatedKey"] = {{"operation_id", {{"S", "x"}}}};
      return answer;
    });
    return export_pages(world, PipelineTable::kState, place, at, [](std::int64_t) {});
  }
  ImportResult imported(bool overwrite = false, PipelineTable table = PipelineTable::kState) {
    return import_items(world, table, place, find_export(place), overwrite, [](std::int64_t) {});
  }
  std::string refused(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      return error.name();
    }
    return "accepted";
  }

  FakeApi api;
  World world;
  MemoryPlace place;
  const TimePoint now = *parse_iso("2026-11-28T06:00:00Z");
};

TEST_F(TableTransfer, EveryPageIsReadConsistentlyAndWritten) {
  const ExportResult result = exported({Json{state_item("a"), state_item("b")}, Json{state_item("c")}}, now);
  EXPECT_EQ(result.items, 3);
  EXPECT_EQ(api.calls_of("dynamodb.Scan").at(1).input["ConsistentRead"], true);
  EXPECT_TRUE(api.calls_of("dynamodb.Scan").at(1).input.contains("ExclusiveStartKey"));
  const Json summary = parse_json(place.get(result.summary_key), "the summary");
  EXPECT_EQ(summary["itemCount"], 3);
  EXPECT_EQ(summary["tableArn"], "arn:aws:dynamodb:us-west-2:123456789012:table/aurora-restore-state-dev");
}

TEST_F(TableTransfer, ImportReplacesNothingNewer) {
  exported({Json{state_item("a"), state_item("b"), state_item("lock#us-west-2#x")}}, now);
  api.on("dynamodb.PutItem", [](const Json& input) -> Json {
    if (input["Item"]["operation_id"]["S"] == "b")
      throw aws::ServiceError("ConditionalCheckFailedException", "newer");
    return Json::object();
  });
  const ImportResult result = imported();
  EXPECT_EQ(result.written, 1);
  EXPECT_EQ(result.kept, 1);
  EXPECT_EQ(result.skipped, 1) << "a lock of what ran then would stand in everybody's way";
  const Json input = api.calls_of("dynamodb.PutItem").at(0).input;
  EXPECT_EQ(input["ConditionExpression"], "attribute_not_exists(#id) OR #at < :at");
  EXPECT_EQ(input["ExpressionAttributeValues"][":at"]["S"], "2026-11-21T06:00:00.000Z");
}

TEST_F(TableTransfer, OverwriteAsksNothing) {
  exported({Json{state_item("a")}}, now);
  api.answer("dynamodb.PutItem", Json::object());
  imported(true);
  EXPECT_FALSE(api.calls_of("dynamodb.PutItem").at(0).input.contains("ConditionExpression"));
}

TEST_F(TableTransfer, NewestCompleteExportIsTaken) {
  exported({Json{state_item("old")}}, now);
  exported({Json{state_item("new")}}, now + std::chrono::hours(1));
  const FoundExport found = find_export(place);
  EXPECT_EQ(found.others, 1u);
  EXPECT_EQ(found.summary["exportTime"], "2026-11-28T07:00:00.000Z");
  place.files.clear();
  place.put("AWSDynamoDB/1-2/_started", "");
  EXPECT_EQ(refused([&] { find_export(place); }), "ExportNotFound") << "one that was cut off is none";
}

TEST_F(TableTransfer, DamagedFileIsRefusedBeforeAnythingOfItIsWritten) {
  exported({Json{state_item("a")}}, now);
  for (auto& [key, bytes] : place.files)
    if (key.find("/data/") != std::string::npos)
      bytes = gzip("{\"Item\":{\"operation_id\":{\"S\":\"x\"}}}\n");
  EXPECT_EQ(refused([&] { imported(); }), "ExportDamaged");
  EXPECT_TRUE(api.calls_of("dynamodb.PutItem").empty());
}

TEST_F(TableTransfer, ExportOfTheOtherTableIsRefused) {
  exported({Json{state_item("a")}}, now);
  EXPECT_EQ(refused([&] { imported(false, PipelineTable::kAudit); }), "ExportMismatch");
  EXPECT_TRUE(api.calls_of("dynamodb.PutItem").empty());
}

TEST_F(TableTransfer, FilesAreFoundWhereverTheExportWasPut) {
  exported({Json{state_item("a")}}, now);
  // In a bucket the keys of the manifest begin with the prefix; here the export lies elsewhere.
  MemoryPlace moved;
  for (const auto& [key, bytes] : place.files)
    moved.put("moved" + key.substr(key.find('/', key.find('/') + 1)), bytes);
  api.answer("dynamodb.PutItem", Json::object());
  EXPECT_EQ(import_items(world, PipelineTable::kState, moved, find_export(moved), false, [](std::int64_t) {})
                .written,
            1);
}

}  // namespace
}  // namespace aurora::cli
