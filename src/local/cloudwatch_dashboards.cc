// The dashboards of CloudWatch, which belong to no Region.
#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "local/cloudwatch.h"
#include "local/cloudwatch/dashboard_body.h"

namespace aurora::local {
namespace {

constexpr char kEveryRegion[] = "";
constexpr std::size_t kBodyBytesMax = 1'000'000;

std::string dashboard_arn(const std::string& name) {
  return fmt::format("arn:aws:cloudwatch::{}:dashboard/{}", kAccountId, name);
}

bool is_dashboard_name(const std::string& name) {
  return !name.empty() && name.size() <= 255 && std::ranges::all_of(name, [](char each) {
    return std::isalnum(static_cast<unsigned char>(each)) || each == '-' || each == '_';
  });
}

aws::ServiceError not_found(const std::string& name) {
  return {"DashboardNotFoundError", fmt::format("Dashboard {} does not exist", name), 404};
}

aws::ServiceError refused_body(const cloudwatch::DashboardFindings& findings) {
  aws::ServiceError::Details details;
  details.code = "DashboardInvalidInputError";
  details.message =
      fmt::format("The field DashboardBody is invalid, there are {} validation errors: {}",
                  findings.errors.size(), dump_json(cloudwatch::validation_messages(findings.errors)));
  details.members = {{"dashboardValidationMessages", cloudwatch::validation_messages(findings.errors)}};
  return aws::ServiceError(std::move(details));
}

}  // namespace

Json CloudWatch::put_dashboard(const Call& call) {
  const std::string name = text_or(call, "DashboardName");
  if (!is_dashboard_name(name))
    throw aws::ServiceError(
        "DashboardInvalidInputError",
        fmt::format("The value {} for field DashboardName contains invalid characters. It can only "
                    "contain alphanumerics, dash (-) and underscore (_).",
                    name));
  const std::string body = text_or(call, "DashboardBody");
  if (body.size() > kBodyBytesMax)
    throw aws::ServiceError(
        "DashboardInvalidInputError",
        fmt::format("The field DashboardBody must not be larger than {} bytes.", kBodyBytesMax));
  const cloudwatch::DashboardFindings findings = cloudwatch::check_dashboard_body(body);
  if (!findings.errors.empty()) throw refused_body(findings);
  dashboards_.put(kEveryRegion, name, {{"body", body}, {"modified", format_iso_millis(clock_.now())}});
  return {{"DashboardValidationMessages", cloudwatch::validation_messages(findings.warnings)}};
}

Json CloudWatch::get_dashboard(const Call& call) {
  const std::string name = text_or(call, "DashboardName");
  const std::optional<Json> found = dashboards_.get(kEveryRegion, name);
  if (!found) throw not_found(name);
  return {
      {"DashboardArn", dashboard_arn(name)}, {"DashboardBody", (*found)["body"]}, {"DashboardName", name}};
}

Json CloudWatch::list_dashboards(const Call& call) {
  const auto [page, next] = take_page(call, {"", "NextToken", 1000, 1000},
                                      dashboards_.list(kEveryRegion, text_or(call, "DashboardNamePrefix")),
                                      [](const Documents::Entry& entry) { return entry.name; });
  Json answer{{"DashboardEntries", Json::array()}};
  for (const Documents::Entry& entry : page)
    answer["DashboardEntries"].push_back({{"DashboardName", entry.name},
                                          {"DashboardArn", dashboard_arn(entry.name)},
                                          {"LastModified", entry.document.at("modified")},
                                          {"Size", string_or(entry.document, "body", "").size()}});
  if (!next.empty()) answer["NextToken"] = next;
  return answer;
}

// All or none.
Json CloudWatch::delete_dashboards(const Call& call) {
  const Json& names = member_or_null(call.input, "DashboardNames");
  for (const Json& name : names)
    if (!dashboards_.get(kEveryRegion, name.get<std::string>())) throw not_found(name.get<std::string>());
  for (const Json& name : names) dashboards_.erase(kEveryRegion, name.get<std::string>());
  return Json::object();
}

}  // namespace aurora::local
