// The streams and events of CloudWatch Logs.
#include <fmt/format.h>

#include <climits>
#include <set>

#include "base/text.h"
#include "local/logs.h"
#include "local/logs_pattern.h"

namespace aurora::local {
namespace {

constexpr std::int64_t kEventsMax = 10000;
constexpr std::size_t kBatchBytesMax = 1048576;
constexpr std::size_t kEventOverhead = 26;
constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;

std::string stream_key(const std::string& group, const std::string& stream) {
  return group + "\n" + stream;
}

aws::ServiceError stream_not_found() {
  return {"ResourceNotFoundException", "The specified log stream does not exist."};
}

std::int64_t to_millis(TimePoint when) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
}

void check_batch(const Call& call, const Json& events) {
  if (events.empty() || events.size() > 10000)
    throw invalid_parameter(call, "logEvents must have between 1 and 10000 members.");
  std::size_t bytes = 0;
  std::int64_t last = INT64_MIN;
  for (const Json& event : events) {
    bytes += string_or(event, "message", "").size() + kEventOverhead;
    const std::int64_t time = int_or(event, "timestamp", 0);
    if (time < last)
      throw invalid_parameter(call,
                              "Log events in a single PutLogEvents request must be in chronological order.");
    last = time;
  }
  if (bytes > kBatchBytesMax)
    throw invalid_parameter(
        call, fmt::format("Upload too large: {} bytes exceeds limit of {}", bytes, kBatchBytesMax));
}

// Where a page of GetLogEvents begins or ends: "f/" or "b/" and time and row of the event at the border.
struct Border {
  std::int64_t time_ms;
  std::int64_t row;
};

std::string border_token(char direction, const Border& border) {
  return fmt::format("{}/{:020}{:020}", direction, border.time_ms, border.row);
}

std::optional<Border> parse_border(const Call& call, char& direction) {
  const std::string token = text_or(call, "nextToken");
  if (token.empty()) return std::nullopt;
  const bool well_formed = token.size() == 42 && (token[0] == 'f' || token[0] == 'b') && token[1] == '/' &&
                           token.find_first_not_of("0123456789", 2) == std::string::npos;
  if (!well_formed) throw invalid_parameter(call, "The specified nextToken is invalid.");
  direction = token[0];
  return Border{std::stoll(token.substr(2, 20)), std::stoll(token.substr(22))};
}

// Which events FilterLogEvents gives out.
class EventFilter {
 public:
  explicit EventFilter(const Call& call)
      : prefix_(text_or(call, "logStreamNamePrefix")), pattern_(parse(call)) {
    for (const Json& name : member_or_null(call.input, "logStreamNames"))
      names_.insert(name.get<std::string>());
    if (!names_.empty() && !prefix_.empty())
      throw invalid_parameter(call,
                              "logStreamNames and logStreamNamePrefix are mutually exclusive parameters.");
  }
  bool accepts(const std::string& stream, const std::string& message) const {
    return (names_.empty() || names_.contains(stream)) && stream.starts_with(prefix_) &&
           pattern_.matches(message);
  }

 private:
  static LogPattern parse(const Call& call) {
    try {
      return LogPattern(text_or(call, "filterPattern"));
    } catch (const Error& error) {
      throw invalid_parameter(call, error.message());
    }
  }

  std::set<std::string> names_;
  const std::string prefix_;
  const LogPattern pattern_;
};

}  // namespace

Json Logs::create_log_stream(const Call& call) {
  const std::string group = required(call, "logGroupName");
  const std::string stream = required(call, "logStreamName");
  find_group(call, group);
  if (stream.find_first_of(":*") != std::string::npos || stream.size() > 512)
    throw invalid_parameter(call, "A log stream's name has 1 to 512 characters, without ':' and '*'.");
  if (streams_.get(call.region, stream_key(group, stream)))
    throw aws::ServiceError("ResourceAlreadyExistsException", "The specified log stream already exists");
  streams_.put(call.region, stream_key(group, stream), {{"created", to_millis(clock_.now())}});
  return Json::object();
}

Json Logs::delete_log_stream(const Call& call) {
  const std::string group = required(call, "logGroupName");
  const std::string stream = required(call, "logStreamName");
  find_group(call, group);
  if (!streams_.erase(call.region, stream_key(group, stream))) throw stream_not_found();
  SQLite::Statement drop(database_, "DELETE FROM event WHERE region = ? AND log_group = ? AND stream = ?");
  drop.bind(1, call.region);
  drop.bind(2, group);
  drop.bind(3, stream);
  drop.exec();
  return Json::object();
}

Json Logs::described_stream(const std::string& region, const std::string& group, const std::string& stream,
                            const Json& document) {
  SQLite::Statement query(database_,
                          "SELECT min(time_ms), max(time_ms), max(ingested_ms) FROM event "
                          "WHERE region = ? AND log_group = ? AND stream = ?");
  query.bind(1, region);
  query.bind(2, group);
  query.bind(3, stream);
  query.executeStep();
  Json shown = {{"logStreamName", stream}, {"creationTime", document.at("created")}};
  static constexpr const char* kMembers[] = {"firstEventTimestamp", "lastEventTimestamp",
                                             "lastIngestionTime"};
  for (int column = 0; column < 3; ++column)
    if (!query.getColumn(column).isNull()) shown[kMembers[column]] = query.getColumn(column).getInt64();
  shown["arn"] = make_arn("logs", region, fmt::format("log-group:{}:log-stream:{}", group, stream));
  shown["storedBytes"] = 0;  // AWS reports nothing else since 2019
  return shown;
}

Json Logs::describe_log_streams(const Call& call) {
  const std::string group = group_of(call);
  find_group(call, group);
  const bool by_time = text_or(call, "orderBy", "LogStreamName") == "LastEventTime";
  const std::string prefix = text_or(call, "logStreamNamePrefix");
  if (by_time && !prefix.empty())
    throw invalid_parameter(call, "Cannot order by LastEventTime with a logStreamNamePrefix.");
  std::vector<std::pair<std::string, Json>> found;
  for (const auto& [key, document] : streams_.list(call.region, stream_key(group, prefix))) {
    const std::string name = key.substr(group.size() + 1);
    Json shown = described_stream(call.region, group, name, document);
    const std::string sort_key =
        by_time ? fmt::format("{:020}/{}", int_or(shown, "lastEventTimestamp", 0), name) : name;
    found.emplace_back(sort_key, std::move(shown));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Json answer = {{"logStreams", Json::array()}};
  const auto limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(int_or(call.input, "limit", 50), 1, 50));
  const bool descending = bool_or(call.input, "descending", false);
  if (descending) std::reverse(found.begin(), found.end());
  const std::string after = decode_token(call, "nextToken");
  std::string last;
  for (auto& [key, shown] : found) {
    if (!after.empty() && (descending ? key >= after : key <= after)) continue;
    if (answer["logStreams"].size() == limit) {
      answer["nextToken"] = encode_token(last);
      break;
    }
    last = key;
    answer["logStreams"].push_back(std::move(shown));
  }
  return answer;
}

Json Logs::put_log_events(const Call& call) {
  const std::string group = required(call, "logGroupName");
  const std::string stream = required(call, "logStreamName");
  const Json group_document = find_group(call, group);
  if (!streams_.get(call.region, stream_key(group, stream))) throw stream_not_found();
  const Json& events = member_or_null(call.input, "logEvents");
  check_batch(call, events);
  // Events too far in the future or the past are left out, and the answer says which.
  const std::int64_t now = to_millis(clock_.now());
  const std::int64_t newest = now + 2 * 3600 * 1000;
  const std::int64_t oldest = now - 14 * kDayMs;
  const std::int64_t retention_days = int_or(group_document, "retention_days", 0);
  const std::int64_t expired = retention_days ? now - retention_days * kDayMs : INT64_MIN;
  Json rejected = Json::object();
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::int64_t time = int_or(events[i], "timestamp", 0);
    if (time > newest) {
      if (!rejected.contains("tooNewLogEventStartIndex")) rejected["tooNewLogEventStartIndex"] = i;
    } else if (time < expired) {
      rejected["expiredLogEventEndIndex"] = i + 1;
    } else if (time < oldest) {
      rejected["tooOldLogEventEndIndex"] = i + 1;
    } else {
      add({call.region, group, stream, time, string_or(events[i], "message", "")});
    }
  }
  Json answer = {{"nextSequenceToken", fmt::format("{:056}", now)}};
  if (!rejected.empty()) answer["rejectedLogEventsInfo"] = std::move(rejected);
  return answer;
}

Json Logs::get_log_events(const Call& call) {
  const std::string group = group_of(call);
  const std::string stream = required(call, "logStreamName");
  find_group(call, group);
  if (!streams_.get(call.region, stream_key(group, stream))) throw stream_not_found();
  char direction = bool_or(call.input, "startFromHead", false) ? 'f' : 'b';
  const auto border = parse_border(call, direction);
  const bool forward = direction == 'f';
  const Border from = border.value_or(forward ? Border{0, 0} : Border{INT64_MAX, INT64_MAX});
  SQLite::Statement query(
      database_,
      fmt::format("SELECT id, time_ms, ingested_ms, message FROM event WHERE region = ? AND log_group = ? "
                  "AND stream = ? AND time_ms >= ? AND time_ms < ? AND (time_ms, id) {} (?, ?) "
                  "ORDER BY time_ms {}, id {} LIMIT ?",
                  forward ? ">" : "<", forward ? "ASC" : "DESC", forward ? "ASC" : "DESC"));
  query.bind(1, call.region);
  query.bind(2, group);
  query.bind(3, stream);
  query.bind(4, int_or(call.input, "startTime", 0));
  query.bind(5, int_or(call.input, "endTime", INT64_MAX));
  query.bind(6, from.time_ms);
  query.bind(7, from.row);
  query.bind(8, std::clamp<std::int64_t>(int_or(call.input, "limit", kEventsMax), 1, kEventsMax));
  std::vector<std::pair<Border, Json>> events;
  while (query.executeStep())
    events.push_back({{query.getColumn(1).getInt64(), query.getColumn(0).getInt64()},
                      {{"timestamp", query.getColumn(1).getInt64()},
                       {"message", query.getColumn(3).getString()},
                       {"ingestionTime", query.getColumn(2).getInt64()}}});
  if (!forward) std::reverse(events.begin(), events.end());
  // At an end the token that was given comes back, which tells the caller that nothing follows.
  Json answer = {{"events", Json::array()},
                 {"nextForwardToken", border_token('f', events.empty() ? from : events.back().first)},
                 {"nextBackwardToken", border_token('b', events.empty() ? from : events.front().first)}};
  for (auto& [at, event] : events) answer["events"].push_back(std::move(event));
  return answer;
}

Json Logs::filter_log_events(const Call& call) {
  const std::string group = group_of(call);
  find_group(call, group);
  const EventFilter filter(call);
  const std::string after = decode_token(call, "nextToken");
  const auto limit = static_cast<std::size_t>(
      std::clamp<std::int64_t>(int_or(call.input, "limit", kEventsMax), 1, kEventsMax));
  SQLite::Statement query(
      database_,
      "SELECT id, time_ms, ingested_ms, message, stream FROM event WHERE region = ? AND log_group = ? "
      "AND time_ms >= ? AND time_ms <= ? ORDER BY time_ms, id");
  query.bind(1, call.region);
  query.bind(2, group);
  query.bind(3, int_or(call.input, "startTime", 0));
  query.bind(4, int_or(call.input, "endTime", INT64_MAX));
  Json answer = {{"events", Json::array()}, {"searchedLogStreams", Json::array()}};
  std::string last;
  while (query.executeStep()) {
    const std::int64_t row = query.getColumn(0).getInt64();
    const std::int64_t time = query.getColumn(1).getInt64();
    const std::string key = fmt::format("{:020}{:020}", time, row);
    if (!after.empty() && key <= after) continue;
    const std::string stream = query.getColumn(4).getString();
    const std::string message = query.getColumn(3).getString();
    if (!filter.accepts(stream, message)) continue;
    if (answer["events"].size() == limit) {
      answer["nextToken"] = encode_token(last);
      break;
    }
    last = key;
    answer["events"].push_back({{"logStreamName", stream},
                                {"timestamp", time},
                                {"message", message},
                                {"ingestionTime", query.getColumn(2).getInt64()},
                                {"eventId", fmt::format("{:056}", row)}});
  }
  return answer;
}

}  // namespace aurora::local
