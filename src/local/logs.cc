#include "local/logs.h"

#include <fmt/format.h>

#include <regex>

#include "base/dates.h"

namespace aurora::local {
namespace {

constexpr char kEvents[] =
    "CREATE TABLE event(id INTEGER PRIMARY KEY AUTOINCREMENT, region TEXT NOT NULL, log_group TEXT NOT NULL,"
    "stream TEXT NOT NULL, time_ms INTEGER NOT NULL, ingested_ms INTEGER NOT NULL, message TEXT NOT NULL);"
    "CREATE INDEX event_by_time ON event(region, log_group, stream, time_ms, id)";

constexpr char kEventsOfAGroup[] = "CREATE INDEX event_of_group ON event(region, log_group, time_ms, id)";

constexpr auto kWriteEvery = std::chrono::milliseconds(200);
constexpr auto kExpireEvery = std::chrono::minutes(10);
constexpr std::size_t kPendingMax = 100'000;
constexpr std::int64_t kRetentionDays[] = {1,   3,   5,   7,   14,   30,   60,   90,   120,  150,  180,
                                           365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};

std::int64_t to_millis(TimePoint when) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
}

aws::ServiceError group_not_found() {
  return {"ResourceNotFoundException", "The specified log group does not exist."};
}

void check_group_name(const Call& call, const std::string& name) {
  static const std::regex kName("[.\\-_/#A-Za-z0-9]{1,512}");
  if (!std::regex_match(name, kName))
    throw invalid_parameter(call,
                            fmt::format("1 validation error detected: Value '{}' at 'logGroupName' failed to "
                                        "satisfy constraint: Member must satisfy regular expression pattern: "
                                        "[\\.\\-_/#A-Za-z0-9]+",
                                        name));
}

std::string group_arn(const std::string& region, const std::string& group) {
  return make_arn("logs", region, "log-group:" + group);
}

}  // namespace

Logs::Logs(const std::filesystem::path& directory, Clock& clock)
    : clock_(clock),
      database_(open_store(directory, "logs",
                           {Documents::schema("log_groups"), Documents::schema("streams"), kEvents,
                            kEventsOfAGroup, LogsInsights::schema()})),
      groups_(database_, "log_groups"),
      streams_(database_, "streams"),
      insights_(database_, groups_, directory, clock) {}

Logs::~Logs() {
  stop();
}

Json Logs::handle(const Call& call) {
  static const Handlers<Logs> kHandlers = {
      {"CreateLogGroup", &Logs::create_log_group},
      {"DeleteLogGroup", &Logs::delete_log_group},
      {"DescribeLogGroups", &Logs::describe_log_groups},
      {"PutRetentionPolicy", &Logs::put_retention_policy},
      {"DeleteRetentionPolicy", &Logs::delete_retention_policy},
      {"CreateLogStream", &Logs::create_log_stream},
      {"DeleteLogStream", &Logs::delete_log_stream},
      {"DescribeLogStreams", &Logs::describe_log_streams},
      {"PutLogEvents", &Logs::put_log_events},
      {"GetLogEvents", &Logs::get_log_events},
      {"FilterLogEvents", &Logs::filter_log_events},
      {"TagLogGroup", &Logs::tag_log_group},
      {"UntagLogGroup", &Logs::untag_log_group},
      {"ListTagsLogGroup", &Logs::list_tags_log_group},
      {"TagResource", &Logs::tag_resource},
      {"UntagResource", &Logs::untag_resource},
      {"ListTagsForResource", &Logs::list_tags_for_resource},
  };
  const std::lock_guard lock(mutex_);
  write_pending();
  WriteTransaction transaction(database_);
  Json answer =
      LogsInsights::carries(call.operation) ? insights_.handle(call) : dispatch(*this, kHandlers, call);
  transaction.commit();
  return answer;
}

void Logs::start() {
  keeper_ = std::jthread([this](const std::stop_token& stop) { keep(stop); });
}

void Logs::stop() {
  keeper_ = {};
  const std::lock_guard lock(mutex_);
  write_pending();
}

void Logs::keep(const std::stop_token& stop) {
  Duration last_expiry = clock_.monotonic();
  while (clock_.sleep_for(kWriteEvery, stop)) {
    const std::lock_guard lock(mutex_);
    write_pending();
    if (clock_.monotonic() - last_expiry < kExpireEvery) continue;
    last_expiry = clock_.monotonic();
    drop_expired();
  }
}

void Logs::append(const std::string& region, const std::string& group, const std::string& stream,
                  TimePoint time, const std::string& line) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (pending_.size() < kPendingMax) {
      pending_.push_back({region, group, stream, to_millis(time), line});
    } else {
      ++dropped_;
    }
  } catch (const std::exception&) {
    // Out of memory: the function's work goes before its log.
  }
}

void Logs::add(const Line& line) {
  SQLite::Statement insert(database_,
                           "INSERT INTO event(region, log_group, stream, time_ms, ingested_ms, message) "
                           "VALUES(?, ?, ?, ?, ?, ?)");
  insert.bind(1, line.region);
  insert.bind(2, line.group);
  insert.bind(3, line.stream);
  insert.bind(4, line.time_ms);
  insert.bind(5, to_millis(clock_.now()));
  insert.bind(6, line.text);
  insert.exec();
}

void Logs::write_pending() {
  if (pending_.empty()) return;
  try {
    WriteTransaction transaction(database_);
    const std::int64_t now = to_millis(clock_.now());
    for (const Line& line : pending_) {
      const std::string stream = line.group + "\n" + line.stream;
      if (!groups_.get(line.region, line.group))
        groups_.put(line.region, line.group, {{"created", now}, {"tags", Json::object()}});
      if (!streams_.get(line.region, stream)) streams_.put(line.region, stream, {{"created", now}});
      add(line);
    }
    if (dropped_ > 0) {
      Line notice = pending_.back();
      notice.text = fmt::format("{} lines of this endpoint's functions could not be kept.", dropped_);
      add(notice);
    }
    transaction.commit();
    dropped_ = 0;
  } catch (const SQLite::Exception&) {
    dropped_ += pending_.size();  // a full disk: the next batch that fits says how many were lost
  }
  pending_.clear();
}

void Logs::drop_expired() {
  SQLite::Statement groups(database_, "SELECT region, name, document FROM log_groups");
  while (groups.executeStep()) {
    const Json document = parse_json(groups.getColumn(2).getString(), "a log group");
    const std::int64_t days = int_or(document, "retention_days", 0);
    if (days == 0) continue;
    SQLite::Statement drop(database_, "DELETE FROM event WHERE region = ? AND log_group = ? AND time_ms < ?");
    drop.bind(1, groups.getColumn(0).getString());
    drop.bind(2, groups.getColumn(1).getString());
    drop.bind(3, to_millis(clock_.now() - std::chrono::days(days)));
    drop.exec();
  }
}

std::string Logs::group_of(const Call& call) {
  const std::string identifier = text_or(call, "logGroupIdentifier");
  if (identifier.empty()) return required(call, "logGroupName");
  std::string name = arn_part(identifier, 5);
  if (name.starts_with("log-group:")) name.erase(0, 10);
  if (name.ends_with(":*")) name.resize(name.size() - 2);
  return name;
}

Json Logs::find_group(const Call& call, const std::string& group) {
  auto document = groups_.get(call.region, group);
  if (!document) throw group_not_found();
  return *document;
}

Json Logs::create_log_group(const Call& call) {
  const std::string name = required(call, "logGroupName");
  check_group_name(call, name);
  if (groups_.get(call.region, name))
    throw aws::ServiceError("ResourceAlreadyExistsException", "The specified log group already exists");
  const Json& tags = member_or_null(call.input, "tags");
  Json document = {{"created", to_millis(clock_.now())}, {"tags", tags.is_null() ? Json::object() : tags}};
  if (call.input.contains("kmsKeyId")) document["kms_key_id"] = call.input.at("kmsKeyId");
  groups_.put(call.region, name, document);
  return Json::object();
}

Json Logs::delete_log_group(const Call& call) {
  const std::string name = required(call, "logGroupName");
  if (!groups_.erase(call.region, name)) throw group_not_found();
  for (const auto& entry : streams_.list(call.region, name + "\n")) streams_.erase(call.region, entry.name);
  SQLite::Statement drop(database_, "DELETE FROM event WHERE region = ? AND log_group = ?");
  drop.bind(1, call.region);
  drop.bind(2, name);
  drop.exec();
  return Json::object();
}

std::int64_t Logs::stored_bytes(const std::string& region, const std::string& group) {
  // AWS counts 26 bytes beside each message.
  SQLite::Statement query(database_,
                          "SELECT coalesce(sum(length(CAST(message AS BLOB)) + 26), 0) FROM event "
                          "WHERE region = ? AND log_group = ?");
  query.bind(1, region);
  query.bind(2, group);
  query.executeStep();
  return query.getColumn(0).getInt64();
}

Json Logs::describe_log_groups(const Call& call) {
  const std::string prefix = text_or(call, "logGroupNamePrefix");
  const std::string pattern = text_or(call, "logGroupNamePattern");
  if (!prefix.empty() && !pattern.empty())
    throw invalid_parameter(
        call, "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
  auto found = groups_.list(call.region, prefix);
  std::erase_if(found, [&](const auto& entry) { return entry.name.find(pattern) == std::string::npos; });
  const auto [page, next] = take_page(call, {"limit", "nextToken", 50, 50}, std::move(found),
                                      [](const Documents::Entry& entry) { return entry.name; });
  Json answer = {{"logGroups", Json::array()}};
  for (const auto& [name, document] : page) {
    Json shown = {{"logGroupName", name}, {"creationTime", document.at("created")}};
    if (document.contains("retention_days")) shown["retentionInDays"] = document.at("retention_days");
    shown["metricFilterCount"] = 0;
    shown["arn"] = group_arn(call.region, name) + ":*";
    shown["storedBytes"] = stored_bytes(call.region, name);
    if (document.contains("kms_key_id")) shown["kmsKeyId"] = document.at("kms_key_id");
    shown["logGroupClass"] = "STANDARD";
    shown["logGroupArn"] = group_arn(call.region, name);
    answer["logGroups"].push_back(std::move(shown));
  }
  if (!next.empty()) answer["nextToken"] = next;
  return answer;
}

Json Logs::put_retention_policy(const Call& call) {
  const std::string name = required(call, "logGroupName");
  const std::int64_t days = int_or(call.input, "retentionInDays", 0);
  if (std::find(std::begin(kRetentionDays), std::end(kRetentionDays), days) == std::end(kRetentionDays))
    throw invalid_parameter(
        call, fmt::format("1 validation error detected: Value '{}' at 'retentionInDays' failed to "
                          "satisfy constraint: Member must satisfy enum value set: [{}]",
                          days, fmt::join(kRetentionDays, ", ")));
  Json document = find_group(call, name);
  document["retention_days"] = days;
  groups_.put(call.region, name, document);
  drop_expired();
  return Json::object();
}

Json Logs::delete_retention_policy(const Call& call) {
  const std::string name = required(call, "logGroupName");
  Json document = find_group(call, name);
  document.erase("retention_days");
  groups_.put(call.region, name, document);
  return Json::object();
}

std::string Logs::tagged_group(const Call& call) {
  std::string name = arn_part(required(call, "resourceArn"), 5);
  if (name.starts_with("log-group:")) name.erase(0, 10);
  if (name.ends_with(":*")) name.resize(name.size() - 2);
  return name;
}

Json Logs::tag_log_group(const Call& call) {
  const std::string name = required(call, "logGroupName");
  Json document = find_group(call, name);
  document["tags"].update(member_or_null(call.input, "tags"));
  groups_.put(call.region, name, document);
  return Json::object();
}

Json Logs::untag_log_group(const Call& call) {
  const std::string name = required(call, "logGroupName");
  Json document = find_group(call, name);
  remove_tags(document["tags"], member_or_null(call.input, "tags"));
  groups_.put(call.region, name, document);
  return Json::object();
}

Json Logs::list_tags_log_group(const Call& call) {
  return {{"tags", find_group(call, required(call, "logGroupName")).at("tags")}};
}

Json Logs::tag_resource(const Call& call) {
  Call by_name = call;
  by_name.input["logGroupName"] = tagged_group(call);
  return tag_log_group(by_name);
}

Json Logs::untag_resource(const Call& call) {
  Call by_name = call;
  by_name.input["logGroupName"] = tagged_group(call);
  by_name.input["tags"] = member_or_null(call.input, "tagKeys");
  return untag_log_group(by_name);
}

Json Logs::list_tags_for_resource(const Call& call) {
  return {{"tags", find_group(call, tagged_group(call)).at("tags")}};
}

}  // namespace aurora::local
