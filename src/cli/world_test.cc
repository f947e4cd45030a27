#include "cli/world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;

TEST(TypedCommands, HintsOfFunctionsBearTheChosenEnvironment) {
  TestCommandLine line;
  line.api.answer("lambda.Invoke",
                  {{"FunctionError", "Unhandled"},
                   {"Payload", dump_json({{"errorType", "TargetLocked"},
                                          {"errorMessage", "it is locked"},
                                          {"hint", "Look: `aurora-restore watch op-2`."}})}});
  line.api.answer("sts.GetCallerIdentity", {{"Account", "123456789012"}});
  line.run({"invoke", "snapshot_check", "--env", "prod", "--region", "eu-central-1"});
  EXPECT_THAT(line.err(), HasSubstr("`aurora-restore --env prod --region eu-central-1 watch op-2`"));
}

TEST(TypedCommands, ErrorsWithoutAHintGetTheTablesOne) {
  TestCommandLine line;
  line.api.fail("dynamodb.GetItem", "ExpiredTokenException", "it is expired");
  EXPECT_EQ(line.run({"status", "op-1"}), ExitCode::kUnreachable);
  EXPECT_THAT(line.err(), HasSubstr("Log in anew (`aws sso login`)."));
}

TEST(TypedCommands, WhatIsTypedAlreadyStays) {
  TestCommandLine line;
  Context context{.terminal = line.terminal,
                  .clock = line.clock,
                  .interrupted = {},
                  .variable = [](const std::string&) { return std::nullopt; },
                  .connect_api = nullptr,
                  .connector = line.connector,
                  .host = line.host,
                  .program = "aurora-restore",
                  .version = "1",
                  .globals = {}};
  context.globals.environment = "prod";
  EXPECT_EQ(with_typed_commands(context, "See `aurora-restore list` or `aurora-restore --env prod list`."),
            "See `aurora-restore --env prod list` or `aurora-restore --env prod list`.");
  EXPECT_EQ(with_typed_commands(context, "aurora-restore resume op-1"),
            "aurora-restore --env prod resume op-1");
  EXPECT_EQ(with_typed_commands(context, ""), "");
}

}  // namespace
}  // namespace aurora::cli
