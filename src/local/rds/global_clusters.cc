#include "local/rds/global_clusters.h"

#include <fmt/format.h>

#include "base/text.h"
#include "local/documents.h"
#include "local/place.h"
#include "local/rds/catalog.h"
#include "local/rds/paging.h"

namespace aurora::local::rds {
namespace {

constexpr char kMembership[] = "GlobalClusterIdentifier";  // in the body of a member
constexpr char kMember[] = "member";                       // the member's resource, beside what AWS shows

// By account, in no Region: {"body": what AWS shows, "member"}.
Documents stored(Context& context) {
  return Documents(context.records.database(), "global_clusters");
}
std::string account(const Context& context) {
  return account_of(context.region);
}

struct Global {
  std::string id;
  Json document;
};

Global need_global(Context& context) {
  const std::string id = to_lower(required(context, "GlobalClusterIdentifier"));
  auto found = stored(context).get(account(context), id);
  if (!found) throw fault("GlobalClusterNotFoundFault", fmt::format("Global cluster {} not found.", id), 404);
  return {id, std::move(*found)};
}

std::optional<Resource> member_of(Environment& environment, const Json& document) {
  return environment.records.find_resource(string_or(document, kMember, ""));
}

Json shown(Environment& environment, const Json& document) {
  Json body = document.at("body");
  body["GlobalClusterMembers"] = Json::array();
  if (const auto member = member_of(environment, document))
    body["GlobalClusterMembers"].push_back({{"DBClusterArn", member->body.at("DBClusterArn")},
                                            {"Readers", Json::array()},
                                            {"IsWriter", true},
                                            {"SynchronizationStatus", "connected"}});
  return body;
}

// Engine and encryption of a global database are its first member's, which the request does not repeat.
void join(Context& context, Json& document, const std::string& source) {
  Resource cluster = need(context, Kind::kCluster, source);
  constexpr const char* kOfTheSource[] = {"Engine", "EngineVersion", "DatabaseName", "StorageEncrypted"};
  for (const char* member : kOfTheSource)
    if (has(context, member))
      throw invalid_combination(fmt::format(
          "{} cannot be given with SourceDBClusterIdentifier: the source cluster's holds.", member));
  if (cluster.body.contains(kMembership))
    throw invalid_state(Kind::kCluster, fmt::format("{} belongs to the global cluster {} already.",
                                                    cluster.id, string_or(cluster.body, kMembership, "")));
  if (status_of(cluster) != "available")
    throw invalid_state(Kind::kCluster,
                        fmt::format("DbCluster {} is in {} state.", cluster.id, status_of(cluster)));
  document[kMember] = cluster.resource;
  Json& body = document["body"];
  for (const char* member : kOfTheSource)
    if (cluster.body.contains(member)) body[member] = cluster.body.at(member);
  cluster.body[kMembership] = body.at(kMembership);
  context.records.put(cluster);
}

void set_up_empty(const Context& context, Json& body) {
  const std::string engine = required(context, "Engine");
  const EngineVersion* version = default_version(engine, context.engines);
  if (!version) throw invalid_value(fmt::format("Invalid DB engine: {}", engine));
  body["Engine"] = engine;
  body["EngineVersion"] = optional_text(context, "EngineVersion").value_or(version->version);
  body["StorageEncrypted"] = bool_or(context.input, "StorageEncrypted", false);
}

}  // namespace

void check_not_global(const Resource& cluster) {
  if (cluster.body.contains(kMembership))
    throw invalid_state(
        Kind::kCluster,
        "This cluster is a part of a global cluster, please remove it from globalcluster first");
}

Json create_global_cluster(Context& context) {
  const std::string id =
      checked_identifier(required(context, "GlobalClusterIdentifier"), "GlobalClusterIdentifier");
  if (stored(context).get(account(context), id))
    throw fault("GlobalClusterAlreadyExistsFault", fmt::format("Global cluster {} already exists.", id));
  Json document{
      {"body",
       {{kMembership, id},
        {"GlobalClusterResourceId", new_resource_id("global-")},
        {"GlobalClusterArn", fmt::format("arn:aws:rds::{}:global-cluster:{}", account(context), id)},
        {"Status", "available"},
        {"DeletionProtection", bool_or(context.input, "DeletionProtection", false)}}}};
  if (const auto source = optional_text(context, "SourceDBClusterIdentifier"))
    join(context, document, *source);
  else
    set_up_empty(context, document["body"]);
  stored(context).put(account(context), id, document);
  return {{"GlobalCluster", shown(context, document)}};
}

Json describe_global_clusters(Context& context) {
  std::vector<Item> items;
  if (has(context, kMembership)) {
    const Global global = need_global(context);
    items.emplace_back(global.id, shown(context, global.document));
  } else {
    for (const auto& [id, document] : stored(context).list(account(context)))
      items.emplace_back(id, shown(context, document));
  }
  return page_of(context, "GlobalClusters", std::move(items));
}

Json remove_from_global_cluster(Context& context) {
  Global global = need_global(context);
  Resource cluster = need(context, Kind::kCluster, required(context, "DbClusterIdentifier"));
  if (string_or(global.document, kMember, "") != cluster.resource)
    throw not_found(Kind::kCluster, fmt::format("{} in the global cluster {}", cluster.id, global.id));
  cluster.body.erase(kMembership);
  global.document.erase(kMember);
  context.records.put(cluster);
  stored(context).put(account(context), global.id, global.document);
  return {{"GlobalCluster", shown(context, global.document)}};
}

Json delete_global_cluster(Context& context) {
  Global global = need_global(context);
  Json& body = global.document["body"];
  const bool is_protected = bool_or(body, "DeletionProtection", false);
  if (is_protected || member_of(context, global.document))
    throw fault("InvalidGlobalClusterStateFault",
                is_protected
                    ? fmt::format("Global cluster {} has deletion protection.", global.id)
                    : fmt::format("Global cluster {} is not empty: remove its cluster first.", global.id));
  stored(context).erase(account(context), global.id);
  body["Status"] = "deleting";
  return {{"GlobalCluster", shown(context, global.document)}};
}

}  // namespace aurora::local::rds
