// What `start` makes of its options: the input of the execution it begins, or its refusal.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/testing/command_line.h"

namespace aurora::cli {

class StartedRequest : public testing::Test {
 protected:
  StartedRequest() { line.api.answer("stepfunctions.StartExecution", {{"executionArn", "arn:x"}}); }

  Json input_of(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "start");
    line.api.calls.clear();
    EXPECT_EQ(line.run(arguments), ExitCode::kDone) << line.err();
    const auto calls = line.api.calls_of("stepfunctions.StartExecution");
    if (calls.size() != 1) return {};
    Json input = parse_json(string_or(calls[0].input, "input", ""), "input");
    input.erase("operation_id");
    return input;
  }
  void refuse(std::vector<std::string> arguments, const std::string& expected) {
    arguments.insert(arguments.begin(), "start");
    EXPECT_EQ(line.run(arguments), ExitCode::kBadInput) << line.err();
    EXPECT_THAT(line.err(), testing::HasSubstr(expected));
    EXPECT_TRUE(line.api.calls.empty()) << "bad input must not start anything";
  }

  TestCommandLine line;
};

}  // namespace aurora::cli
