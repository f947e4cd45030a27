// LambdaService's operations on code, published versions and aliases.
#include "base/files.h"
#include "base/ids.h"
#include "local/lambda/lambda_service.h"

namespace aurora::local {
namespace {

void refuse_weights(const Call& call) {
  const Json& routing = member_or_null(call.input, "RoutingConfig");
  const Json& weights = member_or_null(routing, "AdditionalVersionWeights");
  if (weights.is_object() && !weights.empty())
    throw invalid_parameter(
        call, "an alias has one version on the local endpoint, without AdditionalVersionWeights");
}

}  // namespace

Json LambdaService::update_function_code(const Call& call) {
  const std::string name = find_latest(call);
  const std::string zip = text_or(call, "ZipFile");
  if (zip.empty())
    throw invalid_parameter(call,
                            "the local endpoint takes a function's code as ZipFile, not from S3 or an image");
  const std::filesystem::path executable = FunctionCode::keep_zip(code_folder_, zip);
  const bool dry_run = bool_or(call.input, "DryRun", false);
  const std::lock_guard lock(mutex_);
  Function& function = latest_for_change(call, name);
  if (dry_run) return configuration(function);
  FunctionSettings settings = function.settings;
  settings.executable = executable;
  FunctionSpec spec = function.pool->spec();
  spec.executable = executable;
  // Invocations that run hold the old processes until they are done.
  replaced_.push_back(function.pool);
  function.pool = make_pool(std::move(spec));
  change(call, name, function, std::move(settings));
  if (!bool_or(call.input, "Publish", false)) return configuration(function);
  const FunctionVersion version = publish(call, name, function);
  return configuration(version_of(call.region, name, version), std::to_string(version.number));
}

FunctionVersion LambdaService::publish(const Call& call, const std::string& name, Function& function) {
  const std::string sha256 = code_.package(function.pool->spec().executable)->sha256;
  if (const std::string wanted = text_or(call, "CodeSha256", sha256); wanted != sha256)
    throw invalid_parameter(
        call, fmt::format("CodeSHA256 ({}) is different from current CodeSHA256 in $LATEST ({}). "
                          "Please try again with the CodeSHA256 in $LATEST.",
                          wanted, sha256));
  const auto published = versions_.list(call.region, name);
  if (!published.empty() && published.back().code_sha256 == sha256 &&
      same_but_for_description(published.back().settings, function.settings))
    return published.back();
  FunctionVersion version{.number = 0, .settings = function.settings, .code_sha256 = sha256};
  version.settings.description = text_or(call, "Description", version.settings.description);
  version.settings.revision = new_uuid();
  version.settings.executable = FunctionCode::keep(code_folder_, function.pool->spec().executable);
  return versions_.add(call.region, name, std::move(version));
}

Json LambdaService::publish_version(const Call& call) {
  const std::string name = find_latest(call);
  const std::lock_guard lock(mutex_);
  const FunctionVersion version = publish(call, name, latest_for_change(call, name));
  return configuration(version_of(call.region, name, version), std::to_string(version.number));
}

Json LambdaService::list_versions(const Call& call) {
  const std::string name = find(call).name;
  std::vector<Function> all;
  {
    const std::lock_guard lock(mutex_);
    all.push_back(functions_.at({call.region, name}));
    for (const FunctionVersion& version : versions_.list(call.region, name))
      all.push_back(version_of(call.region, name, version));
  }
  const auto [page, token] =
      take_page(call, {"MaxItems", "Marker", 50, 50}, std::move(all), [](const Function& function) {
        // $LATEST is first, before all numbers.
        const std::string& version = function.pool->spec().version;
        return version == kLatest ? version : fmt::format("{:0>10}", version);
      });
  Json list = Json::array();
  for (const Function& function : page)
    list.push_back(configuration(function, function.pool->spec().version));
  Json output{{"Versions", std::move(list)}};
  if (!token.empty()) output["NextMarker"] = token;
  return output;
}

Json LambdaService::alias_json(const Call& call, const std::string& name, const FunctionAlias& alias) {
  return {{"AliasArn", function_arn(call.region, name, alias.name)},
          {"Name", alias.name},
          {"FunctionVersion", alias.version},
          {"Description", alias.description},
          {"RevisionId", alias.revision}};
}

// With the lock held: the alias with what the call gives it, kept.
FunctionAlias LambdaService::aliased(const Call& call, const std::string& name, FunctionAlias alias) {
  refuse_weights(call);
  alias.version = text_or(call, "FunctionVersion", alias.version);
  alias.description = text_or(call, "Description", alias.description);
  alias.revision = new_uuid();
  if (is_alias_name(alias.version) || !versions_.resolve(call.region, name, alias.version))
    throw function_not_found(call.region, name, alias.version);
  versions_.put_alias(call.region, name, alias);
  return alias;
}

Json LambdaService::create_alias(const Call& call) {
  const std::string name = find_latest(call);
  const std::string alias = required(call, "Name");
  if (!is_alias_name(alias))
    throw invalid_parameter(
        call, fmt::format("'{}' is not an alias's name: letters, digits, - and _, and not digits "
                          "alone",
                          alias));
  const std::lock_guard lock(mutex_);
  if (versions_.find_alias(call.region, name, alias))
    throw aws::ServiceError("ResourceConflictException",
                            fmt::format("Alias already exists: {}", function_arn(call.region, name, alias)),
                            409);
  required(call, "FunctionVersion");
  return alias_json(call, name,
                    aliased(call, name, {.name = alias, .version = {}, .description = {}, .revision = {}}));
}

Json LambdaService::get_alias(const Call& call) {
  const std::string name = find_latest(call);
  const std::lock_guard lock(mutex_);
  const auto alias = versions_.find_alias(call.region, name, required(call, "Name"));
  if (!alias) throw function_not_found(call.region, name, required(call, "Name"));
  return alias_json(call, name, *alias);
}

Json LambdaService::update_alias(const Call& call) {
  const std::string name = find_latest(call);
  const std::lock_guard lock(mutex_);
  const auto alias = versions_.find_alias(call.region, name, required(call, "Name"));
  if (!alias) throw function_not_found(call.region, name, required(call, "Name"));
  check_revision(call, alias->revision);
  return alias_json(call, name, aliased(call, name, *alias));
}

// Deleting one that is gone is no error.
Json LambdaService::delete_alias(const Call& call) {
  const std::string name = find_latest(call);
  const std::lock_guard lock(mutex_);
  versions_.erase_alias(call.region, name, required(call, "Name"));
  return Json::object();
}

Json LambdaService::list_aliases(const Call& call) {
  const std::string name = find_latest(call);
  const std::string wanted = text_or(call, "FunctionVersion");
  std::vector<FunctionAlias> all;
  {
    const std::lock_guard lock(mutex_);
    all = versions_.list_aliases(call.region, name);
  }
  std::erase_if(all, [&](const FunctionAlias& alias) { return !wanted.empty() && alias.version != wanted; });
  const auto [page, token] = take_page(call, {"MaxItems", "Marker", 50, 50}, std::move(all),
                                       [](const FunctionAlias& alias) { return alias.name; });
  Json list = Json::array();
  for (const FunctionAlias& alias : page) list.push_back(alias_json(call, name, alias));
  Json output{{"Aliases", std::move(list)}};
  if (!token.empty()) output["NextMarker"] = token;
  return output;
}

}  // namespace aurora::local
