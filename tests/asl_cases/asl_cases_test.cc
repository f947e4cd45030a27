// Holds the interpreter against recordings of AWS. Prints what agrees by feature; fails when fewer cases
// agree than did before.
#include <gtest/gtest.h>

#include <iostream>

#include "asl/validate.h"
#include "runner.h"

namespace aurora::asl::cases {
namespace {

struct Tally {
  int agreed = 0, differing = 0, left_out = 0;
  void print(const std::string& what) const {
    std::cout << "  " << what << ": " << agreed << " agreed, " << differing << " differing, " << left_out
              << " left out\n";
  }
};

bool absent() {
  if (directory()) return false;
  std::cout << "The recordings are absent: put them beside the checkout as shared/asl-cases, or name their "
               "folder in "
               "AURORA_ASL_CASES.\n";
  return true;
}

void note(Tally& tally, const Json& row, const std::string& difference) {
  difference.empty() ? ++tally.agreed : ++tally.differing;
  if (!difference.empty())
    std::cout << "differs: " << string_or(row, "name", "") << ": " << difference.substr(0, 600) << "\n";
}

const char* const kExecutionFiles[] = {"exec.localstack.jsonl", "exec.behave-asl.jsonl", "exec.spec.jsonl"};

TEST(AslCases, ExecutionsEndAsRecorded) {
  if (absent()) GTEST_SKIP();
  constexpr int kExactAgreed = 685;
  Tally exact, redacted;
  std::map<std::string, Tally> features;
  for (const char* file : kExecutionFiles) {
    for (const Json& row : rows(*directory() / file)) {
      const bool lacks_answers =
          !row.contains("mocks") && row.at("features").dump().find("state:Task") != std::string::npos;
      if (!row.at("exact").get<bool>() && lacks_answers) {
        ++redacted.left_out;
        continue;
      }
      const std::string difference = compare_end(row, run(row));
      note(row.at("exact").get<bool>() ? exact : redacted, row, difference);
      for (const Json& feature : row.at("features")) {
        Tally& tally = features[feature.get<std::string>()];
        difference.empty() ? ++tally.agreed : ++tally.differing;
      }
    }
  }
  for (const auto& [feature, tally] : features)
    if (tally.differing > 0) tally.print(feature);
  exact.print("exact");
  redacted.print("redacted");
  EXPECT_GE(exact.agreed, kExactAgreed);
}

TEST(AslCases, HistoriesAreAsRecorded) {
  if (absent()) GTEST_SKIP();
  constexpr int kAgreed = 146;
  std::map<std::string, Json> executions;
  for (const char* file : kExecutionFiles)
    for (const Json& row : rows(*directory() / file))
      executions.emplace(row.at("name").get<std::string>(), row);
  Tally tally;
  for (const Json& row : rows(*directory() / "history.localstack.jsonl")) {
    const auto execution = executions.find(row.at("name").get<std::string>());
    if (execution == executions.end()) {
      ++tally.left_out;  // of services and languages that the execution cases leave out
      continue;
    }
    note(tally, row, compare_history(row, run(execution->second)));
  }
  tally.print("histories");
  EXPECT_GE(tally.agreed, kAgreed);
}

std::string first_problem(const Validation& validation) {
  return validation.diagnostics.empty() ? "" : validation.diagnostics.front().text();
}

// The diagnostics that AWS answered, where the row has them.
std::string compare_diagnostics(const Json& row, const Validation& validation) {
  const Json& wanted = member_or_null(member_or_null(row, "aws_response"), "diagnostics");
  if (wanted.is_array()) {
    Json found = Json::array();
    for (const Diagnostic& each : validation.diagnostics) {
      Json shown = {{"code", each.code}, {"message", each.message}, {"severity", "ERROR"}};
      if (!each.location.empty()) shown["location"] = each.location;
      found.push_back(std::move(shown));
    }
    return equal_values(wanted, found) ? "" : fmt::format("{} instead of {}", found.dump(), wanted.dump());
  }
  const std::string exception = dump_json(member_or_null(row, "aws_exception"));
  const bool comparable = exception.find("SCHEMA_VALIDATION_FAILED") != std::string::npos &&
                          exception.find("Express") == std::string::npos;
  if (!comparable || exception.find(first_problem(validation)) != std::string::npos) return "";
  return fmt::format("{} instead of {}", first_problem(validation), exception);
}

TEST(AslCases, DefinitionsAreValidOrNotAsRecorded) {
  if (absent()) GTEST_SKIP();
  constexpr int kAgreed = 156;
  Tally tally;
  for (const Json& row : rows(*directory() / "validation.jsonl")) {
    // Of a kind of machine that is refused before its definition is looked at.
    if (row.at("name").get<std::string>().find("express") != std::string::npos) {
      ++tally.left_out;
      continue;
    }
    const Validation validation = validate(row.at("definition_text").get<std::string>());
    const bool same = validation.valid() == row.at("expected_valid").get<bool>();
    note(tally, row,
         same ? compare_diagnostics(row, validation) : "valid or not: " + first_problem(validation));
  }
  tally.print("definitions");
  EXPECT_GE(tally.agreed, kAgreed);
}

// Every definition that AWS was recorded executing was accepted by AWS.
TEST(AslCases, ExecutedDefinitionsAreValid) {
  if (absent()) GTEST_SKIP();
  Tally tally;
  for (const Json& row : rows(*directory() / "exec.localstack.jsonl"))
    note(tally, row, first_problem(validate(dump_json(row.at("definition")))));
  tally.print("executed definitions");
  EXPECT_EQ(tally.differing, 0);
}

}  // namespace
}  // namespace aurora::asl::cases
