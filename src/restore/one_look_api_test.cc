#include "restore/one_look_api.h"

#include <gtest/gtest.h>

#include "aws/client.h"
#include "base/dates.h"

namespace aurora::restore {
namespace {

// Answers each call with its number; refuses when told to.
class NumberedApi final : public aws::Api {
 public:
  Json call(std::string_view, std::string_view, std::string_view, const Json&) override {
    ++calls;
    if (refuses) throw aws::ServiceError(code, "no");
    return calls;
  }
  int calls = 0;
  std::string code = "Throttling";
  bool refuses = false;
};

class OneLook : public ::testing::Test {
 protected:
  Json look(const char* name = "one") {
    return api.call("rds", "us-west-2", "DescribeDBClusters", {{"DBClusterIdentifier", name}});
  }
  void change() { api.call("rds", "us-west-2", "ModifyDBCluster", Json::object()); }

  ManualClock clock{*parse_iso("2026-11-21T03:15:00Z"), false};
  NumberedApi real;
  OneLookApi api{real, clock};
};

TEST_F(OneLook, TheSameIsAskedOnce) {
  EXPECT_EQ(look(), 1);
  EXPECT_EQ(look(), 1);
  EXPECT_EQ(look("another"), 2);
}

TEST_F(OneLook, LaterItIsAskedAgain) {
  look();
  clock.advance(std::chrono::seconds(4));
  EXPECT_EQ(look(), 2);
}

TEST_F(OneLook, AChangeForgetsWhatWasSeen) {
  look();
  change();
  EXPECT_EQ(look(), 3);
}

TEST_F(OneLook, SoDoesAChangeThatWasRefused) {
  look();
  real.refuses = true;
  EXPECT_THROW(change(), aws::ServiceError);
  real.refuses = false;
  EXPECT_EQ(look(), 3);
}

TEST_F(OneLook, ErrorsAreNotKept) {
  real.refuses = true;
  EXPECT_THROW(look(), aws::ServiceError);
  real.refuses = false;
  EXPECT_EQ(look(), 2);
}

TEST_F(OneLook, ThatThereIsNoneIsKeptUntilAChange) {
  real.refuses = true;
  real.code = "DBClusterNotFoundFault";
  EXPECT_THROW(look(), aws::ServiceError);
  real.refuses = false;
  EXPECT_THROW(look(), aws::ServiceError);
  change();
  EXPECT_EQ(look(), 3);
}

TEST_F(OneLook, OtherServicesAreAlwaysAsked) {
  for (int call = 1; call <= 2; ++call)
    EXPECT_EQ(api.call("kms", "us-west-2", "DescribeKey", Json::object()), call);
}

}  // namespace
}  // namespace aurora::restore
