#include "local/stepfunctions/constraints.h"

#include <fmt/format.h>

namespace aurora::local::stepfunctions {
namespace {

// Of a text its length, of a number its value. The first row that fits operation and member counts.
struct Range {
  std::string_view operation;  // empty: of every operation
  std::string_view member;
  std::int64_t least, most;
  bool is_secret = false;
};

constexpr Range kRanges[] = {
    {"ValidateStateMachineDefinition", "maxResults", 0, 100},
    {"", "maxResults", 0, 1000},
    {"ListExecutions", "nextToken", 1, 3096},
    {"", "nextToken", 1, 1024},
    {"", "stateMachineArn", 1, 256},
    {"", "executionArn", 1, 256},
    {"", "roleArn", 1, 256},
    {"", "definition", 1, 1'048'576, true},
    {"", "input", 0, 262'144, true},
    {"", "output", 0, 262'144, true},
    {"", "error", 0, 256, true},
    {"", "cause", 0, 32'768, true},
    {"", "description", 0, 256, true},
    {"", "versionDescription", 0, 256, true},
    {"", "clientToken", 1, 64},
    {"", "traceHeader", 0, 256},
    {"", "taskToken", 1, 2048},
    {"", "stateName", 1, 80, true},
};

struct Enumeration {
  std::string_view member;
  std::string_view values;  // between commas
};

constexpr Enumeration kEnumerations[] = {
    {"type", "STANDARD, EXPRESS"},
    {"statusFilter", "SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING"},
    {"redriveFilter", "REDRIVEN, NOT_REDRIVEN"},
    {"includedData", "ALL_DATA, METADATA_ONLY"},
    {"severity", "ERROR, WARNING"},
    {"inspectionLevel", "INFO, DEBUG, TRACE"},
};

void check_range(const Range& range, const Json& value) {
  const bool is_number = value.is_number_integer();
  if (!is_number && !value.is_string()) return;
  const std::int64_t size = is_number ? value.get<std::int64_t>()
                                      : static_cast<std::int64_t>(value.get_ref<const std::string&>().size());
  if (size >= range.least && size <= range.most) return;
  const std::string constraint =
      fmt::format("have {} {} than or equal to {}", is_number ? "value" : "length",
                  size < range.least ? "greater" : "less", size < range.least ? range.least : range.most);
  if (range.is_secret) throw violation(range.member, constraint);
  throw violation(range.member, constraint, is_number ? value.dump() : value.get<std::string>());
}

bool is_one_of(std::string_view values, const std::string& value) {
  return fmt::format(", {},", values).find(fmt::format(" {},", value)) != std::string::npos;
}

}  // namespace

aws::ServiceError violation(std::string_view member, std::string_view constraint) {
  return {
      "ValidationException",
      fmt::format("1 validation error detected: Value at '{}' failed to satisfy constraint: Member must {}",
                  member, constraint)};
}

aws::ServiceError violation(std::string_view member, std::string_view constraint, std::string_view value) {
  return {"ValidationException",
          fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: Member "
                      "must {}",
                      value, member, constraint)};
}

void check_tag_count(const Json& tags) {
  constexpr std::size_t kTagsMax = 50;
  if (tags.size() > kTagsMax) throw aws::ServiceError("TooManyTags", "A resource has at most 50 tags.");
}

void check_constraints(const Call& call) {
  for (const auto& [name, value] : call.input.items()) {
    for (const Range& range : kRanges) {
      if (range.member != name || (!range.operation.empty() && range.operation != call.operation)) continue;
      check_range(range, value);
      break;
    }
    for (const Enumeration& each : kEnumerations)
      if (each.member == name && value.is_string() && !is_one_of(each.values, value.get<std::string>()))
        throw violation(name, fmt::format("satisfy enum value set: [{}]", each.values),
                        value.get<std::string>());
  }
}

}  // namespace aurora::local::stepfunctions
