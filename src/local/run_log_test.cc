#include "local/run_log.h"

#include <gtest/gtest.h>

#include "base/dates.h"
#include "local/store.h"
#include "local/testing/temporary_directory.h"

namespace aurora::local {
namespace {

TEST(RunLog, KeepsTheNewestAndCountsWhatWasMissed) {
  testing::TemporaryDirectory directory{testing::TemporaryDirectory::Place::kMemory};
  SQLite::Database database = open_store(directory.path(), "log", {RunLog::schema()});
  RunLog log(database);
  for (int i = 0; i < 25; ++i) log.add("us-west-2", "nightly", {{"outcome", "delivered"}, {"number", i}});
  Occurrences found;
  log.add_missed("us-west-2", "nightly", found);
  EXPECT_EQ(log.get("us-west-2", "nightly")["runs"][0]["number"], 24);
  found.missed = 3;
  found.first_missed = *parse_iso("2026-11-26T02:00:00Z");
  found.last_missed = *parse_iso("2026-11-28T02:00:00Z");
  log.add_missed("us-west-2", "nightly", found);
  log.add_missed("us-west-2", "nightly", found);
  const Json kept = log.get("us-west-2", "nightly");
  EXPECT_EQ(kept["runs"].size(), 20u);
  EXPECT_EQ(kept["missed"], 6);
  EXPECT_EQ(kept["runs"][0]["scheduled_time"], "2026-11-28T02:00:00Z");
  EXPECT_EQ(log.get("us-east-1", "nightly")["runs"].size(), 0u) << "another Region's";
  log.forget("us-west-2", "nightly");
  EXPECT_EQ(log.get("us-west-2", "nightly")["missed"], 0);
}

}  // namespace
}  // namespace aurora::local
