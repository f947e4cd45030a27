#include "cli/fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;

std::string refusal(const std::string& text) {
  try {
    parse_fleet(text, "fleet.yaml");
  } catch (const Error& error) {
    return error.name() + ": " + error.message();
  }
  return "taken";
}

TEST(Fleet, ItemsHaveTheDefaultsAndTheirOwn) {
  const Fleet fleet = parse_fleet(
      "concurrency: 3\n"
      "stagger_seconds: 10\n"
      "continue_on_error: true\n"
      "defaults:\n"
      "  snapshot_date: yesterday\n"
      "  db_instance_class: db.r6g.large\n"
      "  retries: 2\n"
      "items:\n"
      "  - name: orders\n"
      "    priority: 10\n"
      "    target_cluster: orders-rehearsal\n"
      "    instance_class: db.r6g.xlarge\n"
      "  - target_cluster_id: billing\n"
      "    retries: 0\n",
      "dir/nightly.yaml");
  EXPECT_EQ(fleet.name, "nightly");
  EXPECT_EQ(fleet.concurrency, 3);
  EXPECT_EQ(fleet.stagger_seconds, 10);
  EXPECT_EQ(fleet.copy_slots, 5);
  EXPECT_TRUE(fleet.continue_on_error);
  ASSERT_EQ(fleet.items.size(), 2u);
  EXPECT_EQ(fleet.items[0].request["db_instance_class"], "db.r6g.xlarge");
  EXPECT_EQ(fleet.items[0].request["snapshot_date"], "yesterday");
  EXPECT_EQ(fleet.items[0].priority, 10);
  EXPECT_EQ(fleet.items[0].retries, 2);
  EXPECT_FALSE(fleet.items[0].request.contains("priority"));
  EXPECT_EQ(fleet.items[1].name, "billing");
  EXPECT_EQ(fleet.items[1].retries, 0);
}

TEST(Fleet, EveryFindingHasItsPlace) {
  const std::string text = refusal(
      "concurency: 2\n"
      "concurrency: 0\n"
      "defaults:\n"
      "  port: many\n"
      "items:\n"
      "  - name: a\n"
      "    target_cluster_id: t\n"
      "    snapshot_nam: s\n"
      "  - name: b/c\n"
      "    target_cluster_id: T\n"
      "  - name: c\n");
  EXPECT_THAT(text, HasSubstr("FleetMalformed: 7 things are wrong in fleet.yaml; nothing was started"));
  EXPECT_THAT(text,
              HasSubstr("fleet.yaml:1:13: a fleet has no member \"concurency\"; did you mean concurrency?"));
  EXPECT_THAT(text, HasSubstr("fleet.yaml:2:14: concurrency is 0"));
  EXPECT_THAT(text, HasSubstr("fleet.yaml:4:9: port is"));
  EXPECT_THAT(text, HasSubstr("fleet.yaml:8:19: snapshot_nam"));
  EXPECT_THAT(text, HasSubstr("fleet.yaml:10:24: T is the target of item a too"));
  EXPECT_THAT(text, HasSubstr("fleet.yaml:11:5: target_cluster_id is missing"));
}

TEST(Fleet, OneTargetInTwoRegionsIsTwoTargets) {
  EXPECT_EQ(refusal("items:\n"
                    "  - {name: a, target_cluster_id: t, target_region: us-west-2}\n"
                    "  - {name: b, target_cluster_id: t, target_region: eu-central-1}\n"),
            "taken");
}

TEST(Fleet, WhatIsNoFleet) {
  EXPECT_THAT(refusal("- a\n"), HasSubstr("a fleet is an object with a list"));
  EXPECT_THAT(refusal("items: []\n"), HasSubstr("items is a list of 1 to 1000"));
  EXPECT_THAT(refusal("items:\n  - 5\n"), HasSubstr("fleet.yaml:2:5"));
  EXPECT_THAT(refusal("items:\n  - {name: a, target_cluster_id: t, operation_id: mine}\n"),
              HasSubstr("operation_id cannot be set"));
  EXPECT_THAT(refusal("items: [\n"), HasSubstr("InvalidYaml"));
  EXPECT_THAT(refusal("items:\n  - {name: a, target_cluster_id: t}\n  - {name: A, target_cluster_id: u}\n"),
              HasSubstr("two items are called A"));
}

}  // namespace
}  // namespace aurora::cli
