// Holds the interpreter against recordings of AWS. Prints what agrees by feature; fails when fewer cases
// agree than did before.
#include <gtest/gtest.h>

#include <iostream>

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

}  // namespace
}  // namespace aurora::asl::cases
