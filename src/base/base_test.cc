// The small parts of base: errors, clocks, files, digests, secrets, log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/files.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"

namespace aurora {
namespace {

using namespace std::chrono_literals;

TEST(Error, WhatJoinsNameAndMessage) {
  const Error error("SnapshotNotFound", "no snapshot x", "create it");
  EXPECT_STREQ(error.what(), "SnapshotNotFound: no snapshot x");
  EXPECT_EQ(error.hint(), "create it");
}

TEST(ManualClock, SleepMovesTimeByItself) {
  ManualClock clock(TimePoint{});
  EXPECT_TRUE(clock.sleep_for(90s));
  EXPECT_EQ(clock.now(), TimePoint(90s));
}

TEST(ManualClock, SleeperWaitsForAdvance) {
  ManualClock clock(TimePoint{}, false);
  bool reached = false;
  std::jthread sleeper([&](std::stop_token stop) { reached = clock.sleep_until(TimePoint(5s), stop); });
  clock.advance(5s);
  sleeper.join();
  EXPECT_TRUE(reached);
}

TEST(SystemClock, SleepEndsWhenStopped) {
  SystemClock clock;
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(clock.sleep_for(1h, source.get_token()));
}

TEST(Files, WriteReplacesWholeContent) {
  const auto path = std::filesystem::temp_directory_path() / ("aurora-files-" + random_hex(8));
  EXPECT_FALSE(read_file_if_exists(path));
  write_file(path, "first");
  write_file(path, "second");
  EXPECT_EQ(read_file(path), "second");
  std::filesystem::remove(path);
  EXPECT_THROW(read_file(path), Error);
}

TEST(Files, FullDiskHasItsOwnName) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  try {
    throw_file_error("/x", "write", ENOSPC);
  } catch (const Error& e) {
    EXPECT_EQ(e.name(), "DiskFull");
  }
}

TEST(Digest, MatchesPublishedVectors) {
  EXPECT_EQ(hex_encode(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_encode(md5("abc")), "900150983cd24fb0d6963f7d28e17f72");
  // RFC 4231, case 2
  EXPECT_EQ(hex_encode(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Ids, UuidHasVersionAndVariant) {
  EXPECT_THAT(new_uuid(),
              testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_EQ(random_hex(5).size(), 5u);
}

TEST(Json, NestingIsBounded) {
  const std::string deep(1000, '['), deeper(1'000'000, '[');
  EXPECT_FALSE(parse_json_or_discard(deep + std::string(1000, ']')).is_discarded());
  EXPECT_TRUE(parse_json_or_discard(deeper + std::string(1'000'000, ']')).is_discarded());
  EXPECT_THROW(parse_json(deeper, "the event"), Error);
  EXPECT_TRUE(nests_at_most(R"(["[[[[\"[[",{}])", 2));
}

TEST(Json, KeepsOrderAndNamesThePosition) {
  EXPECT_EQ(dump_json(parse_json(R"({"b":1,"a":2})", "x")), R"({"b":1,"a":2})");
  try {
    parse_json("{\"a\":}", "the event");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.name(), "InvalidJson");
    EXPECT_EQ(e.message(), "the event is not valid JSON at line 1, column 6");
  }
}

TEST(Log, LineHasTimeLevelFieldsAndMessage) {
  ManualClock clock(TimePoint{});
  std::vector<std::string> lines;
  const Log log(clock, LogLevel::kInfo, [&](const std::string& line) { lines.push_back(line); });
  log.with({{"operation_id", "op-1"}}).info("Started", {{"step", "copy_snapshot"}});
  log.debug("not shown");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(
      lines[0],
      R"({"timestamp":"1970-01-01T00:00:00.000Z","level":"INFO","operation_id":"op-1","message":"Started","step":"copy_snapshot"})");
}

TEST(Secret, MovedFromIsEmpty) {
  Secret a("hunter2");
  const Secret b = std::move(a);
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
  EXPECT_EQ(b.reveal(), "hunter2");
}

}  // namespace
}  // namespace aurora
