#include "local/sqs.h"

#include <fmt/format.h>

#include <charconv>
#include <regex>

#include "base/dates.h"
#include "base/text.h"

namespace aurora::local {
namespace {

struct NumberAttribute {
  const char* name;
  std::int64_t fallback;
  std::int64_t least;
  std::int64_t most;
};
constexpr NumberAttribute kNumbers[] = {
    {"VisibilityTimeout", 30, 0, 43200},
    {"DelaySeconds", 0, 0, 900},
    {"MaximumMessageSize", 1048576, 1024, 1048576},
    {"MessageRetentionPeriod", 345600, 60, 1209600},
    {"ReceiveMessageWaitTimeSeconds", 0, 0, 20},
    {"KmsDataKeyReusePeriodSeconds", 300, 60, 86400},
};
constexpr std::string_view kTexts[] = {"Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId",
                                       "SqsManagedSseEnabled"};
constexpr std::string_view kComputed[] = {"QueueArn",
                                          "ApproximateNumberOfMessages",
                                          "ApproximateNumberOfMessagesNotVisible",
                                          "ApproximateNumberOfMessagesDelayed",
                                          "CreatedTimestamp",
                                          "LastModifiedTimestamp"};

constexpr char kMessages[] =
    "CREATE TABLE message("
    "id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, message_id TEXT NOT NULL, body TEXT NOT NULL,"
    "attributes TEXT NOT NULL, system TEXT NOT NULL, sent INTEGER NOT NULL, visible INTEGER NOT NULL,"
    "times_received INTEGER NOT NULL DEFAULT 0, first_received INTEGER, receipt TEXT);"
    "CREATE INDEX message_by_visibility ON message(queue, visible)";

aws::ServiceError invalid_value(const std::string& name) {
  return {"InvalidAttributeValue", fmt::format("Invalid value for the parameter {}.", name)};
}

std::optional<std::int64_t> parse_number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <typename Range>
bool contains(const Range& range, std::string_view text) {
  return std::find(std::begin(range), std::end(range), text) != std::end(range);
}

void check_redrive_policy(const std::string& text) {
  const Json policy = parse_json_or_discard(text);
  const std::string arn = string_or(policy, "deadLetterTargetArn", "");
  const Json& count = member_or_null(policy, "maxReceiveCount");
  const auto number = count.is_string() ? parse_number(count.get<std::string>())
                                        : std::optional(int_or(policy, "maxReceiveCount", 0));
  if (arn_part(arn, 2) != "sqs" || !number || *number < 1 || *number > 1000)
    throw aws::ServiceError("InvalidParameterValue",
                            fmt::format("Value {} for parameter RedrivePolicy is invalid. Reason: it needs a "
                                        "deadLetterTargetArn and a maxReceiveCount from 1 to 1000.",
                                        text));
}

void check_attribute(const std::string& name, const std::string& value) {
  for (const NumberAttribute& known : kNumbers) {
    if (name != known.name) continue;
    const auto number = parse_number(value);
    if (!number || *number < known.least || *number > known.most) throw invalid_value(name);
    return;
  }
  if (name == "FifoQueue" || name == "ContentBasedDeduplication")
    throw aws::ServiceError("UnsupportedOperation",
                            "FIFO queues are not offered by the local endpoint; standard queues are.");
  if (!contains(kTexts, name))
    throw aws::ServiceError("InvalidAttributeName", fmt::format("Unknown Attribute {}.", name));
  if (name == "RedrivePolicy" && !value.empty()) check_redrive_policy(value);
}

void check_attributes(const Json& attributes) {
  for (const auto& [name, value] : attributes.items()) check_attribute(name, value.get<std::string>());
}

// An empty text takes an attribute away.
void apply(Json& stored, const Json& attributes) {
  for (const auto& [name, value] : attributes.items()) {
    if (value.get<std::string>().empty()) {
      stored.erase(name);
    } else {
      stored[name] = value;
    }
  }
}

std::string default_of(const std::string& attribute) {
  for (const NumberAttribute& known : kNumbers)
    if (attribute == known.name) return std::to_string(known.fallback);
  return attribute == "SqsManagedSseEnabled" ? "true" : "";
}

std::string epoch_seconds(TimePoint when) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count());
}

}  // namespace

Sqs::Sqs(const std::filesystem::path& directory, Clock& clock, std::string url)
    : clock_(clock),
      url_(std::move(url)),
      database_(open_store(directory, "sqs", {Documents::schema("queues"), kMessages})),
      queues_(database_, "queues") {}

Json Sqs::handle(const Call& call) {
  static const Handlers<Sqs> kHandlers = {
      {"CreateQueue", &Sqs::create_queue},
      {"GetQueueUrl", &Sqs::get_queue_url},
      {"ListQueues", &Sqs::list_queues},
      {"DeleteQueue", &Sqs::delete_queue},
      {"PurgeQueue", &Sqs::purge_queue},
      {"GetQueueAttributes", &Sqs::get_queue_attributes},
      {"SetQueueAttributes", &Sqs::set_queue_attributes},
      {"ListDeadLetterSourceQueues", &Sqs::list_dead_letter_source_queues},
      {"TagQueue", &Sqs::tag_queue},
      {"UntagQueue", &Sqs::untag_queue},
      {"ListQueueTags", &Sqs::list_queue_tags},
      {"SendMessage", &Sqs::send_message},
      {"SendMessageBatch", &Sqs::send_message_batch},
      {"ReceiveMessage", &Sqs::receive_message},
      {"DeleteMessage", &Sqs::delete_message},
      {"DeleteMessageBatch", &Sqs::delete_message_batch},
      {"ChangeMessageVisibility", &Sqs::change_message_visibility},
      {"ChangeMessageVisibilityBatch", &Sqs::change_message_visibility_batch},
  };
  return dispatch(*this, kHandlers, call);
}

void Sqs::start() {
  const std::lock_guard lock(mutex_);
  stopping_ = false;
}

void Sqs::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  for (auto& [arn, receiver] : receivers_) receiver.request_stop();
}

std::int64_t Sqs::Queue::number(const char* attribute) const {
  return parse_number(string_or(document.at("attributes"), attribute, default_of(attribute))).value_or(0);
}

std::optional<Sqs::Queue> Sqs::load(const std::string& region, const std::string& name) {
  auto document = queues_.get(region, name);
  if (!document) return std::nullopt;
  return Queue{region, name, std::move(*document)};
}

Sqs::Queue Sqs::find(const Call& call) {
  const auto parts = split(required(call, "QueueUrl"), '/');
  if (parts.size() >= 2 && parts[parts.size() - 2] == kAccountId)
    if (auto queue = load(call.region, parts.back())) return *queue;
  throw aws::ServiceError("QueueDoesNotExist", "The specified queue does not exist.");
}

void Sqs::store(const Queue& queue) {
  queues_.put(queue.region, queue.name, queue.document);
}

std::string Sqs::url_of(const std::string& name) const {
  return fmt::format("{}/{}/{}", url_, kAccountId, name);
}

Json Sqs::create_queue(const Call& call) {
  static const std::regex kName("[A-Za-z0-9_-]{1,80}(\\.fifo)?");
  const std::string name = required(call, "QueueName");
  if (!std::regex_match(name, kName))
    throw invalid_parameter(
        call, "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
  if (name.ends_with(".fifo")) check_attribute("FifoQueue", "true");
  const Json& attributes = member_or_null(call.input, "Attributes");
  check_attributes(attributes);

  const std::lock_guard lock(mutex_);
  if (const auto known = load(call.region, name)) {
    for (const auto& [attribute, value] : attributes.items())
      if (string_or(known->document.at("attributes"), attribute, default_of(attribute)) != value)
        throw aws::ServiceError(
            "QueueNameExists",
            fmt::format("A queue already exists with the same name and a different value for "
                        "attribute {}",
                        attribute));
    return {{"QueueUrl", url_of(name)}};
  }
  const std::string now = epoch_seconds(clock_.now());
  const Json& tags = member_or_null(call.input, "tags");
  Queue queue{call.region,
              name,
              {{"attributes", Json::object()},
               {"tags", tags.is_null() ? Json::object() : tags},
               {"created", now},
               {"modified", now}}};
  apply(queue.document["attributes"], attributes);
  store(queue);
  return {{"QueueUrl", url_of(name)}};
}

Json Sqs::get_queue_url(const Call& call) {
  const std::lock_guard lock(mutex_);
  const std::string name = required(call, "QueueName");
  const std::string owner = text_or(call, "QueueOwnerAWSAccountId", kAccountId);
  if (owner != kAccountId || !load(call.region, name))
    throw aws::ServiceError("QueueDoesNotExist", "The specified queue does not exist.");
  return {{"QueueUrl", url_of(name)}};
}

Json Sqs::list_queues(const Call& call) {
  const std::lock_guard lock(mutex_);
  const auto [page, next] = take_page(call, {"MaxResults", "NextToken", 1000, 1000},
                                      queues_.list(call.region, text_or(call, "QueueNamePrefix")),
                                      [](const Documents::Entry& entry) { return entry.name; });
  Json answer = {{"QueueUrls", Json::array()}};
  for (const auto& entry : page) answer["QueueUrls"].push_back(url_of(entry.name));
  if (!next.empty()) answer["NextToken"] = next;
  return answer;
}

Json Sqs::purge_queue(const Call& call) {
  const std::lock_guard lock(mutex_);
  const Queue queue = find(call);
  SQLite::Statement purge(database_, "DELETE FROM message WHERE queue = ?");
  purge.bind(1, queue.arn());
  purge.exec();
  return Json::object();
}

Json Sqs::delete_queue(const Call& call) {
  const std::lock_guard lock(mutex_);
  const Queue queue = find(call);
  WriteTransaction transaction(database_);
  SQLite::Statement purge(database_, "DELETE FROM message WHERE queue = ?");
  purge.bind(1, queue.arn());
  purge.exec();
  queues_.erase(queue.region, queue.name);
  transaction.commit();
  return Json::object();
}

Sqs::Counts Sqs::count(const Queue& queue) {
  drop_expired(queue);
  SQLite::Statement query(
      database_,
      "SELECT count(*) FILTER (WHERE visible <= ?2), "
      "count(*) FILTER (WHERE visible > ?2 AND times_received > 0), "
      "count(*) FILTER (WHERE visible > ?2 AND times_received = 0) FROM message WHERE queue = ?1");
  query.bind(1, queue.arn());
  query.bind(2, static_cast<std::int64_t>(clock_.now().time_since_epoch().count()));
  query.executeStep();
  return {query.getColumn(0).getInt64(), query.getColumn(1).getInt64(), query.getColumn(2).getInt64()};
}

Json Sqs::get_queue_attributes(const Call& call) {
  const Json& names = member_or_null(call.input, "AttributeNames");
  for (const Json& name : names) {
    const std::string text = name.get<std::string>();
    if (text != "All" && !contains(kComputed, text) && !contains(kTexts, text) && default_of(text).empty())
      throw aws::ServiceError("InvalidAttributeName", fmt::format("Unknown Attribute {}.", text));
  }
  const std::lock_guard lock(mutex_);
  const Queue queue = find(call);
  const Counts counts = count(queue);
  Json all = {{"QueueArn", queue.arn()},
              {"ApproximateNumberOfMessages", std::to_string(counts.visible)},
              {"ApproximateNumberOfMessagesNotVisible", std::to_string(counts.in_flight)},
              {"ApproximateNumberOfMessagesDelayed", std::to_string(counts.delayed)},
              {"CreatedTimestamp", queue.document.at("created")},
              {"LastModifiedTimestamp", queue.document.at("modified")}};
  for (const NumberAttribute& known : kNumbers)
    if (std::string_view(known.name) != "KmsDataKeyReusePeriodSeconds")
      all[known.name] = std::to_string(queue.number(known.name));
  all["SqsManagedSseEnabled"] = "true";
  all.update(queue.document.at("attributes"));
  if (std::find(names.begin(), names.end(), "All") != names.end()) return {{"Attributes", std::move(all)}};
  Json answer = Json::object();
  for (const Json& name : names)
    if (const Json& value = member_or_null(all, name.get<std::string>()); !value.is_null())
      answer["Attributes"][name.get<std::string>()] = value;
  return answer;
}

Json Sqs::set_queue_attributes(const Call& call) {
  const Json& attributes = member_or_null(call.input, "Attributes");
  check_attributes(attributes);
  const std::lock_guard lock(mutex_);
  Queue queue = find(call);
  apply(queue.document["attributes"], attributes);
  queue.document["modified"] = epoch_seconds(clock_.now());
  store(queue);
  return Json::object();
}

Json Sqs::list_dead_letter_source_queues(const Call& call) {
  const std::lock_guard lock(mutex_);
  const Queue target = find(call);
  auto sources = queues_.list(call.region);
  std::erase_if(sources, [&](const Documents::Entry& entry) {
    const Json policy =
        parse_json_or_discard(string_or(entry.document.at("attributes"), "RedrivePolicy", "null"));
    return string_or(policy, "deadLetterTargetArn", "") != target.arn();
  });
  const auto [page, next] = take_page(call, {"MaxResults", "NextToken", 1000, 1000}, std::move(sources),
                                      [](const Documents::Entry& entry) { return entry.name; });
  Json answer = {{"queueUrls", Json::array()}};
  for (const auto& entry : page) answer["queueUrls"].push_back(url_of(entry.name));
  if (!next.empty()) answer["NextToken"] = next;
  return answer;
}

Json Sqs::tag_queue(const Call& call) {
  const std::lock_guard lock(mutex_);
  Queue queue = find(call);
  queue.document["tags"].update(member_or_null(call.input, "Tags"));
  store(queue);
  return Json::object();
}

Json Sqs::untag_queue(const Call& call) {
  const std::lock_guard lock(mutex_);
  Queue queue = find(call);
  remove_tags(queue.document["tags"], member_or_null(call.input, "TagKeys"));
  store(queue);
  return Json::object();
}

Json Sqs::list_queue_tags(const Call& call) {
  const std::lock_guard lock(mutex_);
  const Queue queue = find(call);
  if (queue.document.at("tags").empty()) return Json::object();
  return {{"Tags", queue.document.at("tags")}};
}

}  // namespace aurora::local
