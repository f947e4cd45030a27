#include "local/stepfunctions/tasks.h"

#include <fmt/format.h>

#include "base/ids.h"
#include "base/text.h"
#include "local/service_support.h"

namespace aurora::local::stepfunctions {
namespace {

// How the integrations of a service show in errors.
struct Integration {
  std::string_view service;
  std::string_view prefix;   // of error names
  std::string_view display;  // in causes
  std::string_view content_type;
  std::vector<std::string_view> actions;
};

const std::vector<Integration>& integrations() {
  static const std::vector<Integration> kIntegrations = {
      {"lambda", "Lambda", "AWSLambda", "application/json", {"invoke"}},
      {"sns", "SNS", "AmazonSNS", "text/xml", {"publish"}},
      {"sqs", "SQS", "AmazonSQS", "application/x-amz-json-1.0", {"sendMessage"}},
      {"dynamodb",
       "DynamoDB",
       "AmazonDynamoDBv2",
       "application/x-amz-json-1.0",
       {"getItem", "putItem", "updateItem", "deleteItem"}},
  };
  return kIntegrations;
}

const Integration* find_integration(std::string_view service) {
  for (const Integration& each : integrations())
    if (each.service == service) return &each;
  return nullptr;
}

TaskAnswer failed(std::string error, std::string cause) {
  return {.succeeded = false, .output = {}, .error = std::move(error), .cause = std::move(cause)};
}

TaskAnswer succeeded(std::string output) {
  return {.succeeded = true, .output = std::move(output), .error = {}, .cause = {}};
}

// The errors that a service does not name in its model come as the service's general exception.
std::string error_name(const Integration& integration, const std::string& code) {
  if (code == "ValidationException" || code == "MissingParameter" || code == "InvalidParameterValue")
    return fmt::format("{}.{}Exception", integration.prefix,
                       integration.service == "dynamodb" ? "AmazonDynamoDB" : integration.display);
  return fmt::format("{}.{}{}", integration.prefix, code, code.ends_with("Exception") ? "" : "Exception");
}

TaskAnswer service_failure(const Integration& integration, const aws::ServiceError& error, const Call& call) {
  return failed(
      error_name(integration, error.code()),
      fmt::format("{} (Service: {}; Status Code: {}; Error Code: {}; Request ID: {}; Proxy: null)",
                  error.message(), integration.display, error.status(), error.code(), call.request_id));
}

// What the SDK of Step Functions adds to the answer of every integration.
void add_metadata(Json& output, const Integration& integration, const Call& call,
                  std::size_t content_length) {
  const std::string length = std::to_string(content_length);
  Json all = {{"x-amzn-RequestId", {call.request_id}},
              {"connection", {"keep-alive"}},
              {"Content-Length", {length}},
              {"Content-Type", {integration.content_type}}};
  Json first = Json::object();
  for (const auto& [name, values] : all.items()) first[name] = values.front();
  if (integration.service == "lambda") {
    all["X-Amz-Executed-Version"] = {member_or_null(output, "ExecutedVersion")};
    first["X-Amz-Executed-Version"] = member_or_null(output, "ExecutedVersion");
  }
  output["SdkHttpMetadata"] = {
      {"AllHttpHeaders", std::move(all)}, {"HttpHeaders", std::move(first)}, {"HttpStatusCode", 200}};
  output["SdkResponseMetadata"] = {{"RequestId", call.request_id}};
}

// A function that failed says how in its payload; `as_is` keeps its text, as the older form of task does.
TaskAnswer function_failure(const std::string& payload, bool as_is) {
  const Json error = parse_json_or_discard(payload);
  const std::string type = string_or(error, "errorType", "");
  if (type.empty())
    return failed("Lambda.Unknown",
                  "The cause could not be determined because Lambda did not return an error type. "
                  "Returned payload: " +
                      payload);
  return failed(type, as_is ? payload : dump_json(error));
}

std::string pascal(std::string text) {
  if (!text.empty()) text[0] = to_upper(text.substr(0, 1))[0];
  return text;
}

// Texts that the parameters may give as JSON instead.
void stringify(Json& input, const char* key) {
  const auto found = input.find(key);
  if (found != input.end() && found->is_structured()) *found = dump_json(*found);
}

}  // namespace

bool ServiceTaskInvoker::knows(const asl::Resource& resource) {
  using Kind = asl::Resource::Kind;
  using Pattern = asl::Resource::Pattern;
  if (resource.kind == Kind::kLambdaFunction) return true;
  if (resource.kind != Kind::kIntegration || resource.pattern == Pattern::kSync) return false;
  const Integration* integration = find_integration(resource.service);
  if (!integration) return false;
  if (resource.service == "dynamodb" && resource.pattern == Pattern::kWaitForTaskToken) return false;
  const auto& actions = integration->actions;
  return std::find(actions.begin(), actions.end(), resource.action) != actions.end();
}

TaskAnswer ServiceTaskInvoker::invoke(const asl::TaskStart& task, const std::string& region,
                                      const std::stop_token& stop) {
  const bool function = task.resource.kind == asl::Resource::Kind::kLambdaFunction;
  const Integration* integration = find_integration(function ? "lambda" : task.resource.service);
  if (!integration || !knows(task.resource))
    return failed("States.TaskFailed",
                  fmt::format("The resource '{}' is not carried out by this endpoint.", task.resource.arn));
  Call call{.service = std::string(integration->service),
            .region = region,
            .operation = {},
            .request_id = new_uuid(),
            .stop = stop};
  // A function lives in the Region that its ARN names.
  if (function) call.region = arn_part(task.resource.arn, 3);
  try {
    if (function) return invoke_function(task, call);
    if (integration->service == "lambda") return invoke_lambda(task, call);
    return call_service(task, call);
  } catch (const aws::ServiceError& e) {
    return service_failure(*integration, e, call);
  } catch (const Error& e) {
    return failed(fmt::format("{}.SdkClientException", integration->prefix), e.what());
  }
}

TaskAnswer ServiceTaskInvoker::invoke_function(const asl::TaskStart& task, Call call) {
  call.operation = "Invoke";
  call.input = {
      {"FunctionName", task.resource.arn}, {"InvocationType", "RequestResponse"}, {"Payload", task.input}};
  const Json answer = router_.call(call);
  std::string payload = string_or(answer, "Payload", "null");
  if (!string_or(answer, "FunctionError", "").empty()) return function_failure(payload, true);
  return succeeded(payload.empty() ? "null" : std::move(payload));
}

TaskAnswer ServiceTaskInvoker::invoke_lambda(const asl::TaskStart& task, Call call) {
  call.operation = "Invoke";
  call.input = parse_json(task.input, "the parameters of lambda:invoke");
  const std::string name = string_or(call.input, "FunctionName", "");
  if (name.starts_with("arn:")) call.region = arn_part(name, 3);
  if (const auto payload = call.input.find("Payload"); payload != call.input.end())
    *payload = dump_json(*payload);
  const Json answer = router_.call(call);
  const std::string payload = string_or(answer, "Payload", "null");
  if (!string_or(answer, "FunctionError", "").empty()) return function_failure(payload, false);
  Json output = {{"ExecutedVersion", string_or(answer, "ExecutedVersion", "$LATEST")}};
  Json parsed = parse_json_or_discard(payload.empty() ? "null" : payload);
  if (answer.contains("LogResult")) output["LogResult"] = answer["LogResult"];
  output["Payload"] = parsed.is_discarded() ? Json(payload) : std::move(parsed);
  add_metadata(output, *find_integration("lambda"), call, payload.size());
  output["StatusCode"] = int_or(answer, "StatusCode", 200);
  return succeeded(dump_json(output));
}

TaskAnswer ServiceTaskInvoker::call_service(const asl::TaskStart& task, Call call) {
  call.operation = pascal(task.resource.action);
  call.input = parse_json(task.input, "the parameters of the task");
  if (call.service == "sns") stringify(call.input, "Message");
  if (call.service == "sqs") stringify(call.input, "MessageBody");
  Json output = router_.call(call);
  if (!output.is_object()) output = Json::object();
  const std::size_t length = dump_json(output).size();
  add_metadata(output, *find_integration(call.service), call, length);
  return succeeded(dump_json(output));
}

}  // namespace aurora::local::stepfunctions
