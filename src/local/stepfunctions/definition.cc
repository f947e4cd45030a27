#include "local/stepfunctions/definition.h"

#include <fmt/format.h>

#include "aws/error.h"

namespace aurora::local::stepfunctions {
namespace {

Json shown(const asl::Diagnostic& each) {
  Json diagnostic = {
      {"severity", each.is_error ? "ERROR" : "WARNING"}, {"code", each.code}, {"message", each.message}};
  if (!each.location.empty()) diagnostic["location"] = each.location;
  return diagnostic;
}

asl::Diagnostic not_in_express(const std::string& location, std::string_view pattern) {
  return {.is_error = true,
          .code = "SCHEMA_VALIDATION_FAILED",
          .message = fmt::format("Express state machine does not support '{}' service integration ", pattern),
          .location = location};
}

}  // namespace

void check_definition(const std::string& definition, const KnowsResource& knows) {
  const asl::Validation validation = asl::validate(definition);
  std::vector<std::string> problems;
  for (const asl::Diagnostic& each : validation.diagnostics)
    if (each.is_error) problems.push_back(each.text());
  for (const asl::Diagnostic& each : asl::unsupported_features(validation, knows))
    problems.push_back(each.text());
  if (problems.empty()) return;
  throw aws::ServiceError("InvalidDefinition",
                          fmt::format("Invalid State Machine Definition: '{}'", fmt::join(problems, ", ")));
}

// Express machines wait for nobody
// (https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html).
std::vector<asl::Diagnostic> type_problems(const Json& definition, const std::string& type) {
  std::vector<asl::Diagnostic> found;
  if (type != "EXPRESS") return found;
  asl::visit_states(definition, [&](const std::string& location, const Json& state) {
    if (string_or(state, "Type", "") != "Task") return;
    const asl::Resource resource = asl::parse_resource(string_or(state, "Resource", ""));
    if (resource.pattern == asl::Resource::Pattern::kWaitForTaskToken)
      found.push_back(not_in_express(location + "/Resource", ".waitForTaskToken"));
    if (resource.pattern == asl::Resource::Pattern::kSync)
      found.push_back(not_in_express(location + "/Resource", ".sync"));
  });
  return found;
}

Json validation_answer(const std::string& definition, const ValidationQuestion& question,
                       const KnowsResource& knows) {
  const asl::Validation validation = asl::validate(definition);
  std::vector<asl::Diagnostic> all = validation.diagnostics;
  for (asl::Diagnostic& each : type_problems(validation.definition, question.type))
    all.push_back(std::move(each));
  const bool failed =
      std::any_of(all.begin(), all.end(), [](const asl::Diagnostic& each) { return each.is_error; });
  for (asl::Diagnostic& each : asl::unsupported_features(validation, knows)) {
    each.is_error = false;
    all.push_back(std::move(each));
  }
  Json diagnostics = Json::array();
  bool truncated = false;
  for (const asl::Diagnostic& each : all) {
    if (!each.is_error && !question.warnings) continue;
    truncated = diagnostics.size() == question.results_max;
    if (truncated) break;
    diagnostics.push_back(shown(each));
  }
  return {
      {"result", failed ? "FAIL" : "OK"}, {"diagnostics", std::move(diagnostics)}, {"truncated", truncated}};
}

}  // namespace aurora::local::stepfunctions
