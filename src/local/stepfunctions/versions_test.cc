#include "local/stepfunctions/versions.h"

#include <gtest/gtest.h>

#include "aws/error.h"
#include "local/testing/temporary_directory.h"

namespace aurora::local::stepfunctions {
namespace {

class VersionsOfAMachine : public ::testing::Test {
 protected:
  void SetUp() override { machine_.arn = "arn:aws:states:us-west-2:123456789012:stateMachine:m"; }
  Version publish() { return versions_.publish(machine_, "", TimePoint()); }
  Alias alias(const std::string& name) const {
    return {.machine = machine_.arn,
            .name = name,
            .description = {},
            .routes = {{1, 100}},
            .created = {},
            .updated = {}};
  }

  testing::TemporaryDirectory directory_{testing::TemporaryDirectory::Place::kMemory};
  Store store_{directory_.path()};
  Versions versions_{store_};
  MachineRow machine_;
};

TEST_F(VersionsOfAMachine, AreAThousandAtMost) {
  store_.database().exec("BEGIN");
  for (int i = 1; i <= 1000; ++i) {
    machine_.revision = i;
    EXPECT_EQ(publish().number, i);
  }
  EXPECT_EQ(publish().number, 1000) << "it is there already";
  machine_.revision = 1001;
  try {
    publish();
    FAIL() << "published";
  } catch (const aws::ServiceError& e) {
    EXPECT_EQ(e.code(), "ServiceQuotaExceededException");
  }
  versions_.erase_version(machine_.arn, 5);
  EXPECT_EQ(publish().number, 1001);
}

TEST_F(VersionsOfAMachine, HaveAHundredAliasesAtMost) {
  store_.database().exec("BEGIN");
  for (int i = 0; i < 100; ++i) versions_.add_alias(alias("a" + std::to_string(i)));
  EXPECT_THROW(versions_.add_alias(alias("more")), aws::ServiceError);
  versions_.erase_alias(machine_.arn, "a7");
  versions_.add_alias(alias("more"));
}

TEST(Routes, EachPercentFallsToOneVersion) {
  const Alias alias{.machine = "m",
                    .name = "a",
                    .description = {},
                    .routes = {{7, 30}, {9, 70}},
                    .created = {},
                    .updated = {}};
  EXPECT_EQ(route_of(alias, 0), 7);
  EXPECT_EQ(route_of(alias, 29), 7);
  EXPECT_EQ(route_of(alias, 30), 9);
  EXPECT_EQ(route_of(alias, 99), 9);
}

}  // namespace
}  // namespace aurora::local::stepfunctions
