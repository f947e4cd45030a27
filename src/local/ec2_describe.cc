#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "local/ec2.h"

namespace aurora::local {
namespace {

constexpr PageKeys kPages{"MaxResults", "NextToken", 1000, 1000};

// What a filter compares with: the filter's name and the member of the document.
using FilterMembers = std::map<std::string_view, const char*>;

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::vector<std::string> tag_candidates(const Json& document, std::string_view filter) {
  std::vector<std::string> candidates;
  for (const Json& tag : document.at("Tags")) {
    const std::string key = string_or(tag, "Key", "");
    if (filter == "tag-key") candidates.push_back(key);
    if (filter == "tag:" + key) candidates.push_back(string_or(tag, "Value", ""));
  }
  return candidates;
}

std::vector<std::string> candidates_of(const Json& document, const std::string& filter,
                                       const FilterMembers& members) {
  if (filter == "tag-key" || filter.starts_with("tag:")) return tag_candidates(document, filter);
  const auto member = members.find(filter);
  if (member == members.end())
    throw aws::ServiceError("InvalidParameterValue", fmt::format("The filter '{}' is invalid", filter));
  const Json& value = member_or_null(document, member->second);
  if (value.is_null()) return {};
  return {text_of(value)};
}

// Values may hold * and ?, and are alternatives; filters must all be met.
bool passes(const Json& document, const Json& filters, const FilterMembers& members) {
  for (const Json& filter : filters) {
    const std::vector<std::string> candidates =
        candidates_of(document, string_or(filter, "Name", ""), members);
    const Json& wanted = member_or_null(filter, "Values");
    const bool met = std::any_of(candidates.begin(), candidates.end(), [&](const std::string& candidate) {
      return std::any_of(wanted.begin(), wanted.end(), [&](const Json& pattern) {
        return ::fnmatch(text_of(pattern).c_str(), candidate.c_str(), 0) == 0;
      });
    });
    if (!met) return false;
  }
  return true;
}

struct Question {
  const char* ids;    // the input's member with ids
  const char* names;  // with names, or null
  std::string_view prefix;
  const char* list;  // the answer's member
  FilterMembers members;
};

// Ids and names that are asked for must all be there.
std::vector<Documents::Entry> asked_for(const Call& call, const Question& question,
                                        std::vector<Documents::Entry> entries) {
  const Json& ids = member_or_null(call.input, question.ids);
  for (const Json& id : ids) {
    const std::string text = id.get<std::string>();
    ec2::check_id(text, question.prefix);
    if (std::none_of(entries.begin(), entries.end(), [&](const auto& entry) { return entry.name == text; }))
      throw ec2::not_found(text);
  }
  const Json& names = question.names ? member_or_null(call.input, question.names) : ids;
  std::erase_if(entries, [&](const Documents::Entry& entry) {
    const bool by_id = ids.empty() || std::find(ids.begin(), ids.end(), Json(entry.name)) != ids.end();
    const bool by_name =
        !question.names || names.empty() ||
        std::find(names.begin(), names.end(), member_or_null(entry.document, "GroupName")) != names.end();
    return !by_id || !by_name;
  });
  if (question.names && !names.empty() && entries.empty())
    throw aws::ServiceError("InvalidGroup.NotFound",
                            fmt::format("The security group '{}' does not exist", text_of(names[0])));
  return entries;
}

Json answer(const Call& call, const Question& question, std::vector<Documents::Entry> entries) {
  entries = asked_for(call, question, std::move(entries));
  const Json& filters = member_or_null(call.input, "Filters");
  std::erase_if(entries, [&](const Documents::Entry& entry) {
    return !passes(entry.document, filters, question.members);
  });
  auto [page, token] =
      take_page(call, kPages, std::move(entries), [](const Documents::Entry& entry) { return entry.name; });
  Json result{{question.list, Json::array()}};
  for (Documents::Entry& entry : page) result[question.list].push_back(std::move(entry.document));
  if (!token.empty()) result["NextToken"] = token;
  return result;
}

}  // namespace

Json Ec2::describe_vpcs(const Call& call) {
  static const Question question{"VpcIds",
                                 nullptr,
                                 "vpc-",
                                 "Vpcs",
                                 {{"vpc-id", "VpcId"},
                                  {"cidr", "CidrBlock"},
                                  {"state", "State"},
                                  {"is-default", "IsDefault"},
                                  {"isDefault", "IsDefault"},
                                  {"owner-id", "OwnerId"}}};
  return answer(call, question, vpcs_.list(call.region));
}

Json Ec2::describe_subnets(const Call& call) {
  static const Question question{"SubnetIds",
                                 nullptr,
                                 "subnet-",
                                 "Subnets",
                                 {{"subnet-id", "SubnetId"},
                                  {"vpc-id", "VpcId"},
                                  {"availability-zone", "AvailabilityZone"},
                                  {"availabilityZone", "AvailabilityZone"},
                                  {"cidr-block", "CidrBlock"},
                                  {"state", "State"},
                                  {"default-for-az", "DefaultForAz"},
                                  {"owner-id", "OwnerId"}}};
  return answer(call, question, subnets_.list(call.region));
}

Json Ec2::describe_security_groups(const Call& call) {
  static const Question question{"GroupIds",
                                 "GroupNames",
                                 "sg-",
                                 "SecurityGroups",
                                 {{"group-id", "GroupId"},
                                  {"group-name", "GroupName"},
                                  {"vpc-id", "VpcId"},
                                  {"description", "Description"},
                                  {"owner-id", "OwnerId"}}};
  return answer(call, question, groups_.list(call.region));
}

}  // namespace aurora::local
