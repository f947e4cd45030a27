// Each file of this folder is one way through infrastructure/step_functions_definition.json: the execution's
// input, what the functions answer (docs/ASL.md), the states in the order in which they are entered, and the
// end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/dates.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/machine/coverage.h"
#include "cli/machine/rehearsal.h"
#include "cli/story.h"

namespace aurora::cli {
namespace {

const std::filesystem::path kSource = AURORA_SOURCE_DIR;

const Json& definition() {
  static const Json kDefinition =
      parse_json(read_file(kSource / "infrastructure/step_functions_definition.json"), "the definition");
  return kDefinition;
}

struct PathCase {
  std::string name;
  Json json;
  Rehearsal rehearsal;
  std::vector<std::string> left_over;
};

const std::vector<PathCase>& cases() {
  static const std::vector<PathCase> kCases = [] {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(kSource / "tests/asl_paths"))
      if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<PathCase> found;
    for (const auto& file : files) {
      PathCase each{.name = file.stem(),
                    .json = parse_json(read_file(file), file.string()),
                    .rehearsal = {},
                    .left_over = {}};
      Mocks mocks = Mocks::parse(each.json.at("mocks"), definition());
      each.rehearsal = rehearse(definition(), each.json.at("input"), mocks,
                                {.start_time = *parse_iso("2026-11-21T06:52:09Z"), .seed = std::nullopt});
      each.left_over = mocks.left_over();
      found.push_back(std::move(each));
    }
    return found;
  }();
  return kCases;
}

std::string states_of(const Rehearsal& rehearsal) {
  std::vector<std::string> states;
  for (const Json& event : rehearsal.events)
    if (string_or(event, "type", "").ends_with("StateEntered"))
      states.push_back(string_or(event_details(event), "name", ""));
  return join(states, "\n");
}

TEST(AslPaths, EachCaseGoesItsWay) {
  for (const PathCase& each : cases()) {
    SCOPED_TRACE(each.name);
    std::vector<std::string> expected;
    for (const Json& state : each.json.at("states")) expected.push_back(state.get<std::string>());
    EXPECT_EQ(states_of(each.rehearsal), join(expected, "\n"));
    EXPECT_THAT(each.left_over, testing::IsEmpty())
        << "answers that nobody asked for hide what a case proves";
  }
}

TEST(AslPaths, EachCaseEndsAsItSays) {
  for (const PathCase& each : cases()) {
    SCOPED_TRACE(each.name);
    const Json& end = each.json.at("end");
    EXPECT_EQ(asl::status_name(each.rehearsal.status), string_or(end, "status", ""))
        << each.rehearsal.error.value_or("") << " " << each.rehearsal.cause.value_or("");
    if (end.contains("error")) {
      EXPECT_EQ(each.rehearsal.error.value_or("none"), string_or(end, "error", ""));
    }
    if (end.contains("output")) {
      EXPECT_EQ(each.rehearsal.output, dump_json(end["output"]));
    }
    EXPECT_FALSE(each.rehearsal.problem);
  }
}

TEST(AslPaths, TogetherTheyGoEveryWay) {
  Coverage coverage(definition());
  for (const PathCase& each : cases()) coverage.add(each.rehearsal.events);
  EXPECT_GT(coverage.total(), 90u);
  EXPECT_EQ(join(coverage.missing(), "\n"), "") << "add a case to tests/asl_paths for each of these";
}

// The check above is worth something only if it can fail.
TEST(AslPaths, WhatNoCaseGoesIsNamed) {
  Coverage coverage(definition());
  for (const PathCase& each : cases())
    if (!each.name.starts_with("cleanup_fails") && each.name != "every_step_is_throttled_once" &&
        each.name != "resume_at_nothing" && each.name != "stopped_rollback_stays_stopped")
      coverage.add(each.rehearsal.events);
  const std::vector<std::string> missing = coverage.missing();
  EXPECT_THAT(
      missing,
      testing::IsSupersetOf(
          {"catch Cleanup of any error to HandleFailure", "retry Cleanup of AwsThrottled and 7 others",
           "state ResumeUnknown", "choice WhereToResume to ResumeUnknown (otherwise)",
           "choice IsStoppedOperationNamed to RollbackStopped (input.executionArn is present)"}));
}

}  // namespace
}  // namespace aurora::cli
