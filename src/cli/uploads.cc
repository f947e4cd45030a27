#include "cli/uploads.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <functional>

#include "base/files.h"
#include "cli/pipeline_config.h"
#include "restore/scripts_file.h"

namespace aurora::cli {
namespace {

constexpr std::array<const char*, 3> kSettings{"post_restore_sql", "verification_sql",
                                               "verification_manifest"};

bool is_local(const std::string& place) {
  return !place.starts_with("s3://") && place != "auto";
}

// Calls `change` with each place of a file in the request: a setting's text, or each element of its list.
void for_each_file(Json& request, const std::function<void(const char* setting, Json& place)>& change) {
  for (const char* setting : kSettings) {
    if (!request.contains(setting)) continue;
    Json& value = request[setting];
    if (value.is_string()) change(setting, value);
    if (!value.is_array()) continue;
    for (Json& place : value)
      if (place.is_string()) change(setting, place);
  }
}

void make_local_bucket(World& world, const std::string& bucket) {
  Json input{{"Bucket", bucket}};
  if (world.region() != "us-east-1")
    input["CreateBucketConfiguration"] = {{"LocationConstraint", world.region()}};
  try {
    world.api->call("s3", world.region(), "CreateBucket", input);
  } catch (const aws::ServiceError& error) {
    if (!error.is("BucketAlreadyOwnedByYou")) throw;
  }
}

}  // namespace

std::vector<restore::Finding> check_local_files(const Json& request) {
  std::vector<restore::Finding> findings;
  Json copy = request;
  for_each_file(copy, [&](const char* setting, Json& place) {
    const std::string path = place.get<std::string>();
    if (!is_local(path)) return;
    try {
      if (std::filesystem::is_directory(path))
        findings.push_back({setting, dump_json(place), "this is a folder; allowed are files"});
      else
        read_file(path);
    } catch (const Error& error) {
      findings.push_back({setting, dump_json(place), error.message()});
    }
  });
  return findings;
}

void resolve_local_files(Json& request, const std::filesystem::path& folder) {
  for_each_file(request, [&](const char*, Json& place) {
    const std::string path = place.get<std::string>();
    if (is_local(path) && !path.empty()) place = (folder / path).string();
  });
}

Json with_uploaded_files(World& world, Json request) {
  std::string bucket;
  for_each_file(request, [&](const char*, Json& place) {
    const std::string path = place.get<std::string>();
    if (!is_local(path)) return;
    if (bucket.empty()) bucket = script_bucket(world, request);
    const std::string text = read_file(path);
    const restore::S3Place to{
        bucket, restore::content_addressed_key(std::filesystem::path(path).filename().string(), text)};
    restore::write_s3_text(*world.api, world.region(), to, "text/plain; charset=utf-8", text);
    place = to.uri();
  });
  return request;
}

std::string script_bucket(World& world, const Json& request) {
  for (const char* name : {"script_bucket", "log_bucket"})
    if (const std::string bucket = string_or(request, name, ""); !bucket.empty()) return bucket;
  const Json config = read_pipeline_config(world);
  for (const char* name : {"script_bucket", "log_bucket"})
    if (const std::string bucket = string_or(config, name, ""); !bucket.empty()) return bucket;
  if (!world.local)
    throw Error(
        "NoScriptBucket",
        fmt::format("SQL files and manifests are kept in S3, and neither script_bucket nor log_bucket is set "
                    "in {}",
                    world.names.config_parameter()),
        "Set script_bucket there, give --set script_bucket=NAME, or give s3:// addresses.");
  const std::string bucket = fmt::format("aurora-restore-{}-scripts", world.names.environment);
  make_local_bucket(world, bucket);
  return bucket;
}

}  // namespace aurora::cli
