#include "restore/definition.h"

#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "restore/step.h"

namespace aurora::restore {
namespace {

Json definition() {
  return parse_json(definition_text(), "the definition");
}

TEST(Definition, EveryStepHasItsState) {
  std::set<std::string> called;
  const Json states = definition()["States"];
  for (const auto& [name, state] : states.items())
    if (state.contains("Parameters") && state["Parameters"].contains("FunctionName"))
      called.insert(state["Parameters"]["FunctionName"].get<std::string>());
  std::set<std::string> expected;
  for (const Step& step : all_steps()) expected.insert(PipelineNames{}.function(step.name));
  EXPECT_EQ(called, expected);
}

TEST(Definition, EveryTaskButTheLastResortEndsInHandleFailure) {
  const Json states = definition()["States"];
  for (const auto& [name, state] : states.items()) {
    if (state["Type"] != "Task") continue;
    EXPECT_TRUE(state.contains("TimeoutSeconds")) << name;
    // The last resort fails with the operation's own error, and is where a redrive takes up again.
    if (name == "ReportFailure") continue;
    ASSERT_TRUE(state.contains("Catch")) << name;
    EXPECT_EQ(state["Catch"].back()["Next"], name == "HandleFailure" ? "ReportFailure" : "HandleFailure")
        << name;
  }
}

TEST(Definition, NothingTerminalIsRetried) {
  const Json states = definition()["States"];
  for (const auto& [name, state] : states.items())
    for (const Json& retrier : member_or_null(state, "Retry"))
      for (const Json& error : retrier["ErrorEquals"]) {
        EXPECT_NE(error, "States.ALL") << name;
        EXPECT_NE(error, "States.TaskFailed") << name;
      }
}

TEST(Definition, AnotherEnvironmentGetsItsOwnFunctions) {
  PipelineNames names;
  names.environment = "prod";
  const std::string text = dump_json(render_definition(definition(), names));
  EXPECT_EQ(text.find("-dev\""), std::string::npos);
  EXPECT_NE(text.find("aurora-restore-handle-failure-prod"), std::string::npos);
}

TEST(Definition, TemplateGetsAPlaceholderForEveryFunctionAndNoName) {
  const Json rendered = definition_for_template(definition(), {.timeout_seconds = 60});
  EXPECT_EQ(rendered["TimeoutSeconds"], 60);
  EXPECT_EQ(rendered["States"]["CheckCopyStatus"]["Parameters"]["FunctionName"],
            "${CheckCopyStatusFunction}");
  EXPECT_EQ(rendered["States"]["ReportFailure"]["Parameters"]["FunctionName"], "${HandleFailureFunction}");
  std::set<std::string> placeholders;
  for (const auto& [name, state] : rendered["States"].items())
    if (state["Type"] == "Task") placeholders.insert(state["Parameters"]["FunctionName"].get<std::string>());
  EXPECT_EQ(placeholders.size(), all_steps().size());
  EXPECT_EQ(dump_json(rendered["States"]).find("aurora-restore-"), std::string::npos);
}

TEST(Definition, OptionsReachMachineAndRetries) {
  const Json rendered = render_definition(definition(), {}, {.timeout_seconds = 60, .retries_max = 9});
  EXPECT_EQ(rendered["TimeoutSeconds"], 60);
  EXPECT_EQ(rendered["States"]["CopySnapshot"]["Retry"][0]["MaxAttempts"], 9);
  // Logging in has its own patience.
  EXPECT_EQ(rendered["States"]["SetupDbUsers"]["Retry"][0]["MaxAttempts"], 6);
}

TEST(Definition, VariableThatIsNoNumberIsNamed) {
  const Environment environment = [](const std::string& name) {
    return name == "MAX_RETRIES" ? std::optional<std::string>("often") : std::nullopt;
  };
  try {
    definition_options(environment);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.message(), "environment variable MAX_RETRIES is \"often\".");
  }
}

TEST(Definition, TellsWhichErrorsOfAStepItRepeats) {
  EXPECT_TRUE(is_retried(*find_step("copy_snapshot"), "AwsThrottled"));
  EXPECT_FALSE(is_retried(*find_step("copy_snapshot"), "SnapshotNotFound"));
  EXPECT_TRUE(is_retried(*find_step("setup_db_users"), "DatabaseUnavailable"));
  EXPECT_FALSE(is_retried(*find_step("copy_snapshot"), "DatabaseUnavailable"));
  EXPECT_TRUE(is_retried(*find_step("handle_failure"), "StateConflict"));
}

}  // namespace
}  // namespace aurora::restore
