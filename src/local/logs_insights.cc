#include "local/logs_insights.h"

#include <fmt/format.h>

#include "base/ids.h"
#include "local/insights/lexer.h"

namespace aurora::local {
namespace {

constexpr std::size_t kGroupsMax = 50;
constexpr std::int64_t kSecondsMax = 253402300799;  // the year 9999
constexpr std::size_t kPageMax = 10000;
constexpr std::size_t kDefinitionsMax = 1000;
constexpr std::size_t kDiscoveredMax = 200;
// GetLogGroupFields looks at a sample only.
constexpr std::size_t kSampleMax = 10000;
constexpr std::size_t kFieldsMax = 1000;

std::int64_t to_millis(TimePoint when) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
}

// Of a name or an ARN, with or without ":*".
std::string group_name(const std::string& identifier) {
  std::string name = arn_part(identifier, 5);
  if (name.starts_with("log-group:")) name.erase(0, 10);
  if (name.ends_with(":*")) name.resize(name.size() - 2);
  return name;
}

aws::ServiceError malformed(const insights::QueryError& error) {
  aws::ServiceError::Details details;
  details.code = "MalformedQueryException";
  details.message = error.message();
  details.members = {{"queryCompileError",
                      {{"location", {{"startCharOffset", error.begin()}, {"endCharOffset", error.end()}}},
                       {"message", error.message()}}}};
  return aws::ServiceError(std::move(details));
}

Json statistics_of(const LogQueries::Report& report) {
  return {{"recordsMatched", static_cast<double>(report.statistics.matched)},
          {"recordsScanned", static_cast<double>(report.statistics.scanned)},
          {"estimatedRecordsSkipped", 0.0},
          {"bytesScanned", static_cast<double>(report.statistics.bytes)},
          {"estimatedBytesSkipped", 0.0},
          {"logGroupsScanned", static_cast<double>(report.order.range.groups.size())}};
}

std::int64_t seconds(const Call& call, const char* key) {
  const Json& given = member_or_null(call.input, key);
  if (given.is_null()) throw invalid_parameter(call, fmt::format("{} must not be null.", key));
  const std::int64_t value = int_or(call.input, key, 0);
  if (value < 0 || value > kSecondsMax)
    throw invalid_parameter(call, fmt::format("{} must be in seconds since 1970.", key));
  return value;
}

}  // namespace

LogsInsights::LogsInsights(SQLite::Database& database, const Documents& groups,
                           const std::filesystem::path& directory, Clock& clock)
    : database_(database),
      groups_(groups),
      definitions_(database, "query_definitions"),
      directory_(directory),
      clock_(clock),
      queries_([directory](const LogRange& range) { return open_log_cursor(directory, range); }, clock) {}

std::string LogsInsights::schema() {
  return Documents::schema("query_definitions");
}

const Handlers<LogsInsights>& LogsInsights::handlers() {
  static const Handlers<LogsInsights> kHandlers = {
      {"StartQuery", &LogsInsights::start_query},
      {"GetQueryResults", &LogsInsights::get_query_results},
      {"StopQuery", &LogsInsights::stop_query},
      {"DescribeQueries", &LogsInsights::describe_queries},
      {"PutQueryDefinition", &LogsInsights::put_query_definition},
      {"DescribeQueryDefinitions", &LogsInsights::describe_query_definitions},
      {"DeleteQueryDefinition", &LogsInsights::delete_query_definition},
      {"GetLogGroupFields", &LogsInsights::get_log_group_fields},
      {"GetLogRecord", &LogsInsights::get_log_record},
  };
  return kHandlers;
}

bool LogsInsights::carries(std::string_view operation) {
  return handlers().contains(operation);
}

Json LogsInsights::handle(const Call& call) {
  if (const std::string language = text_or(call, "queryLanguage", "CWLI"); language != "CWLI")
    throw invalid_parameter(call, "The query language " + language + " is not carried by this endpoint.");
  return dispatch(*this, handlers(), call);
}

void LogsInsights::check_group(const std::string& region, const std::string& group) const {
  if (!groups_.get(region, group))
    throw aws::ServiceError(
        "ResourceNotFoundException",
        fmt::format("Log group '{}' does not exist for account ID '{}'", group, kAccountId));
}

std::vector<std::string> LogsInsights::groups_of(const Call& call) const {
  std::vector<std::string> groups;
  int ways = 0;
  if (const std::string one = text_or(call, "logGroupName"); !one.empty()) {
    ++ways;
    groups.push_back(one);
  }
  for (const char* key : {"logGroupNames", "logGroupIdentifiers"}) {
    const Json& names = member_or_null(call.input, key);
    ways += names.empty() ? 0 : 1;
    for (const Json& name : names) groups.push_back(group_name(name.get<std::string>()));
  }
  if (ways != 1)
    throw invalid_parameter(
        call, "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified.");
  if (groups.size() > kGroupsMax)
    throw invalid_parameter(call, fmt::format("A query takes at most {} log groups.", kGroupsMax));
  for (const std::string& group : groups) check_group(call.region, group);
  return groups;
}

Json LogsInsights::start_query(const Call& call) {
  LogQueries::Order order;
  order.text = required(call, "queryString");
  const std::int64_t begin = seconds(call, "startTime");
  const std::int64_t end = seconds(call, "endTime");
  if (end < begin) throw invalid_parameter(call, "End time should not be before start time.");
  const std::int64_t limit =
      int_or(call.input, "limit", static_cast<std::int64_t>(insights::kResultsDefault));
  if (limit < 1 || limit > static_cast<std::int64_t>(insights::kResultsMax))
    throw invalid_parameter(call, fmt::format("limit must be from 1 to {}.", insights::kResultsMax));
  order.limit = static_cast<std::size_t>(limit);
  order.range = {call.region, groups_of(call), begin * 1000, end * 1000 + 999};
  try {
    return {{"queryId", queries_.start(std::move(order))}};
  } catch (const insights::QueryError& error) {
    throw malformed(error);
  }
}

LogQueries::Report LogsInsights::known_query(const Call& call) const {
  const std::string id = required(call, "queryId");
  const auto report = queries_.find(id);
  if (!report || report->order.range.region != call.region)
    throw aws::ServiceError("ResourceNotFoundException",
                            fmt::format("Query with ID '{}' does not exist.", id));
  return *report;
}

Json LogsInsights::get_query_results(const Call& call) {
  const LogQueries::Report report = known_query(call);
  std::size_t at = 0;
  if (const std::string token = decode_token(call, "nextToken"); !token.empty())
    at = std::min<std::size_t>(std::strtoul(token.c_str(), nullptr, 10), report.rows->size());
  const std::int64_t wanted = int_or(call.input, "maxItems", static_cast<std::int64_t>(kPageMax));
  const auto count = static_cast<std::size_t>(std::clamp<std::int64_t>(wanted, 1, kPageMax));
  const std::size_t end = std::min(at + count, report.rows->size());
  Json answer = {{"queryLanguage", "CWLI"}, {"results", Json::array()}};
  for (; at < end; ++at) {
    Json row = Json::array();
    for (const auto& [name, value] : (*report.rows)[at]) row.push_back({{"field", name}, {"value", value}});
    answer["results"].push_back(std::move(row));
  }
  answer["statistics"] = statistics_of(report);
  answer["status"] = report.status;
  if (end < report.rows->size()) answer["nextToken"] = encode_token(std::to_string(end));
  return answer;
}

Json LogsInsights::stop_query(const Call& call) {
  const LogQueries::Report report = known_query(call);
  if (!queries_.stop(report.id))
    throw invalid_parameter(
        call, fmt::format("Query with ID '{}' has already ended: {}.", report.id, report.status));
  return {{"success", true}};
}

Json LogsInsights::describe_queries(const Call& call) {
  const std::string group = text_or(call, "logGroupName");
  const std::string status = text_or(call, "status");
  const auto limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(int_or(call.input, "maxResults", 1000), 1, 1000));
  const std::string after = decode_token(call, "nextToken");
  Json answer = {{"queries", Json::array()}};
  bool reached = after.empty();
  for (const LogQueries::Report& report : queries_.all(call.region)) {
    const auto& groups = report.order.range.groups;
    const bool asked_for = (status.empty() || report.status == status) &&
                           (group.empty() || std::find(groups.begin(), groups.end(), group) != groups.end());
    if (reached && asked_for) {
      if (answer["queries"].size() == limit) {
        answer["nextToken"] = encode_token(answer["queries"].back()["queryId"].get<std::string>());
        break;
      }
      Json shown = {{"queryLanguage", "CWLI"},
                    {"queryId", report.id},
                    {"queryString", report.order.text},
                    {"status", report.status},
                    {"createTime", to_millis(report.created)},
                    {"logGroupName", groups.front()}};
      if (report.status == "Complete") {
        shown["queryDuration"] = std::chrono::duration_cast<std::chrono::milliseconds>(report.took).count();
        shown["bytesScanned"] = static_cast<double>(report.statistics.bytes);
      }
      answer["queries"].push_back(std::move(shown));
    }
    reached = reached || report.id == after;
  }
  return answer;
}

Json LogsInsights::put_query_definition(const Call& call) {
  const std::string name = required(call, "name");
  const std::string text = required(call, "queryString");
  if (name.size() > 255) throw invalid_parameter(call, "The name of a query has at most 255 characters.");
  if (text.size() > insights::kQueryCharactersMax)
    throw invalid_parameter(call,
                            fmt::format("A query has at most {} characters.", insights::kQueryCharactersMax));
  std::string id = text_or(call, "queryDefinitionId");
  if (!id.empty() && !definitions_.get(call.region, id))
    throw aws::ServiceError("ResourceNotFoundException", "The specified query definition does not exist.");
  const auto all = definitions_.list(call.region);
  for (const auto& [known_id, known] : all)
    if (known_id != id && string_or(known, "name", "") == name)
      throw invalid_parameter(call, fmt::format("A query definition with the name {} exists already.", name));
  if (id.empty() && all.size() >= kDefinitionsMax)
    throw aws::ServiceError("LimitExceededException", "Resource limit exceeded.");
  if (id.empty()) id = new_uuid();
  Json document = {{"name", name}, {"query", text}, {"modified", to_millis(clock_.now())}};
  if (const Json& groups = member_or_null(call.input, "logGroupNames"); !groups.empty())
    document["groups"] = groups;
  definitions_.put(call.region, id, document);
  return {{"queryDefinitionId", id}};
}

Json LogsInsights::describe_query_definitions(const Call& call) {
  const std::string prefix = text_or(call, "queryDefinitionNamePrefix");
  auto found = definitions_.list(call.region);
  const auto name_of = [](const Documents::Entry& entry) {
    return string_or(entry.document, "name", "") + "\n" + entry.name;
  };
  std::erase_if(found, [&](const auto& entry) { return !name_of(entry).starts_with(prefix); });
  std::sort(found.begin(), found.end(),
            [&](const auto& a, const auto& b) { return name_of(a) < name_of(b); });
  const auto [page, next] =
      take_page(call, {"maxResults", "nextToken", 1000, 1000}, std::move(found), name_of);
  Json answer = {{"queryDefinitions", Json::array()}};
  for (const auto& [id, document] : page) {
    const Json& groups = member_or_null(document, "groups");
    answer["queryDefinitions"].push_back({{"queryLanguage", "CWLI"},
                                          {"queryDefinitionId", id},
                                          {"name", document.at("name")},
                                          {"queryString", document.at("query")},
                                          {"lastModified", document.at("modified")},
                                          {"logGroupNames", groups.is_null() ? Json::array() : groups}});
  }
  if (!next.empty()) answer["nextToken"] = next;
  return answer;
}

Json LogsInsights::delete_query_definition(const Call& call) {
  if (!definitions_.erase(call.region, required(call, "queryDefinitionId")))
    throw aws::ServiceError("ResourceNotFoundException", "The specified query definition does not exist.");
  return {{"success", true}};
}

Json LogsInsights::get_log_group_fields(const Call& call) {
  const std::string identifier = text_or(call, "logGroupIdentifier", text_or(call, "logGroupName"));
  if (identifier.empty())
    throw invalid_parameter(call, "logGroupName or logGroupIdentifier must be specified.");
  const std::string group = group_name(identifier);
  check_group(call.region, group);
  // With a time the eight minutes before and after it, else the last fifteen.
  const bool has_time = call.input.contains("time");
  const std::int64_t now = to_millis(clock_.now());
  const std::int64_t center = has_time ? seconds(call, "time") * 1000 : now;
  const LogRange range{
      call.region, {group}, center - (has_time ? 8 : 15) * 60'000, center + (has_time ? 8 : 0) * 60'000};
  const auto cursor = open_log_cursor(directory_, range);
  std::map<std::string, std::size_t> counts;
  std::size_t events = 0;
  for (auto event = cursor->next(); event && events < kSampleMax; event = cursor->next(), ++events)
    for (const auto& [name, value] : insights::Record(std::move(*event)).all(kDiscoveredMax))
      if (name != "@ptr" && (counts.contains(name) || counts.size() < kFieldsMax)) ++counts[name];
  std::vector<std::pair<std::string, std::size_t>> ordered(counts.begin(), counts.end());
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  Json answer = {{"logGroupFields", Json::array()}};
  for (const auto& [name, count] : ordered)
    answer["logGroupFields"].push_back({{"name", name}, {"percent", count * 100 / events}});
  return answer;
}

Json LogsInsights::get_log_record(const Call& call) {
  const auto row = row_of_pointer(required(call, "logRecordPointer"));
  if (!row) throw invalid_parameter(call, "The specified logRecordPointer is invalid.");
  SQLite::Statement query(database_,
                          "SELECT time_ms, ingested_ms, message, stream, log_group FROM event "
                          "WHERE id = ? AND region = ?");
  query.bind(1, *row);
  query.bind(2, call.region);
  if (!query.executeStep())
    throw aws::ServiceError("ResourceNotFoundException", "The specified log record does not exist.");
  const insights::Record record({.time_ms = query.getColumn(0).getInt64(),
                                 .ingested_ms = query.getColumn(1).getInt64(),
                                 .message = query.getColumn(2).getString(),
                                 .stream = query.getColumn(3).getString(),
                                 .log = fmt::format("{}:{}", kAccountId, query.getColumn(4).getString()),
                                 .pointer = log_pointer(*row),
                                 .row = *row});
  Json fields = Json::object();
  for (const auto& [name, value] : record.all(kDiscoveredMax)) fields[name] = value;
  return {{"logRecord", std::move(fields)}};
}

}  // namespace aurora::local
