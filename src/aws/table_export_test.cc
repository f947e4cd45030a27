#include "aws/table_export.h"

#include <gtest/gtest.h>

#include <map>

#include "base/dates.h"
#include "base/error.h"
#include "base/gzip.h"

namespace aurora::aws {
namespace {

const TimePoint kNow = *parse_iso("2026-11-21T06:00:00.123Z");

TEST(TableExport, LineIsTheDocumentedOne) {
  EXPECT_EQ(export_line(
                {{"id", {{"S", "a"}}}, {"n", {{"N", "1.5"}}}, {"raw", {{"B", std::string("\x00\xff", 2)}}}}),
            "{\"Item\":{\"id\":{\"S\":\"a\"},\"n\":{\"N\":\"1.5\"},\"raw\":{\"B\":\"AP8=\"}}}\n");
}

TEST(TableExport, BinaryValuesComeBackHoweverDeep) {
  const std::string raw("\x01\x02", 2);
  const Json item{{"m", {{"M", {{"l", {{"L", {{{"BS", {raw}}}}}}}}}}}};
  EXPECT_EQ(parse_export_line(export_line(item)), item);
  EXPECT_THROW(parse_export_line(R"({"Item":{"b":{"B":"*"}}})"), Error);
}

TEST(TableExport, RefusesLinesOfOtherForms) {
  for (const char* line : {"", "{}", "[]", "{\"Item\":1}", "{\"Item\":{\"a\":", "id,name"})
    EXPECT_THROW(parse_export_line(line), Error) << line;
}

TEST(TableExport, WritesTheDocumentedFiles) {
  std::map<std::string, std::string> files;
  std::vector<std::string> order;
  ExportWriter writer(
      {{"version", "2020-06-30"}}, "2026/backup", "01795240800123-00000000",
      [&](const std::string& key, const std::string& bytes) {
        files[key] = bytes;
        order.push_back(key);
      },
      60);
  writer.begin();
  for (const char* id : {"a", "b", "c"}) writer.add({{"operation_id", {{"S", id}}}});
  writer.finish(kNow);
  const std::string folder = "2026/backup/AWSDynamoDB/01795240800123-00000000/";
  EXPECT_EQ(order.front(), folder + "_started");
  EXPECT_EQ(order.back(), folder + "manifest-summary.md5");
  const auto data = parse_export_files(files.at(folder + "manifest-files.json"));
  ASSERT_EQ(data.size(), 2U) << "60 bytes hold two items";
  EXPECT_EQ(data[0].item_count, 2);
  EXPECT_TRUE(data[0].key.starts_with(folder + "data/"));
  EXPECT_TRUE(data[0].key.ends_with(".json.gz"));
  EXPECT_EQ(gunzip(files.at(data[1].key), 100), "{\"Item\":{\"operation_id\":{\"S\":\"c\"}}}\n");
  const Json summary = parse_json(files.at(folder + "manifest-summary.json"), "the summary");
  EXPECT_EQ(summary["itemCount"], 3);
  EXPECT_EQ(summary["endTime"], "2026-11-21T06:00:00.123Z");
  EXPECT_EQ(summary["manifestFilesS3Key"], folder + "manifest-files.json");
}

TEST(TableExport, EmptyTableHasManifestsAndNoData) {
  std::map<std::string, std::string> files;
  ExportWriter writer(Json::object(), "", "1-2",
                      [&](const std::string& key, const std::string& bytes) { files[key] = bytes; });
  writer.finish(kNow);
  EXPECT_EQ(files.at("AWSDynamoDB/1-2/manifest-files.json"), "");
  // The MD5 of nothing, in base64.
  EXPECT_EQ(files.at("AWSDynamoDB/1-2/manifest-files.md5"), "1B2M2Y8AsgTpgAmY7PhCfg==");
  EXPECT_EQ(files.size(), 4U);
}

TEST(TableExport, IdBeginsWithTheTime) {
  EXPECT_TRUE(new_export_id(kNow).starts_with("01795240800123-")) << new_export_id(kNow);
}

TEST(LineCutter, CutsPiecesIntoLines) {
  std::vector<std::string> lines;
  const auto sink = [&](std::string_view line) { lines.emplace_back(line); };
  LineCutter cutter;
  cutter.feed("one\ntw", sink);
  cutter.feed("o\r\n\n thr", sink);
  cutter.feed("ee", sink);
  EXPECT_EQ(lines.size(), 2U);
  cutter.finish(sink);
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_THROW(cutter.feed(std::string(LineCutter::kLineBytesMax + 1, 'x'), sink), Error);
}

}  // namespace
}  // namespace aurora::aws
