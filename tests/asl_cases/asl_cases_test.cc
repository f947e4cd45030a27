// Holds the interpreter against recordings of AWS. Prints what agrees, differs and is left out by feature;
// fails when fewer cases agree than did before.
#include <gtest/gtest.h>

#include <iostream>

#include "asl/validate.h"
#include "report.h"
#include "runner.h"

namespace aurora::asl::cases {
namespace {

bool absent() {
  if (directory()) return false;
  std::cout << "The recordings are absent: put them beside the checkout as shared/asl-cases, or name their "
               "folder in "
               "AURORA_ASL_CASES.\n";
  return true;
}

std::string name_of(const Json& row) {
  return string_or(row, "name", "");
}

const char* const kExecutionFiles[] = {"exec.localstack.jsonl", "exec.behave-asl.jsonl", "exec.spec.jsonl"};

TEST(AslCases, ExecutionsEndAsRecorded) {
  if (absent()) GTEST_SKIP();
  constexpr int kExactAgreed = 685;
  Report exact("executions"), redacted("executions with redacted values");
  for (const char* file : kExecutionFiles) {
    for (const Json& row : rows(*directory() / file)) {
      const Features features = row_features(row);
      const bool is_exact = row.at("exact").get<bool>();
      const bool lacks_answers = !row.contains("mocks") && features.contains("state:Task");
      if (!is_exact && lacks_answers)
        redacted.left_out(features);
      else
        (is_exact ? exact : redacted).compared(name_of(row), features, compare_end(row, run(row)));
    }
  }
  exact.print();
  redacted.print();
  EXPECT_GE(exact.agreed(), kExactAgreed);
}

TEST(AslCases, HistoriesAreAsRecorded) {
  if (absent()) GTEST_SKIP();
  // All but one, where four tasks time out in the same instant and AWS happened to write them in another
  // order than that of their iterations.
  constexpr int kAgreed = 146;
  std::map<std::string, Json> executions;
  for (const char* file : kExecutionFiles)
    for (const Json& row : rows(*directory() / file)) executions.emplace(name_of(row), row);
  Report report("histories");
  for (const Json& row : rows(*directory() / "history.localstack.jsonl")) {
    const auto execution = executions.find(name_of(row));
    // Those without an execution are of services and languages that the execution cases leave out.
    if (execution == executions.end())
      report.left_out(event_features(row));
    else
      report.compared(name_of(row), event_features(row), compare_history(row, run(execution->second)));
  }
  report.print();
  EXPECT_GE(report.agreed(), kAgreed);
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
  Report report("definitions");
  for (const Json& row : rows(*directory() / "validation.jsonl")) {
    const Validation validation = validate(row.at("definition_text").get<std::string>());
    const bool valid = row.at("expected_valid").get<bool>();
    Features features = definition_features(validation.definition);
    features.insert(valid ? "valid" : "invalid");
    // Of a kind of machine that is refused before its definition is looked at.
    if (name_of(row).find("express") != std::string::npos) {
      report.left_out(features);
      continue;
    }
    report.compared(name_of(row), features,
                    validation.valid() == valid ? compare_diagnostics(row, validation)
                                                : "valid or not: " + first_problem(validation));
  }
  report.print();
  EXPECT_GE(report.agreed(), kAgreed);
}

// Every definition that AWS was recorded executing was accepted by AWS.
TEST(AslCases, ExecutedDefinitionsAreValid) {
  if (absent()) GTEST_SKIP();
  Report report("executed definitions");
  for (const Json& row : rows(*directory() / "exec.localstack.jsonl"))
    report.compared(name_of(row), definition_features(row.at("definition")),
                    first_problem(validate(dump_json(row.at("definition")))));
  report.print();
  EXPECT_EQ(report.differing(), 0);
}

}  // namespace
}  // namespace aurora::asl::cases
