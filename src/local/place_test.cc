#include "local/place.h"

#include <gtest/gtest.h>

#include "local/service_support.h"

namespace aurora::local {
namespace {

TEST(Place, FirstAccountsDataStaysWhereItWasBeforeThereWereOthers) {
  EXPECT_EQ(place_of("123456789012", "us-east-1"), "us-east-1");
  EXPECT_EQ(place_of("210987654321", "us-east-1"), "210987654321/us-east-1");
}

TEST(Place, SaysItsAccountAndRegion) {
  EXPECT_EQ(account_of("us-east-1"), "123456789012");
  EXPECT_EQ(region_of("us-east-1"), "us-east-1");
  EXPECT_EQ(account_of("210987654321/eu-west-1"), "210987654321");
  EXPECT_EQ(region_of("210987654321/eu-west-1"), "eu-west-1");
  EXPECT_EQ(place_of_arn("arn:aws:rds:eu-west-1:210987654321:cluster-snapshot:rds:a-2026"),
            "210987654321/eu-west-1");
}

TEST(Place, GivesArnsItsAccount) {
  EXPECT_EQ(make_arn("kms", "us-east-1", "key/1"), "arn:aws:kms:us-east-1:123456789012:key/1");
  EXPECT_EQ(make_arn("kms", "210987654321/us-east-1", "key/1"), "arn:aws:kms:us-east-1:210987654321:key/1");
}

TEST(Place, OfACallThatActsForAPlaceIsThatPlace) {
  Call call;
  call.region = "210987654321/us-east-1";
  EXPECT_EQ(place_of(call), "210987654321/us-east-1");
  call.region = "us-east-1";
  call.account = "210987654321";
  EXPECT_EQ(place_of(call), "210987654321/us-east-1");
}

}  // namespace
}  // namespace aurora::local
