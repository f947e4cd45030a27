#include "cli/file_place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/ids.h"
#include "cli/testing/fake_api.h"

namespace aurora::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FilePlaces : public ::testing::Test {
 protected:
  FilePlaces() { world.api = api.handle(); }
  ~FilePlaces() override { std::filesystem::remove_all(directory); }

  FakeApi api;
  World world;
  const std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("place-" + random_hex(12));
};

TEST_F(FilePlaces, TextSaysWhichKindItIs) {
  EXPECT_FALSE(parse_place("/var/backup").is_s3());
  EXPECT_EQ(parse_place("s3://bucket").path, "");
  EXPECT_EQ(parse_place("s3://bucket/a/b/").bucket, "bucket");
  EXPECT_EQ(parse_place("s3://bucket/a/b/").path, "a/b");
  EXPECT_THROW(parse_place("s3:///a"), Error);
}

TEST_F(FilePlaces, DirectoryKeepsFilesForItsOwnerOnly) {
  const auto place = open_place(world, parse_place(directory.string()));
  place->put("AWSDynamoDB/1/data/x.json.gz", "bytes");
  place->put("a", "");
  EXPECT_EQ(place->get("AWSDynamoDB/1/data/x.json.gz"), "bytes");
  EXPECT_THAT(place->keys(), ElementsAre("AWSDynamoDB/1/data/x.json.gz", "a"));
  using std::filesystem::perms;
  const auto mode = std::filesystem::status(directory / "a").permissions();
  EXPECT_EQ(mode & (perms::group_all | perms::others_all), perms::none);
}

TEST_F(FilePlaces, MissingDirectoryIsNamed) {
  try {
    open_place(world, parse_place(directory.string()))->keys();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "FileNotUsable");
    EXPECT_THAT(error.message(), HasSubstr(directory.string()));
  }
}

TEST_F(FilePlaces, BucketIsReadPageByPageUnderItsPrefix) {
  api.on("s3.ListObjectsV2", [](const Json& input) -> Json {
    EXPECT_EQ(input["Prefix"], "a/b/");
    if (!input.contains("ContinuationToken"))
      return {{"Contents", {{{"Key", "a/b/one"}}}}, {"IsTruncated", true}, {"NextContinuationToken", "t"}};
    return {{"Contents", {{{"Key", "a/b/two"}}}}, {"IsTruncated", false}};
  });
  api.answer("s3.PutObject", Json::object());
  const auto place = open_place(world, parse_place("s3://bucket/a/b"));
  EXPECT_THAT(place->keys(), ElementsAre("one", "two"));
  place->put("three", "x");
  EXPECT_EQ(api.calls_of("s3.PutObject")[0].input["Key"], "a/b/three");
  EXPECT_EQ(place->shown("three"), "s3://bucket/a/b/three");
}

TEST_F(FilePlaces, MissingBucketSaysHowToMakeIt) {
  api.fail("s3.ListObjectsV2", "NoSuchBucket");
  try {
    open_place(world, parse_place("s3://bucket"))->keys();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "BucketNotFound");
    EXPECT_THAT(error.hint(), HasSubstr("aws s3 mb s3://bucket"));
  }
}

}  // namespace
}  // namespace aurora::cli
