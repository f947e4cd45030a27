// A DynamoDB service over a fresh directory, for tests.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "local/dynamodb.h"
#include "local/testing/temporary_directory.h"

namespace aurora::local::dynamodb::testing {

// 2026-11-21T06:00:00Z
inline constexpr TimePoint kStart{std::chrono::seconds(1795240800)};

class DynamoDbTest : public ::testing::Test {
 protected:
  DynamoDbTest() { reopen(); }

  void reopen() {
    service_.reset();
    service_ = std::make_unique<DynamoDbService>(directory_.path(), clock_);
  }

  Json call(std::string_view operation, const Json& input, std::string_view region = "us-west-2") {
    Call call;
    call.service = "dynamodb";
    call.region = region;
    call.operation = operation;
    call.input = input;
    return service_->handle(call);
  }
  Json call(std::string_view operation, const char* input) { return call(operation, Json::parse(input)); }

  // "Code: message" of the refusal, or "accepted".
  std::string refusal(std::string_view operation, const Json& input) {
    try {
      call(operation, input);
    } catch (const aws::ServiceError& error) {
      return error.code() + ": " + error.message();
    }
    return "accepted";
  }
  std::string refusal(std::string_view operation, const char* input) {
    return refusal(operation, Json::parse(input));
  }

  // The pipeline's own tables: a hash key, and a hash and a range key.
  void create_state_table() {
    call("CreateTable", R"({"TableName":"state","BillingMode":"PAY_PER_REQUEST",
        "AttributeDefinitions":[{"AttributeName":"operation_id","AttributeType":"S"}],
        "KeySchema":[{"AttributeName":"operation_id","KeyType":"HASH"}]})");
  }
  void create_audit_table() {
    call("CreateTable", R"({"TableName":"audit","BillingMode":"PAY_PER_REQUEST",
        "AttributeDefinitions":[{"AttributeName":"operation_id","AttributeType":"S"},
                                {"AttributeName":"timestamp","AttributeType":"S"}],
        "KeySchema":[{"AttributeName":"operation_id","KeyType":"HASH"},{"AttributeName":"timestamp","KeyType":"RANGE"}]})");
  }
  void put_event(const std::string& operation, const std::string& timestamp, const std::string& step) {
    call("PutItem", Json{{"TableName", "audit"},
                         {"Item",
                          {{"operation_id", {{"S", operation}}},
                           {"timestamp", {{"S", timestamp}}},
                           {"step", {{"S", step}}}}}});
  }

  local::testing::TemporaryDirectory directory_;
  ManualClock clock_{kStart, false};
  std::unique_ptr<DynamoDbService> service_;
};

}  // namespace aurora::local::dynamodb::testing
