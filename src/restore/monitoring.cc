#include "restore/monitoring.h"

#include <fmt/format.h>

#include "base/text.h"
#include "restore/step.h"

namespace aurora::restore {
namespace {

std::string rendered(std::string text, const PipelineNames& names) {
  // Functions first: their names may follow another pattern than the files'.
  for (const Step& step : all_steps()) {
    const std::string file_name =
        fmt::format("aurora-restore-{}${{Suffix}}", replace_all(std::string(step.name), "_", "-"));
    text = replace_all(text, file_name, names.function(step.name));
  }
  const std::pair<const char*, std::string> values[] = {
      {"${StateMachineName}", names.state_machine()}, {"${Suffix}", "-" + names.environment},
      {"${Environment}", names.environment},          {"${AWS::Region}", names.region},
      {"${AWS::AccountId}", names.account},           {"${AWS::Partition}", "aws"}};
  for (const auto& [name, value] : values) text = replace_all(text, name, value);
  return text;
}

// The alarm's name, description and rule; the state and the times are CloudWatch's.
bool is_as_described(const Json& wanted, const Json& alarm) {
  for (const auto& [name, value] : wanted.items()) {
    const Json& is = member_or_null(alarm, name);
    const bool is_same =
        value.is_number() && is.is_number() ? value.get<double>() == is.get<double>() : value == is;
    if (!is_same) return false;
  }
  return true;
}

std::optional<Json> find_alarm(aws::Api& api, const PipelineNames& names, const Json& name) {
  const Json answer = api.call("cloudwatch", names.region, "DescribeAlarms", {{"AlarmNames", {name}}});
  const Json& found = member_or_null(answer, "MetricAlarms");
  return found.empty() ? std::nullopt : std::optional<Json>(found[0]);
}

bool can_act_in(const std::string& topic_arn, const std::string& region) {
  const std::vector<std::string> parts = split(topic_arn, ':');
  return parts.size() == 6 && parts[2] == "sns" && parts[3] == region;
}

}  // namespace

Json render_monitoring(Json document, const PipelineNames& names) {
  if (document.is_string()) return rendered(document.get<std::string>(), names);
  if (document.is_structured())
    for (Json& part : document) part = render_monitoring(std::move(part), names);
  return document;
}

void provision_monitoring(aws::Api& api, const PipelineNames& names, const std::string& topic_arn) {
  const Json dashboard = render_monitoring(parse_json(dashboard_text(), "the dashboard"), names);
  api.call("cloudwatch", names.region, "PutDashboard",
           {{"DashboardName", kDashboardName}, {"DashboardBody", dump_json(dashboard)}});
  Json actions = Json::array();
  if (can_act_in(topic_arn, names.region)) actions.push_back(topic_arn);
  for (Json alarm : render_monitoring(parse_json(alarms_text(), "the alarms"), names)) {
    alarm["AlarmActions"] = actions;
    alarm["OKActions"] = actions;
    const std::optional<Json> stands = find_alarm(api, names, alarm["AlarmName"]);
    if (!stands || !is_as_described(alarm, *stands))
      api.call("cloudwatch", names.region, "PutMetricAlarm", alarm);
  }
}

}  // namespace aurora::restore
