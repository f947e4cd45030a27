#include "local/rds/context.h"

#include <fmt/format.h>

#include <set>

namespace aurora::local::rds {
namespace {

const char* status_member(Kind kind) {
  return kind == Kind::kInstance ? "DBInstanceStatus" : "Status";
}

const char* event_source(Kind kind) {
  switch (kind) {
    case Kind::kCluster:
      return "db-cluster";
    case Kind::kInstance:
      return "db-instance";
    case Kind::kSnapshot:
      return "db-cluster-snapshot";
    default:
      return "db-parameter-group";
  }
}

}  // namespace

bool has(const Context& context, std::string_view name) {
  return !member_or_null(context.input, name).is_null();
}

std::optional<std::string> optional_text(const Context& context, std::string_view name) {
  const Json& value = member_or_null(context.input, name);
  if (!value.is_string()) return std::nullopt;
  return value.get<std::string>();
}

std::string required(const Context& context, std::string_view name) {
  std::optional<std::string> value = optional_text(context, name);
  if (!value || value->empty()) throw missing(name);
  return *std::move(value);
}

std::int64_t number_in(const Context& context, std::string_view name, std::int64_t low, std::int64_t high,
                       std::int64_t fallback) {
  const std::int64_t value = int_or(context.input, name, fallback);
  if (has(context, name) && (value < low || value > high))
    throw invalid_value(
        fmt::format("Invalid value {} for {}. Must be between {} and {}", value, name, low, high));
  return value;
}

Resource need(Context& context, Kind kind, std::string_view identifier) {
  const std::string id = local_id(identifier, kind, context.region);
  std::optional<Resource> found = context.records.find(kind, context.region, id);
  if (!found) throw not_found(kind, identifier);
  return *std::move(found);
}

std::string& status_of(Resource& resource) {
  return resource.body[status_member(resource.kind)].get_ref<std::string&>();
}

const std::string& status_of(const Resource& resource) {
  return resource.body.at(status_member(resource.kind)).get_ref<const std::string&>();
}

bool is_transitional(std::string_view status) {
  static const std::set<std::string_view> steady = {"available", "stopped", "failed"};
  return !steady.contains(status);
}

void set_size(Resource& resource, std::uint64_t bytes) {
  constexpr std::uint64_t kGiB = 1ULL << 30;
  resource.internal["bytes"] = bytes;
  resource.body["AllocatedStorage"] = std::max<std::uint64_t>(1, (bytes + kGiB - 1) / kGiB);
}

std::int64_t enqueue(Context& context, Job job) {
  job.region = context.region;
  job.id = context.records.add(job);
  context.jobs.push_back(std::move(job));
  return context.jobs.back().id;
}

void add_event(Environment& environment, const Resource& about, const std::string& message,
               std::vector<std::string> categories) {
  environment.records.add(Event{.region = about.region,
                                .source_type = event_source(about.kind),
                                .source_id = about.id,
                                .source_arn = arn_of(about.kind, about.region, about.id),
                                .date = environment.clock.now(),
                                .message = message,
                                .categories = std::move(categories)});
}

engines::Engine& engine_for(const Environment& environment, std::string_view engine,
                            std::string_view version) {
  const auto found = environment.engines.find(engine);
  if (found == environment.engines.end())
    throw invalid_value(fmt::format(
        "{} clusters cannot run at this endpoint: no server for them was found on this machine.", engine));
  std::string why;
  if (!found->second->runs(version, why)) throw invalid_value(why);
  return *found->second;
}

std::filesystem::path directory_of(const Environment& environment, const Resource& resource) {
  return environment.root / resource.internal.at("directory").get<std::string>();
}

}  // namespace aurora::local::rds
