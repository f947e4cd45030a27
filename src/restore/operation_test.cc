#include "restore/operation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/dates.h"
#include "base/error.h"
#include "restore/state_format.h"

namespace aurora::restore {
namespace {

// A table with one item.
class OneItem final : public aws::Api {
 public:
  explicit OneItem(Json item) : item_(std::move(item)) {}
  Json call(std::string_view, std::string_view, std::string_view operation, const Json&) override {
    EXPECT_EQ(operation, "GetItem");
    return {{"Item", item_}};
  }

 private:
  Json item_;
};

std::optional<Operation> load(const Json& item) {
  OneItem table(item);
  return OperationStore(aws::DynamoDb(table, "us-west-2"), "state").load("op-1");
}

TEST(Operation, NewOnesBearTheFormat) {
  const Operation operation("op-1", *parse_iso("2026-11-21T06:20:51Z"));
  EXPECT_EQ(operation.get("format"), kStateFormat);
}

TEST(Operation, OlderFormatsAreRead) {
  EXPECT_EQ(load({{"operation_id", {{"S", "op-1"}}}})->id(), "op-1");
  EXPECT_EQ(load({{"operation_id", {{"S", "op-1"}}}, {"format", {{"N", "1"}}}})->id(), "op-1");
}

TEST(Operation, WhatALaterReleaseWroteIsLeftAlone) {
  try {
    load({{"operation_id", {{"S", "op-1"}}}, {"format", {{"N", "99"}}}});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "StateTooNew");
    EXPECT_THAT(error.message(), testing::HasSubstr("format 99"));
  }
}

}  // namespace
}  // namespace aurora::restore
