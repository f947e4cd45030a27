#include "local/stepfunctions/mock.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/model.h"
#include "base/text.h"
#include "local/service_support.h"

namespace aurora::local::stepfunctions {
namespace {

using aws::Type;

aws::ServiceError invalid(const std::string& message) {
  return {"ValidationException", message};
}

// Step Functions writes the members of every service with a capital.
std::string capital(std::string_view name) {
  std::string text(name);
  if (!text.empty()) text[0] = to_upper(text.substr(0, 1))[0];
  return text;
}

bool fits(Type type, const Json& value) {
  switch (type) {
    case Type::kStructure:
    case Type::kMap:
      return value.is_object();
    case Type::kList:
      return value.is_array();
    case Type::kString:
    case Type::kBlob:
    case Type::kTimestamp:
      return value.is_string();
    case Type::kInteger:
    case Type::kLong:
    case Type::kFloat:
    case Type::kDouble:
      return value.is_number();
    case Type::kBoolean:
      return value.is_boolean();
  }
  return false;
}

std::string_view description(Type type) {
  switch (type) {
    case Type::kStructure:
    case Type::kMap:
      return "an object";
    case Type::kList:
      return "an array";
    case Type::kString:
    case Type::kBlob:
    case Type::kTimestamp:
      return "a string";
    case Type::kBoolean:
      return "a boolean";
    default:
      return "a number";
  }
}

// The first problem of a value that stands for a shape; empty when there is none.
class MockReader {
 public:
  explicit MockReader(FieldValidation validation) : validation_(validation) {}

  std::string structure(const aws::Shape& shape, const Json& value) const {
    for (const aws::Member& member : shape.members) {
      const std::string name = capital(member.name);
      const auto found = value.find(name);
      if (found == value.end()) {
        if (member.required && validation_ == FieldValidation::kStrict)
          return fmt::format("Required field '{}' is missing", name);
        continue;
      }
      if (std::string problem = field(*member.shape, name, *found); !problem.empty()) return problem;
    }
    return {};
  }

 private:
  std::string field(const aws::Shape& shape, const std::string& name, const Json& value) const {
    if (!fits(shape.type, value)) return fmt::format("Field '{}' must be {}", name, description(shape.type));
    const auto& allowed = shape.enum_values;
    if (value.is_string() && !allowed.empty() &&
        std::find(allowed.begin(), allowed.end(), value.get<std::string>()) == allowed.end())
      return fmt::format("Field '{}' is not an expected value", name);
    if (shape.minimum != aws::Shape::kNoMinimum && below(shape.minimum, value))
      return fmt::format(
          "Field '{}' is {}", name,
          value.is_number() ? "less than the minimum value" : "smaller than the minimum length");
    if (shape.type == Type::kStructure) return structure(shape, value);
    if (shape.type != Type::kList && shape.type != Type::kMap) return {};
    for (const Json& each : value)
      if (std::string problem = field(*shape.element, name, each); !problem.empty()) return problem;
    return {};
  }

  static bool below(std::int64_t minimum, const Json& value) {
    if (value.is_number()) return value.get<double>() < static_cast<double>(minimum);
    const std::size_t size = value.is_string() ? value.get_ref<const std::string&>().size() : value.size();
    return static_cast<std::int64_t>(size) < minimum;
  }

  FieldValidation validation_;
};

// The model's output of what an integration calls; null where there is no model of it here.
const aws::Shape* output_of(const asl::Resource& resource) {
  constexpr std::string_view kSdk = "aws-sdk:";
  std::string service = resource.service;
  if (service.starts_with(kSdk)) service = service.substr(kSdk.size());
  if (service == "sfn" || service == "states") service = "stepfunctions";
  const aws::Service* model = aws::find_service(service);
  const aws::Operation* operation = model ? model->operation(capital(resource.action)) : nullptr;
  return operation ? operation->output : nullptr;
}

// lambda:invoke shows the function's payload as the JSON that it is.
Json without_payload(const asl::Resource& resource, Json result) {
  if (resource.service == "lambda") result.erase("Payload");
  return result;
}

void check_children(const Json& state, const Json& result) {
  const std::string type = string_or(state, "Type", "");
  if (type == "Task") return;
  if (!result.is_array()) throw invalid("Mocked result must be an array.");
  if (type == "Parallel" && result.size() != member_or_null(state, "Branches").size())
    throw invalid("Mocked result must contain the same number of items as number of Parallel branches.");
}

void check_result(const Json& state, const std::string& text, const std::string& mode) {
  const std::optional<asl::Value> value = asl::Value::parse(text);
  if (!value) throw invalid("Mocked result must be valid JSON");
  const Json& result = value->json();
  check_children(state, result);
  const asl::Resource resource = asl::parse_resource(string_or(state, "Resource", ""));
  if (mode == "NONE" || resource.pattern != asl::Resource::Pattern::kRequestResponse) return;
  const std::string problem = mock_problem(
      resource, result, mode == "PRESENT" ? FieldValidation::kPresent : FieldValidation::kStrict);
  if (!problem.empty()) throw invalid("Mock result schema validation error: " + problem);
}

std::size_t failed_iterations(const Call& call, const std::string& type, const Json& mock) {
  const std::int64_t count =
      int_or(member_or_null(call.input, "stateConfiguration"), "mapIterationFailureCount", 0);
  if (count == 0) return 0;
  if (type != "Map") throw invalid("MapIterationFailureCount is supported for Map states only.");
  const Json result = parse_json_or_discard(string_or(mock, "result", "[]"));
  if (mock.contains("result") && count > static_cast<std::int64_t>(result.size()))
    throw invalid("Map iteration failure count must be less than or equal to the number of Map iterations");
  return static_cast<std::size_t>(count);
}

}  // namespace

std::string mock_problem(const asl::Resource& resource, const Json& result, FieldValidation validation) {
  if (resource.kind != asl::Resource::Kind::kIntegration) return {};
  const aws::Shape* output = output_of(resource);
  if (output == nullptr) return {};
  if (!result.is_object()) return "The result must be an object";
  return MockReader(validation).structure(*output, without_payload(resource, result));
}

std::optional<Mock> mock_of(const Call& call, const Json& state) {
  const std::string type = string_or(state, "Type", "");
  const Json& given = member_or_null(call.input, "mock");
  if (given.is_null()) return std::nullopt;
  Mock mock{.answer = {}};
  if (type != "Task" && type != "Map" && type != "Parallel")
    throw invalid(fmt::format("State type '{}' is not supported when a mock is specified", type));
  if (bool_or(call.input, "revealSecrets", false))
    throw invalid("TestState does not support RevealSecrets when a mock is specified.");
  if (given.contains("result") == given.contains("errorOutput"))
    throw invalid("A test mock should have only one of the following fields: [result, errorOutput].");
  if (given.contains("result")) {
    const std::string result = string_or(given, "result", "");
    check_result(state, result, string_or(given, "fieldValidationMode", "STRICT"));
    mock.answer = {.succeeded = true, .output = result, .error = {}, .cause = {}};
  } else {
    const Json& error = given["errorOutput"];
    mock.answer = {.succeeded = false,
                   .output = {},
                   .error = string_or(error, "error", ""),
                   .cause = string_or(error, "cause", "")};
  }
  mock.failed_iterations = failed_iterations(call, type, given);
  return mock;
}

}  // namespace aurora::local::stepfunctions
