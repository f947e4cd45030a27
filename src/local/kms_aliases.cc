// The aliases and grants of KMS.
#include <fmt/format.h>

#include "base/dates.h"
#include "base/ids.h"
#include "local/kms.h"
#include "local/place.h"

namespace aurora::local {

std::string Kms::checked_new_alias(const Call& call) const {
  const std::string name = required(call, "AliasName");
  if (!name.starts_with("alias/") || name.size() == 6)
    throw invalid_parameter(call, "An alias begins with \"alias/\" and a name follows.");
  if (name.starts_with("alias/aws/"))
    throw aws::ServiceError("NotAuthorizedException",
                            "Names that begin with alias/aws/ are reserved for AWS.");
  return name;
}

Json Kms::create_alias(const Call& call) {
  const std::string name = checked_new_alias(call);
  if (aliases_.get(call.region, name))
    throw aws::ServiceError("AlreadyExistsException", fmt::format("An alias with the name {} already exists",
                                                                  make_arn("kms", call.region, name)));
  const Key target = find(call, required(call, "TargetKeyId"));
  const std::string now = format_iso_millis(clock_.now());
  aliases_.put(call.region, name,
               {{"TargetKeyId", target.id}, {"CreationDate", now}, {"LastUpdatedDate", now}});
  return Json::object();
}

Json Kms::update_alias(const Call& call) {
  const std::string name = checked_new_alias(call);
  auto alias = aliases_.get(call.region, name);
  if (!alias)
    throw aws::ServiceError("NotFoundException",
                            fmt::format("Alias {} is not found.", make_arn("kms", call.region, name)));
  (*alias)["TargetKeyId"] = find(call, required(call, "TargetKeyId")).id;
  (*alias)["LastUpdatedDate"] = format_iso_millis(clock_.now());
  aliases_.put(call.region, name, *alias);
  return Json::object();
}

Json Kms::delete_alias(const Call& call) {
  const std::string name = checked_new_alias(call);
  if (!aliases_.erase(call.region, name))
    throw aws::ServiceError("NotFoundException",
                            fmt::format("Alias {} is not found.", make_arn("kms", call.region, name)));
  return Json::object();
}

Json Kms::list_aliases(const Call& call) {
  const std::string reference = text_or(call, "KeyId");
  const std::string wanted = reference.empty() ? "" : find(call, reference).id;
  live_keys(call.region);  // drops the aliases of keys whose time has come
  auto aliases = aliases_.list(call.region);
  if (!wanted.empty())
    std::erase_if(aliases, [&](const auto& alias) { return alias.document.at("TargetKeyId") != wanted; });
  const auto [page, next] = take_page(call, {"Limit", "Marker", 50, 100}, std::move(aliases),
                                      [](const Documents::Entry& entry) { return entry.name; });
  Json answer = {{"Aliases", Json::array()}, {"Truncated", !next.empty()}};
  for (const auto& entry : page) {
    Json alias = {{"AliasName", entry.name}, {"AliasArn", make_arn("kms", call.region, entry.name)}};
    alias.update(entry.document);
    answer["Aliases"].push_back(std::move(alias));
  }
  if (!next.empty()) answer["NextMarker"] = next;
  return answer;
}

Json Kms::create_grant(const Call& call) {
  Key key = find_usable(call, required(call, "KeyId"));
  const Json& operations = member_or_null(call.input, "Operations");
  if (operations.empty()) throw invalid_parameter(call, "CreateGrant needs at least one of Operations.");
  Json grant = {{"KeyId", key.arn()},
                {"GrantId", random_hex(64)},
                {"CreationDate", format_iso_millis(clock_.now())},
                {"GranteePrincipal", required(call, "GranteePrincipal")},
                {"IssuingAccount", fmt::format("arn:aws:iam::{}:root", account_of(call.region))},
                {"Operations", operations}};
  for (const char* member : {"Name", "RetiringPrincipal", "Constraints"})
    if (call.input.contains(member)) grant[member] = call.input.at(member);
  // A grant of the same name and content is the same grant: that is how callers retry.
  for (const Json& known : key.document.at("grants")) {
    Json same = grant;
    same["GrantId"] = known.at("GrantId");
    same["CreationDate"] = known.at("CreationDate");
    if (grant.contains("Name") && same == known)
      return {{"GrantId", known.at("GrantId")}, {"GrantToken", random_hex(64)}};
  }
  key.document["grants"].push_back(grant);
  store(key);
  return {{"GrantId", grant.at("GrantId")}, {"GrantToken", random_hex(64)}};
}

Json Kms::list_grants(const Call& call) {
  const Key key = find(call, required(call, "KeyId"));
  std::vector<Json> grants;
  for (const Json& grant : key.document.at("grants")) {
    const std::string id = text_or(call, "GrantId");
    const std::string principal = text_or(call, "GranteePrincipal");
    if (!id.empty() && grant.at("GrantId") != id) continue;
    if (!principal.empty() && grant.at("GranteePrincipal") != principal) continue;
    grants.push_back(grant);
  }
  const auto id_of = [](const Json& grant) { return grant.at("GrantId").get<std::string>(); };
  std::sort(grants.begin(), grants.end(), [&](const Json& a, const Json& b) { return id_of(a) < id_of(b); });
  const auto [page, next] = take_page(call, {"Limit", "Marker", 50, 100}, std::move(grants), id_of);
  Json answer = {{"Grants", page}, {"Truncated", !next.empty()}};
  if (!next.empty()) answer["NextMarker"] = next;
  return answer;
}

Json Kms::revoke_grant(const Call& call) {
  Key key = find(call, required(call, "KeyId"));
  const std::string id = required(call, "GrantId");
  Json& grants = key.document["grants"];
  const auto found =
      std::find_if(grants.begin(), grants.end(), [&](const Json& g) { return g.at("GrantId") == id; });
  if (found == grants.end())
    throw aws::ServiceError("NotFoundException", fmt::format("Grant ID {} not found", id));
  grants.erase(found);
  store(key);
  return Json::object();
}

}  // namespace aurora::local
