#include "local/lambda/lambda_service.h"

#include "base/dates.h"
#include "base/ids.h"
#include "base/text.h"

namespace aurora::local {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kEventPayloadBytesMax = 1024 * 1024;
constexpr char kRoleName[] = "aurora-restore-lambda";
constexpr char kRole[] = "arn:aws:iam::123456789012:role/aurora-restore-lambda";
constexpr char kRoleId[] = "AROALOCALRESTORE0001";
// As long as a role's session may last; an instance is replaced before.
constexpr auto kSessionLasts = 12h;
constexpr auto kLongestInvocation = 15min;

#if defined(__aarch64__)
constexpr char kArchitecture[] = "arm64";
#else
constexpr char kArchitecture[] = "x86_64";
#endif

std::string event_of(const Call& call, bool asynchronous) {
  std::string payload = text_or(call, "Payload");
  const std::size_t limit = asynchronous ? kEventPayloadBytesMax : kSyncPayloadBytesMax;
  if (payload.size() > limit) {
    throw aws::ServiceError(
        "RequestTooLargeException",
        fmt::format("Request must be smaller than {} bytes for the InvokeFunction operation", limit), 413);
  }
  if (payload.empty()) return "{}";
  if (!Json::accept(payload)) {
    throw aws::ServiceError("InvalidRequestContentException",
                            "Could not parse request body into json: the payload is not valid JSON", 400);
  }
  return payload;
}

std::string lambda_time(TimePoint when) {
  return replace_all(format_iso_millis(when), "Z", "+0000");
}

std::vector<std::string> migrations() {
  std::vector<std::string> schemas{Documents::schema("changes"), Documents::schema("tags")};
  for (std::string& schema : FunctionVersions::schemas()) schemas.push_back(std::move(schema));
  return schemas;
}

}  // namespace

LambdaService::LambdaService(const std::filesystem::path& directory, Clock& clock, LambdaOptions options,
                             LogSink log)
    : clock_(clock),
      options_(std::move(options)),
      log_(std::move(log)),
      code_(clock),
      code_folder_(directory / "lambda-code"),
      database_(open_store(directory, "lambda", migrations())),
      changes_(database_, "changes"),
      tags_(database_, "tags"),
      versions_(database_),
      metrics_(clock),
      events_(directory, clock, options_.events) {}

LambdaService::~LambdaService() {
  stop();
}

void LambdaService::define(FunctionSpec spec) {
  const std::lock_guard lock(mutex_);
  FunctionSettings settings = initial_settings(spec);
  settings.revision = new_uuid();
  settings.last_modified = lambda_time(clock_.now());
  if (const auto changed = changes_.get(spec.region, spec.name))
    settings = settings_from_json(*changed, settings);
  const auto key = std::make_pair(spec.region, spec.name);
  if (!settings.executable.empty()) spec.executable = settings.executable;
  functions_.insert_or_assign(key, Function{std::move(settings), make_pool(std::move(spec))});
}

std::shared_ptr<InstancePool> LambdaService::make_pool(FunctionSpec spec) {
  Instance::Surroundings surroundings{&spawner_, &clock_, log_, options_.init_timeout, {}};
  if (options_.keys != nullptr)
    surroundings.credentials = [this](const FunctionSpec& of) { return credentials_for(of); };
  return std::make_shared<InstancePool>(std::move(spec), std::move(surroundings), options_.instances_max);
}

LambdaService::Function LambdaService::version_of(const std::string& region, const std::string& name,
                                                  const FunctionVersion& version) {
  auto& pool = version_pools_[{region, name, version.number}];
  if (!pool) {
    // Platform variables and network are the definition's; all else is the version's own.
    FunctionSpec spec = functions_.at({region, name}).pool->spec();
    spec.executable = version.settings.executable;
    spec.version = std::to_string(version.number);
    pool = make_pool(std::move(spec));
  }
  return {version.settings, pool};
}

std::optional<LambdaService::Function> LambdaService::resolve(const std::string& region,
                                                              const std::string& name,
                                                              const std::string& qualifier) {
  const auto found = functions_.find({region, name});
  if (found == functions_.end()) return std::nullopt;
  const auto version = versions_.resolve(region, name, qualifier);
  if (!version) return std::nullopt;
  if (*version == kLatest) return found->second;
  const auto published = versions_.find(region, name, std::stoi(*version));
  return published ? std::optional(version_of(region, name, *published)) : std::nullopt;
}

// As Lambda does: a session of the function's role that is named after the function.
InstanceCredentials LambdaService::credentials_for(const FunctionSpec& spec) {
  const AccessKey key = options_.keys->issue(
      fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", kAccountId, kRoleName, spec.name),
      fmt::format("{}:{}", kRoleId, spec.name), kSessionLasts);
  return {.variables = {{"AWS_ACCESS_KEY_ID", key.access_key_id},
                        {"AWS_SECRET_ACCESS_KEY", key.secret_access_key.reveal()},
                        {"AWS_SESSION_TOKEN", key.session_token}},
          .usable_until = *key.expiration - kLongestInvocation};
}

void LambdaService::start() {
  events_.start([this](const QueuedEvent& event) { return run_event(event); });
  keeper_ = std::jthread([this](const std::stop_token& stop) { end_idle(stop); });
}

void LambdaService::stop() {
  keeper_.request_stop();
  std::vector<std::shared_ptr<InstancePool>> pools;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, function] : functions_) pools.push_back(function.pool);
    for (const auto& [key, pool] : version_pools_) pools.push_back(pool);
    for (const auto& replaced : replaced_)
      if (auto pool = replaced.lock()) pools.push_back(std::move(pool));
  }
  // First the processes, so that the workers of the queue do not wait for them.
  for (const auto& pool : pools) pool->stop();
  events_.stop();
  if (keeper_.joinable()) keeper_.join();
}

Json LambdaService::handle(const Call& call) {
  static const Handlers<LambdaService> kHandlers{
      {"Invoke", &LambdaService::invoke},
      {"ListFunctions", &LambdaService::list_functions},
      {"GetFunction", &LambdaService::get_function},
      {"GetFunctionConfiguration", &LambdaService::get_function_configuration},
      {"UpdateFunctionConfiguration", &LambdaService::update_function_configuration},
      {"UpdateFunctionCode", &LambdaService::update_function_code},
      {"PublishVersion", &LambdaService::publish_version},
      {"ListVersionsByFunction", &LambdaService::list_versions},
      {"CreateAlias", &LambdaService::create_alias},
      {"GetAlias", &LambdaService::get_alias},
      {"UpdateAlias", &LambdaService::update_alias},
      {"DeleteAlias", &LambdaService::delete_alias},
      {"ListAliases", &LambdaService::list_aliases},
      {"ListTags", &LambdaService::list_tags},
      {"TagResource", &LambdaService::tag_resource},
      {"UntagResource", &LambdaService::untag_resource},
  };
  return dispatch(*this, kHandlers, call);
}

LambdaService::Found LambdaService::find(const Call& call, const char* member) {
  const auto [name, qualifier] = resolve_function(call, required(call, member), text_or(call, "Qualifier"));
  const std::lock_guard lock(mutex_);
  auto function = resolve(call.region, name, qualifier);
  if (!function) throw function_not_found(call.region, name, qualifier);
  return {name, qualifier, std::move(*function)};
}

std::string LambdaService::find_latest(const Call& call) {
  const Found found = find(call);
  if (found.version() != kLatest)
    throw invalid_parameter(call,
                            "This operation is permitted on Lambda functions only. It is not permitted on "
                            "versions and aliases.");
  return found.name;
}

Json LambdaService::invoke(const Call& call) {
  const Found found = find(call);
  const std::string type = text_or(call, "InvocationType", "RequestResponse");
  const std::string payload = event_of(call, type == "Event");
  if (type == "DryRun") return {{"StatusCode", 204}, {"Payload", ""}};
  const std::string request_id = call.request_id.empty() ? new_uuid() : call.request_id;
  if (type == "Event") {
    const std::string function = found.version() == kLatest ? found.name : found.name + ":" + found.version();
    events_.push({.region = call.region, .function = function, .request_id = request_id, .payload = payload});
    return {{"StatusCode", 202}, {"Payload", ""}};
  }
  if (type != "RequestResponse") {
    throw invalid_parameter(call,
                            fmt::format("'{}' is no InvocationType: Event, RequestResponse or DryRun", type));
  }
  const InvocationOutcome outcome = run(found.function, request_id, payload);
  Json output{{"StatusCode", 200}, {"ExecutedVersion", found.version()}, {"Payload", outcome.payload}};
  if (outcome.kind == InvocationOutcome::Kind::kFailed) output["FunctionError"] = "Unhandled";
  if (text_or(call, "LogType") == "Tail") output["LogResult"] = base64_encode(outcome.log_tail);
  return output;
}

InvocationOutcome LambdaService::run(const Function& function, const std::string& request_id,
                                     const std::string& payload) {
  const FunctionSpec& spec = function.pool->spec();
  InvocationMetrics::Measurement measured = metrics_.begin(spec.region, spec.name);
  try {
    InvocationOutcome outcome = function.pool->invoke(function.settings, request_id, payload);
    measured.ended(outcome.kind == InvocationOutcome::Kind::kFailed);
    return outcome;
  } catch (const aws::ServiceError& error) {
    if (error.status() == 429) measured.throttled();
    throw;
  }
}

EventQueue::Verdict LambdaService::run_event(const QueuedEvent& event) {
  Function function;
  {
    const std::lock_guard lock(mutex_);
    const std::size_t colon = event.function.find(':');
    const std::string qualifier = colon == std::string::npos ? "" : event.function.substr(colon + 1);
    const auto found = resolve(event.region, event.function.substr(0, colon), qualifier);
    if (!found) return EventQueue::Verdict::kDone;  // no longer defined
    function = *found;
  }
  try {
    const auto outcome = run(function, event.request_id, event.payload);
    return outcome.kind == InvocationOutcome::Kind::kAnswered ? EventQueue::Verdict::kDone
                                                              : EventQueue::Verdict::kFailed;
  } catch (const aws::ServiceError& error) {
    return error.status() == 429 ? EventQueue::Verdict::kThrottled : EventQueue::Verdict::kKeep;
  }
}

Json LambdaService::list_functions(const Call& call) {
  std::vector<Function> here;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, function] : functions_) {
      if (key.first == call.region) here.push_back(function);
    }
  }
  const auto [page, token] = take_page(call, {"MaxItems", "Marker", 50, 50}, std::move(here),
                                       [](const Function& function) { return function.pool->spec().name; });
  Json list = Json::array();
  for (const Function& function : page) list.push_back(configuration(function));
  Json output{{"Functions", std::move(list)}};
  if (!token.empty()) output["NextMarker"] = token;
  return output;
}

Json LambdaService::get_function(const Call& call) {
  const Found found = find(call);
  const std::string& name = found.name;
  const std::string coded = found.version() == kLatest ? name : name + ":" + found.version();
  Json output{
      {"Configuration", configuration(found.function, found.qualifier)},
      {"Code", {{"RepositoryType", "S3"}, {"Location", code_.link(endpoint_of(call), call.region, coded)}}}};
  const std::lock_guard lock(mutex_);
  const Json tags = tags_.get(call.region, name).value_or(Json::object());
  if (!tags.empty()) output["Tags"] = tags;
  return output;
}

Json LambdaService::get_function_configuration(const Call& call) {
  const Found found = find(call);
  return configuration(found.function, found.qualifier);
}

Json LambdaService::update_function_configuration(const Call& call) {
  const std::string name = find_latest(call);
  Function updated;
  {
    const std::lock_guard lock(mutex_);
    Function& function = latest_for_change(call, name);
    change(call, name, function, updated_settings(call, function.settings));
    updated = function;
  }
  return configuration(updated);
}

LambdaService::Function& LambdaService::latest_for_change(const Call& call, const std::string& name) {
  Function& function = functions_.at({call.region, name});
  check_revision(call, function.settings.revision);
  return function;
}

void LambdaService::change(const Call& call, const std::string& name, Function& function,
                           FunctionSettings settings) {
  settings.revision = new_uuid();
  settings.last_modified = lambda_time(clock_.now());
  changes_.put(call.region, name, settings_to_json(settings));
  function.settings = std::move(settings);
}

Json LambdaService::list_tags(const Call& call) {
  const std::string name = find(call, "Resource").name;
  const std::lock_guard lock(mutex_);
  return {{"Tags", tags_.get(call.region, name).value_or(Json::object())}};
}

Json LambdaService::tag_resource(const Call& call) {
  const std::string name = find(call, "Resource").name;
  const std::lock_guard lock(mutex_);
  Json tags = tags_.get(call.region, name).value_or(Json::object());
  for (const auto& [key, value] : member_or_null(call.input, "Tags").items()) tags[key] = value;
  tags_.put(call.region, name, tags);
  return Json::object();
}

Json LambdaService::untag_resource(const Call& call) {
  const std::string name = find(call, "Resource").name;
  const std::lock_guard lock(mutex_);
  Json tags = tags_.get(call.region, name).value_or(Json::object());
  remove_tags(tags, member_or_null(call.input, "TagKeys"));
  tags_.put(call.region, name, tags);
  return Json::object();
}

Json LambdaService::configuration(const Function& function, const std::string& qualifier) {
  const FunctionSpec& spec = function.pool->spec();
  const FunctionSettings& settings = function.settings;
  const auto package = code_.package(spec.executable);
  Json output{{"FunctionName", spec.name},
              {"FunctionArn", function_arn(spec.region, spec.name, qualifier)},
              {"Runtime", "provided.al2023"},
              {"Role", kRole},
              {"Handler", settings.handler},
              {"CodeSize", package->zip.size()},
              {"Description", settings.description},
              {"Timeout", settings.timeout.count()},
              {"MemorySize", settings.memory_mb},
              {"LastModified", settings.last_modified},
              {"CodeSha256", package->sha256},
              {"Version", spec.version},
              {"TracingConfig", {{"Mode", "PassThrough"}}},
              {"RevisionId", settings.revision},
              {"State", "Active"},
              {"LastUpdateStatus", "Successful"},
              {"PackageType", "Zip"},
              {"Architectures", {kArchitecture}},
              {"EphemeralStorage", {{"Size", 512}}},
              {"LoggingConfig", {{"LogFormat", "Text"}, {"LogGroup", "/aws/lambda/" + spec.name}}}};
  if (!spec.vpc.is_null()) output["VpcConfig"] = spec.vpc;
  if (!settings.environment.empty()) output["Environment"] = {{"Variables", settings.environment}};
  return output;
}

void LambdaService::end_idle(const std::stop_token& stop) {
  const Duration interval = std::max<Duration>(10ms, Duration(options_.idle_max) / 4);
  while (clock_.sleep_for(interval, stop)) {
    std::vector<std::shared_ptr<InstancePool>> pools;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [key, function] : functions_) pools.push_back(function.pool);
      for (const auto& [key, pool] : version_pools_) pools.push_back(pool);
      std::erase_if(replaced_, [](const auto& replaced) { return replaced.expired(); });
    }
    for (const auto& pool : pools) pool->end_idle_since(clock_.monotonic() - options_.idle_max);
  }
}

std::string LambdaService::endpoint_of(const Call& call) const {
  const auto host = call.http == nullptr ? std::nullopt : call.http->headers.get("Host");
  return host ? "http://" + *host : options_.endpoint_url;
}

std::optional<http::Response> LambdaService::serve_code(const http::Request& request) {
  const auto access = code_.check(request);
  if (!access) return std::nullopt;
  if (!access->granted) return access->refusal;
  std::filesystem::path executable;
  {
    const std::lock_guard lock(mutex_);
    const auto parts = split(access->granted->function, ':');
    const auto found = resolve(access->granted->region, parts[0], parts.size() > 1 ? parts[1] : "");
    if (!found) return http::Response{404, {}, ""};
    executable = found->pool->spec().executable;
  }
  const auto package = code_.package(executable);
  return http::Response{
      200,
      {{"Content-Type", "application/zip"},
       {"Content-Disposition", fmt::format("attachment; filename=\"{}.zip\"", access->granted->function)}},
      package->zip};
}

}  // namespace aurora::local
