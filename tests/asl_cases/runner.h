// Runs a recorded execution on virtual time, with the recorded answers of its tasks, and compares.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "asl/simulation.h"

namespace aurora::asl::cases {

// Where the recordings are: $AURORA_ASL_CASES, or beside the checkout. Nothing when they are not there.
std::optional<std::filesystem::path> directory();
// The rows of a file of JSON lines; none when the file is not there.
std::vector<Json> rows(const std::filesystem::path& file);

struct Run {
  Simulation simulation;
  std::string problem;  // what kept the case from being run to its end
};

Run run(const Json& row);

// Empty when the run ended as the row says; otherwise how it differs.
std::string compare_end(const Json& row, const Run& run);
// The same for a recorded history, by type, order and details.
std::string compare_history(const Json& recorded, const Run& run);

// Equal where `expected` has no placeholder ("<uuid:1>"); "start-time" and its like stand for any text.
bool like(const Json& expected, const Json& actual);

}  // namespace aurora::asl::cases
