#include "local/cloudwatch/dashboard_body.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "local/cloudwatch/metric_data.h"

namespace aurora::local::cloudwatch {
namespace {

constexpr std::size_t kWidgetsMax = 500;
constexpr std::size_t kMetricsMax = 500;  // of one widget
constexpr std::int64_t kColumns = 24;

class Check {
 public:
  DashboardFindings body(const std::string& text) {
    const Json parsed = parse_json_or_discard(text);
    if (!parsed.is_object()) {
      error("", "The field DashboardBody must be a valid JSON object");
      return std::move(findings_);
    }
    members("", parsed, {"widgets", "start", "end", "periodOverride", "variables"});
    const Json& widgets = member_or_null(parsed, "widgets");
    if (!widgets.is_array())
      error("", "Should have required property 'widgets'");
    else if (widgets.size() > kWidgetsMax)
      error("/widgets", fmt::format("Should NOT have more than {} items", kWidgetsMax));
    else
      for (std::size_t i = 0; i < widgets.size(); ++i) widget(fmt::format("/widgets/{}", i), widgets[i]);
    return std::move(findings_);
  }

 private:
  void error(const std::string& path, const std::string& message) {
    findings_.errors.push_back({path, message});
  }
  void warning(const std::string& path, const std::string& message) {
    findings_.warnings.push_back({path, message});
  }

  void members(const std::string& path, const Json& object, std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : object.items())
      if (std::ranges::find(known, name) == known.end())
        warning(path + "/" + name, "Should NOT have additional properties");
  }

  void number(const std::string& path, const Json& object, const char* member, std::int64_t low,
              std::int64_t high) {
    if (!object.contains(member)) return;
    const Json& value = object[member];
    const std::string where = path + "/" + member;
    if (!value.is_number_integer()) return error(where, "Should be integer");
    if (value.get<std::int64_t>() < low) error(where, fmt::format("Should be >= {}", low));
    if (value.get<std::int64_t>() > high) error(where, fmt::format("Should be <= {}", high));
  }

  bool need(const std::string& path, const Json& object, const char* member,
            bool (Json::*is)() const noexcept, const char* type) {
    if (!object.contains(member)) {
      error(path, fmt::format("Should have required property '{}'", member));
      return false;
    }
    if ((object[member].*is)()) return true;
    error(path + "/" + member, fmt::format("Should be {}", type));
    return false;
  }

  void one_of(const std::string& path, const Json& object, const char* member,
              std::initializer_list<std::string_view> allowed) {
    if (!object.contains(member)) return;
    if (std::ranges::find(allowed, string_or(object, member, "")) == allowed.end())
      error(path + "/" + member,
            fmt::format("Should be equal to one of the allowed values: {}", fmt::join(allowed, ", ")));
  }

  void widget(const std::string& path, const Json& widget) {
    if (!widget.is_object()) return error(path, "Should be object");
    members(path, widget, {"type", "x", "y", "width", "height", "properties"});
    number(path, widget, "x", 0, kColumns - 1);
    number(path, widget, "y", 0, 100'000);
    number(path, widget, "width", 1, kColumns);
    number(path, widget, "height", 1, 1000);
    if (int_or(widget, "x", 0) + int_or(widget, "width", 6) > kColumns)
      error(path, fmt::format("Widget does not fit: x plus width should be <= {}", kColumns));
    if (widget.contains("x") != widget.contains("y")) error(path, "Should have both x and y, or none");
    if (!need(path, widget, "type", &Json::is_string, "string")) return;
    one_of(path, widget, "type", {"metric", "text", "log", "alarm", "explorer", "custom"});
    if (!need(path, widget, "properties", &Json::is_object, "object")) return;
    const std::string type = widget["type"].get<std::string>();
    const std::string inside = path + "/properties";
    const Json& properties = widget["properties"];
    if (type == "metric") metric_widget(inside, properties);
    if (type == "text") need(inside, properties, "markdown", &Json::is_string, "string");
    if (type == "alarm" && need(inside, properties, "alarms", &Json::is_array, "array") &&
        properties["alarms"].empty())
      error(inside + "/alarms", "Should NOT have fewer than 1 items");
    if (type == "log") {
      need(inside, properties, "query", &Json::is_string, "string");
      need(inside, properties, "region", &Json::is_string, "string");
    }
  }

  void metric_widget(const std::string& path, const Json& properties) {
    members(path, properties,
            {"metrics",
             "annotations",
             "region",
             "title",
             "view",
             "stacked",
             "stat",
             "period",
             "yAxis",
             "legend",
             "liveData",
             "timezone",
             "sparkline",
             "setPeriodToTimeRange",
             "singleValueFullPrecision",
             "trend",
             "table",
             "labels",
             "start",
             "end",
             "accountId"});
    one_of(path, properties, "view", {"timeSeries", "singleValue", "gauge", "bar", "pie", "table"});
    if (!properties.contains("metrics") && !properties.contains("annotations"))
      error(path, "Should have required property 'metrics'");
    need(path, properties, "region", &Json::is_string, "string");
    if (properties.contains("stat") && !Statistic::parse(string_or(properties, "stat", "")))
      error(path + "/stat",
            "Should match a statistic: Average, Sum, Minimum, Maximum, SampleCount or a percentile");
    if (properties.contains("period") && !is_period(int_or(properties, "period", 0)))
      error(path + "/period", "Should be 1, 5, 10, 20, 30 or a multiple of 60");
    if (!properties.contains("metrics")) return;
    const Json& metrics = properties["metrics"];
    if (!metrics.is_array()) return error(path + "/metrics", "Should be array");
    if (metrics.size() > kMetricsMax)
      return error(path + "/metrics", fmt::format("Should NOT have more than {} items", kMetricsMax));
    for (std::size_t i = 0; i < metrics.size(); ++i)
      metric(fmt::format("{}/metrics/{}", path, i), metrics[i]);
  }

  // [namespace, name, dimension, value, …, {options}] or [{expression}].
  void metric(const std::string& path, const Json& metric) {
    if (!metric.is_array() || metric.empty()) return error(path, "Should be a non-empty array");
    const bool has_options = metric.back().is_object();
    const std::size_t texts = metric.size() - (has_options ? 1 : 0);
    for (std::size_t i = 0; i < texts; ++i)
      if (!metric[i].is_string()) return error(fmt::format("{}/{}", path, i), "Should be string");
    if (texts == 0) {
      if (!metric.back().contains("expression"))
        return error(path, "Should have required property 'expression'");
      return expression(path, metric.back());
    }
    if (texts < 2) return error(path, "Should NOT have fewer than 2 items");
    if (texts % 2 != 0) error(path, "Dimension should have both a name and a value");
  }

  void expression(const std::string& path, const Json& options) {
    try {
      const Expression parsed(string_or(options, "id", "expr"), string_or(options, "expression", ""));
    } catch (const aurora::Error& failure) {
      error(path + "/expression", failure.message());
    }
  }

  DashboardFindings findings_;
};

}  // namespace

DashboardFindings check_dashboard_body(const std::string& body) {
  return Check().body(body);
}

Json validation_messages(const std::vector<DashboardFinding>& findings) {
  Json list = Json::array();
  for (const DashboardFinding& each : findings)
    list.push_back({{"DataPath", each.path}, {"Message", each.message}});
  return list;
}

}  // namespace aurora::local::cloudwatch
