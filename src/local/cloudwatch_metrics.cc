// The metrics of CloudWatch.
#include <fmt/format.h>

#include <cmath>

#include "base/dates.h"
#include "local/cloudwatch.h"
#include "local/cloudwatch/metric_data.h"

namespace aurora::local {
namespace {

using namespace std::chrono_literals;
using cloudwatch::Datum;
using cloudwatch::Statistic;

constexpr std::size_t kDataMax = 1000;
constexpr std::size_t kValuesMax = 150;
constexpr std::size_t kDimensionsMax = 30;
constexpr std::int64_t kDatapointsMax = 1440;
constexpr double kMagnitudeMax = 0x1p360;
constexpr auto kListedFor = 24h * 14;

aws::ServiceError invalid_value(const std::string& message) {
  return {"InvalidParameterValue", message};
}
aws::ServiceError invalid_combination(const std::string& message) {
  return {"InvalidParameterCombination", message};
}

TimePoint time_of(const Json& object, const char* member, TimePoint fallback) {
  return parse_iso(string_or(object, member, "")).value_or(fallback);
}

// One member of MetricData, whose place the messages name.
class DatumReader {
 public:
  DatumReader(const Json& given, std::size_t index)
      : given_(given), path_(fmt::format("MetricData.member.{}", index)) {}

  Datum read(const std::string& space, TimePoint now) const {
    Datum datum{
        .metric = {.space = space, .name = string_or(given_, "MetricName", ""), .dimensions = dimensions()},
        .unit = string_or(given_, "Unit", "None"),
        .time = time_of(given_, "Timestamp", now),
        .resolution_seconds = resolution(),
        .summary = summary()};
    if (datum.metric.name.empty())
      throw aws::ServiceError("MissingParameter",
                              fmt::format("The parameter {}.MetricName is required.", path_));
    if (!cloudwatch::is_unit(datum.unit)) throw refused(datum.unit, "Unit");
    if (datum.time > now + 2h)
      throw invalid_value(
          fmt::format("The parameter {}.Timestamp must specify a time no more than two hours in the "
                      "future.",
                      path_));
    if (datum.time < now - kListedFor)
      throw invalid_value(
          fmt::format("The parameter {}.Timestamp must specify a time within the past two weeks.", path_));
    return datum;
  }

 private:
  aws::ServiceError refused(const std::string& value, const std::string& member) const {
    return invalid_value(fmt::format("The value {} for parameter {}.{} is invalid.", value, path_, member));
  }

  double number(const Json& value, const std::string& member) const {
    const double read = value.is_number() ? value.get<double>() : std::nan("");
    if (!std::isfinite(read) || std::fabs(read) > kMagnitudeMax)
      throw refused(value.is_string() ? value.get<std::string>() : value.dump(), member);
    return read;
  }

  cloudwatch::Dimensions dimensions() const {
    const Json& list = member_or_null(given_, "Dimensions");
    if (list.size() > kDimensionsMax)
      throw invalid_value(fmt::format("The collection {}.Dimensions must not have a size greater than {}.",
                                      path_, kDimensionsMax));
    for (std::size_t i = 0; i < list.size(); ++i)
      for (const char* member : {"Name", "Value"})
        if (string_or(list[i], member, "").empty())
          throw refused("", fmt::format("Dimensions.member.{}.{}", i + 1, member));
    return cloudwatch::dimensions_of(list);
  }

  int resolution() const {
    const std::int64_t resolution = int_or(given_, "StorageResolution", 60);
    if (resolution != 1 && resolution != 60)
      throw refused(fmt::format("{}", resolution), "StorageResolution");
    return static_cast<int>(resolution);
  }

  void refuse_both(const char* one, const char* other) const {
    if (given_.contains(one) && given_.contains(other))
      throw invalid_combination(fmt::format(
          "The parameters {0}.{1} and {0}.{2} are mutually exclusive and you have specified both.", path_,
          one, other));
  }

  cloudwatch::Summary summary() const {
    refuse_both("Value", "StatisticValues");
    refuse_both("Value", "Values");
    refuse_both("StatisticValues", "Values");
    if (given_.contains("StatisticValues")) return of_set(given_["StatisticValues"]);
    if (given_.contains("Values")) return of_values(given_["Values"], member_or_null(given_, "Counts"));
    if (!given_.contains("Value"))
      throw aws::ServiceError("MissingParameter",
                              fmt::format("At least one of the parameters {0}.Value, {0}.Values and "
                                          "{0}.StatisticValues must be specified.",
                                          path_));
    cloudwatch::Summary summary;
    summary.add(number(given_["Value"], "Value"));
    return summary;
  }

  cloudwatch::Summary of_set(const Json& set) const {
    cloudwatch::Summary summary{
        .count = number(member_or_null(set, "SampleCount"), "StatisticValues.SampleCount"),
        .sum = number(member_or_null(set, "Sum"), "StatisticValues.Sum"),
        .minimum = number(member_or_null(set, "Minimum"), "StatisticValues.Minimum"),
        .maximum = number(member_or_null(set, "Maximum"), "StatisticValues.Maximum")};
    if (summary.minimum > summary.maximum)
      throw invalid_value(
          fmt::format("The parameter {0}.StatisticValues.Maximum must be greater than "
                      "{0}.StatisticValues.Minimum.",
                      path_));
    if (summary.count <= 0) throw refused(fmt::format("{}", summary.count), "StatisticValues.SampleCount");
    if (summary.count > 1)
      summary.values.reset();
    else
      summary.values = std::map<double, double>{{summary.sum, 1.0}};
    return summary;
  }

  cloudwatch::Summary of_values(const Json& values, const Json& counts) const {
    if (values.empty() || values.size() > kValuesMax)
      throw invalid_value(
          fmt::format("The collection {}.Values must have a size of 1 to {}.", path_, kValuesMax));
    if (!counts.empty() && counts.size() != values.size())
      throw invalid_combination(
          fmt::format("The parameters {0}.Values and {0}.Counts must be of the same size.", path_));
    cloudwatch::Summary summary;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double times = counts.empty() ? 1 : number(counts[i], fmt::format("Counts.member.{}", i + 1));
      if (times <= 0) throw refused(fmt::format("{}", times), fmt::format("Counts.member.{}", i + 1));
      summary.add(number(values[i], fmt::format("Values.member.{}", i + 1)), times);
    }
    return summary;
  }

  const Json& given_;
  const std::string path_;
};

void check_space(const std::string& space) {
  if (space.empty()) throw aws::ServiceError("MissingParameter", "The parameter Namespace is required.");
  const bool is_aws = space.starts_with("AWS/");
  const bool is_plain =
      space.size() <= 255 && !space.starts_with(':') &&
      space.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_/#: ") ==
          std::string::npos;
  if (is_aws || !is_plain)
    throw invalid_value(fmt::format("The value {} for parameter Namespace is invalid.", space));
}

// The window of a request: its start is rounded down to a minute, or to a shorter period.
std::pair<TimePoint, TimePoint> window_of(const Call& call, std::chrono::seconds period) {
  const TimePoint none{};
  const TimePoint start = time_of(call.input, "StartTime", none);
  const TimePoint end = time_of(call.input, "EndTime", none);
  if (start >= end) throw invalid_value("The parameter StartTime must be less than the parameter EndTime.");
  const auto step = std::min<std::chrono::seconds>(period, 60s).count();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(start.time_since_epoch()).count();
  return {TimePoint(std::chrono::seconds(seconds - seconds % step)), end};
}

std::vector<Statistic> statistics_of(const Json& names) {
  std::vector<Statistic> statistics;
  for (const Json& name : names) {
    const auto statistic = Statistic::parse(name.get<std::string>());
    if (!statistic)
      throw invalid_value(
          fmt::format("The value {} for parameter Statistics is invalid.", name.get<std::string>()));
    statistics.push_back(*statistic);
  }
  return statistics;
}

std::string offset_token(std::size_t offset) {
  return encode_token(fmt::format("{}", offset));
}

std::size_t offset_of(const Call& call) {
  try {
    const std::string text = decode_token(call, "NextToken");
    return text.empty() ? 0 : std::stoul(text);
  } catch (const std::exception&) {
    throw aws::ServiceError("InvalidNextToken", "The token is not one that this service gave.");
  }
}

}  // namespace

Json CloudWatch::put_metric_data(const Call& call) {
  const std::string space = text_or(call, "Namespace");
  check_space(space);
  const Json& data = member_or_null(call.input, "MetricData");
  if (call.input.contains("EntityMetricData"))
    throw invalid_parameter(call, "EntityMetricData is not carried by this endpoint; give MetricData.");
  if (data.empty()) throw aws::ServiceError("MissingParameter", "The parameter MetricData is required.");
  if (data.size() > kDataMax)
    throw invalid_value(
        fmt::format("The collection MetricData must not have a size greater than {}.", kDataMax));
  std::vector<Datum> read;
  for (std::size_t i = 0; i < data.size(); ++i)
    read.push_back(DatumReader(data[i], i + 1).read(space, clock_.now()));
  for (const Datum& datum : read) metrics_.record(call.region, datum);
  return Json::object();
}

Json CloudWatch::list_metrics(const Call& call) {
  cloudwatch::MetricFilter filter{.space = text_or(call, "Namespace"), .name = text_or(call, "MetricName")};
  for (const Json& each : member_or_null(call.input, "Dimensions")) {
    std::optional<std::string> value;
    if (each.contains("Value")) value = string_or(each, "Value", "");
    filter.dimensions.emplace_back(string_or(each, "Name", ""), value);
  }
  const std::string recent = text_or(call, "RecentlyActive");
  if (!recent.empty() && recent != "PT3H")
    throw invalid_value(fmt::format("The value {} for parameter RecentlyActive is invalid.", recent));
  filter.seen_since = clock_.now() - (recent.empty() ? std::chrono::hours(kListedFor) : 3h);
  const std::vector<cloudwatch::MetricId> found = metrics_.list(call.region, filter);
  constexpr std::size_t kPage = 500;
  Json answer{{"Metrics", Json::array()}};
  const std::size_t offset = offset_of(call);
  for (std::size_t i = offset; i < found.size() && i < offset + kPage; ++i)
    answer["Metrics"].push_back(cloudwatch::shown(found[i]));
  if (offset + kPage < found.size()) answer["NextToken"] = offset_token(offset + kPage);
  return answer;
}

Json CloudWatch::get_metric_statistics(const Call& call) {
  const std::int64_t period = int_or(call.input, "Period", 0);
  if (!cloudwatch::is_period(period))
    throw invalid_value("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.");
  const std::vector<Statistic> plain = statistics_of(member_or_null(call.input, "Statistics"));
  const std::vector<Statistic> extended = statistics_of(member_or_null(call.input, "ExtendedStatistics"));
  if (plain.empty() && extended.empty())
    throw aws::ServiceError(
        "MissingParameter",
        "At least one of the parameters Statistics and ExtendedStatistics must be specified.");
  const auto [start, end] = window_of(call, std::chrono::seconds(period));
  const std::int64_t requested = std::chrono::ceil<std::chrono::seconds>(end - start).count() / period;
  if (requested > kDatapointsMax)
    throw invalid_combination(fmt::format(
        "You have requested up to {} datapoints, which exceeds the limit of {}. You may reduce the "
        "datapoints requested by increasing Period, or decreasing the time range.",
        requested, kDatapointsMax));
  const cloudwatch::MetricId metric = cloudwatch::metric_of(call.input);
  Json datapoints = Json::array();
  for (const cloudwatch::Point& point : metrics_.read(
           call.region, metric, {start, end, std::chrono::seconds(period), text_or(call, "Unit")})) {
    Json shown{{"Timestamp", format_iso_seconds(point.start)}};
    for (const Statistic& statistic : plain)
      shown[statistic.name()] = statistic.of(point.summary).value_or(0);
    for (const Statistic& statistic : extended)
      if (const auto value = statistic.of(point.summary))
        shown["ExtendedStatistics"][statistic.name()] = *value;
    shown["Unit"] = point.unit;
    datapoints.push_back(std::move(shown));
  }
  return {{"Label", metric.name}, {"Datapoints", datapoints}};
}

Json CloudWatch::get_metric_data(const Call& call) {
  cloudwatch::MetricQueries queries(metrics_, call.region, member_or_null(call.input, "MetricDataQueries"));
  if (queries.returned() == 0)
    throw invalid_parameter(call, "At least one query must have ReturnData set to true.");
  const auto [start, end] = window_of(call, 60s);
  queries.set_window(start, end);
  const bool ascending = text_or(call, "ScanBy") == "TimestampAscending";
  const auto limit = static_cast<std::size_t>(
      std::clamp<std::int64_t>(int_or(call.input, "MaxDatapoints", 100'800), 1, 100'800));
  const std::size_t offset = offset_of(call);
  std::size_t seen = 0;
  Json results = Json::array();
  bool more = false;
  for (const cloudwatch::MetricQueries::Result& result : queries.results()) {
    std::vector<std::pair<TimePoint, double>> points(result.series.points.begin(),
                                                     result.series.points.end());
    if (!ascending) std::reverse(points.begin(), points.end());
    Json shown{{"Id", result.id},
               {"Label", result.series.label},
               {"Timestamps", Json::array()},
               {"Values", Json::array()}};
    bool partial = false;
    for (const auto& [when, value] : points) {
      if (seen >= offset + limit) partial = true;
      if (seen >= offset && !partial) {
        shown["Timestamps"].push_back(format_iso_seconds(when));
        shown["Values"].push_back(value);
      }
      ++seen;
    }
    shown["StatusCode"] = partial ? "PartialData" : "Complete";
    more = more || partial;
    results.push_back(std::move(shown));
  }
  Json answer{{"MetricDataResults", results}, {"Messages", Json::array()}};
  if (more) answer["NextToken"] = offset_token(offset + limit);
  return answer;
}

}  // namespace aurora::local
