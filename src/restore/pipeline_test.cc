#include "restore/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/error.h"

namespace aurora::restore {
namespace {

Environment of(std::map<std::string, std::string> variables) {
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto it = variables.find(name);
    return it == variables.end() ? std::nullopt : std::optional(it->second);
  };
}

std::string refusal(const std::map<std::string, std::string>& variables) {
  try {
    pipeline_names(of(variables), {});
  } catch (const Error& e) {
    return e.name() + ": " + e.message() + " " + e.hint();
  }
  return "none";
}

TEST(PipelineNames, DeriveFromTheEnvironmentWhereNothingIsGiven) {
  const PipelineNames names = pipeline_names(of({{"STATE_TABLE_NAME", ""}}), {.environment = "prod"});
  EXPECT_EQ(names.state_table(), "aurora-restore-state-prod");
  EXPECT_EQ(names.audit_table(), "aurora-restore-audit-prod");
  EXPECT_EQ(names.state_machine(), "aurora-restore-prod");
  EXPECT_EQ(names.function("copy_snapshot"), "aurora-restore-copy-snapshot-prod");
}

TEST(PipelineNames, VariablesGiveTheOperationsGuidesFixedNames) {
  const PipelineNames names = pipeline_names(of({{"STATE_TABLE_NAME", "AuroraRestoreState"},
                                                 {"AUDIT_TABLE_NAME", "AuroraRestoreAudit"},
                                                 {"STATE_MACHINE_NAME", "aurora-restore-state-machine"},
                                                 {"FUNCTION_NAME_PATTERN", "aurora-restore-{step}"}}),
                                             {.region = "us-east-1"});
  EXPECT_EQ(names.state_table(), "AuroraRestoreState");
  EXPECT_EQ(names.audit_table(), "AuroraRestoreAudit");
  EXPECT_EQ(names.state_machine_arn(),
            "arn:aws:states:us-east-1:123456789012:stateMachine:aurora-restore-state-machine");
  EXPECT_EQ(names.execution_arn("op-1"),
            "arn:aws:states:us-east-1:123456789012:execution:aurora-restore-state-machine:op-1");
  EXPECT_EQ(names.function("check_restore_status"), "aurora-restore-check-restore-status");
}

TEST(PipelineNames, GeneralTableNameIsTheStateTablesAndGivesWayToTheSpecificOne) {
  const PipelineNames general = pipeline_names(of({{"DYNAMODB_TABLE_NAME", "aurora-restore-state"}}), {});
  EXPECT_EQ(general.state_table(), "aurora-restore-state");
  EXPECT_EQ(general.audit_table(), "aurora-restore-audit-dev");
  EXPECT_EQ(pipeline_names(of({{"DYNAMODB_TABLE_NAME", "general"}, {"STATE_TABLE_NAME", "specific"}}), {})
                .state_table(),
            "specific");
}

TEST(PipelineNames, NamesThatAwsWouldRefuseAreRefusedWithTheirVariable) {
  EXPECT_THAT(refusal({{"STATE_TABLE_NAME", "no spaces"}}),
              testing::AllOf(testing::HasSubstr("InvalidConfiguration"),
                             testing::HasSubstr("STATE_TABLE_NAME is \"no spaces\"")));
  EXPECT_THAT(refusal({{"AUDIT_TABLE_NAME", "ab"}}), testing::HasSubstr("3 to 255"));
  EXPECT_THAT(refusal({{"STATE_MACHINE_NAME", "a.b"}}), testing::HasSubstr("STATE_MACHINE_NAME"));
  EXPECT_THAT(refusal({{"FUNCTION_NAME_PATTERN", "aurora-restore"}}), testing::HasSubstr("{step}"));
  EXPECT_THAT(refusal({{"FUNCTION_NAME_PATTERN", std::string(50, 'a') + "{step}"}}),
              testing::HasSubstr("64 characters"));
}

}  // namespace
}  // namespace aurora::restore
