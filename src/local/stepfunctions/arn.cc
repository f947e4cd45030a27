#include "local/stepfunctions/arn.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/text.h"
#include "local/service_support.h"

namespace aurora::local::stepfunctions {
namespace {

constexpr std::size_t kPartsOfMachine = 7;

bool is_version(const std::string& qualifier) {
  return !qualifier.empty() && std::all_of(qualifier.begin(), qualifier.end(),
                                           [](unsigned char c) { return std::isdigit(c) != 0; });
}

// Zero, which no version has, for a number beyond all of them.
std::int64_t version_number(const std::string& digits) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return failure == std::errc{} ? number : 0;
}

}  // namespace

void check_arn(const std::string& arn, std::string_view resource) {
  if (!arn.starts_with("arn:"))
    throw aws::ServiceError("InvalidArn", fmt::format("Invalid Arn: 'Invalid ARN prefix: {}'", arn));
  const std::string rest = arn_part(arn, 5);
  if (arn_part(arn, 2) == "states" && rest.starts_with(fmt::format("{}:", resource))) return;
  throw aws::ServiceError("InvalidArn",
                          fmt::format("Invalid Arn: 'Resource type not valid in this context: {}'",
                                      to_lower(rest.substr(0, rest.find(':')))));
}

MachineArn parse_machine_arn(const std::string& arn) {
  check_arn(arn, "stateMachine");
  std::vector<std::string> parts = split(arn, ':');
  if (parts.size() > kPartsOfMachine + 1)
    throw aws::ServiceError("InvalidArn", fmt::format("Invalid Arn: 'Too many parts: {}'", arn));
  if (arn.find('/') != std::string::npos)
    throw aws::ServiceError(
        "ValidationException",
        fmt::format("'{}' refers to a distributed Map state; give the ARN of a state machine.", arn));
  MachineArn parsed{.text = arn, .machine = arn, .version = {}, .alias = {}};
  if (parts.size() <= kPartsOfMachine) return parsed;
  const std::string qualifier = parts.back();
  parts.pop_back();
  parsed.machine = join(parts, ":");
  if (is_version(qualifier))
    parsed.version = version_number(qualifier);
  else
    parsed.alias = qualifier;
  return parsed;
}

std::string unqualified_arn(const Call& call, const std::string& arn) {
  const MachineArn parsed = parse_machine_arn(arn);
  if (!parsed.is_qualified()) return arn;
  throw aws::ServiceError("ValidationException",
                          fmt::format("{} takes the ARN of a state machine, without version or alias: '{}'",
                                      call.operation, parsed.machine));
}

}  // namespace aurora::local::stepfunctions
