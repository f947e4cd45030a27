// The way of messages through a queue: sent, received, hidden, deleted, moved to the dead letters.
#include <fmt/format.h>

#include <set>

#include "base/digest.h"
#include "base/ids.h"
#include "base/text.h"
#include "local/sqs.h"
#include "local/sqs_message.h"

namespace aurora::local {
namespace {

constexpr std::int64_t kBatchMax = 10;
constexpr std::int64_t kVisibilityMax = 43200;
constexpr std::int64_t kDelayMax = 900;

std::int64_t micros(TimePoint when) {
  return when.time_since_epoch().count();
}
std::int64_t micros(std::chrono::seconds duration) {
  return Duration(duration).count();
}
std::string millis_text(std::int64_t microseconds) {
  return std::to_string(microseconds / 1000);
}

aws::ServiceError invalid(const std::string& message) {
  return {"InvalidParameterValue", message};
}

void check_range(const Json& input, const char* name, std::int64_t least, std::int64_t most) {
  if (!input.contains(name)) return;
  const std::int64_t value = int_or(input, name, least);
  if (value < least || value > most)
    throw invalid(
        fmt::format("Value {} for parameter {} is invalid. Reason: Must be between {} and {}, if provided.",
                    value, name, least, most));
}

// A receipt handle names the message's row and the receipt itself, the only one that is good until the
// message is received again.
struct Receipt {
  std::int64_t row = 0;
  std::string nonce;
};

std::string handle_of(const Receipt& receipt) {
  return base64_encode(fmt::format("receipt:{}:{}", receipt.row, receipt.nonce));
}

Receipt receipt_of(const Json& entry) {
  const auto text = base64_decode(string_or(entry, "ReceiptHandle", ""));
  const auto parts = split(text.value_or(""), ':');
  if (parts.size() != 3 || parts[0] != "receipt" || parts[1].empty() ||
      parts[1].find_first_not_of("0123456789") != std::string::npos)
    throw aws::ServiceError("ReceiptHandleIsInvalid", "The input receipt handle is invalid.");
  return {std::stoll(parts[1]), parts[2]};
}

bool asks_for(const Json& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const Json& one) { return one == name || one == "All"; });
}

Json requested_system(const Call& call, const Json& system) {
  Json requested = Json::object();
  for (const auto& [name, value] : system.items())
    if (asks_for(member_or_null(call.input, "AttributeNames"), name) ||
        asks_for(member_or_null(call.input, "MessageSystemAttributeNames"), name))
      requested[name] = value;
  return requested;
}

}  // namespace

Json Sqs::sent(const Queue& queue, const Json& entry) {
  const std::string body = string_or(entry, "MessageBody", "");
  const Json& attributes = member_or_null(entry, "MessageAttributes");
  if (body.empty())
    throw aws::ServiceError("MissingParameter", "The request must contain the parameter MessageBody.");
  if (!is_message_text(body))
    throw aws::ServiceError(
        "InvalidMessageContents",
        "Invalid characters in the message body: valid are #x9 | #xA | #xD | #x20 to #xD7FF | "
        "#xE000 to #xFFFD | #x10000 to #x10FFFF.");
  check_message_attributes(attributes);
  const std::int64_t limit = queue.number("MaximumMessageSize");
  if (message_bytes(body, attributes) > static_cast<std::size_t>(limit))
    throw invalid(fmt::format(
        "One or more parameters are invalid. Reason: Message must be shorter than {} bytes.", limit));
  check_range(entry, "DelaySeconds", 0, kDelayMax);
  const std::int64_t delay = int_or(entry, "DelaySeconds", queue.number("DelaySeconds"));
  Json system = {{"SenderId", "AIDALOCALRESTORE0001"}};
  const Json& trace = member_or_null(member_or_null(entry, "MessageSystemAttributes"), "AWSTraceHeader");
  if (!trace.is_null()) system["AWSTraceHeader"] = string_or(trace, "StringValue", "");

  const std::string message_id = new_uuid();
  const std::int64_t now = micros(clock_.now());
  SQLite::Statement insert(database_,
                           "INSERT INTO message(queue, message_id, body, attributes, system, sent, visible) "
                           "VALUES(?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, queue.arn());
  insert.bind(2, message_id);
  insert.bind(3, body);
  insert.bind(4, dump_json(attributes.is_null() ? Json::object() : storable_attributes(attributes)));
  insert.bind(5, dump_json(system));
  insert.bind(6, now);
  insert.bind(7, now + micros(std::chrono::seconds(delay)));
  insert.exec();
  Json answer = {{"MessageId", message_id}, {"MD5OfMessageBody", hex_encode(md5(body))}};
  if (!attributes.empty()) answer["MD5OfMessageAttributes"] = md5_of_attributes(attributes);
  return answer;
}

Json Sqs::send_message(const Call& call) {
  const std::lock_guard lock(mutex_);
  const Queue queue = find(call);
  Json answer = sent(queue, call.input);
  wake_receivers(queue);
  return answer;
}

Json Sqs::batch(const Call& call, const std::function<Json(const Queue& queue, const Json& entry)>& work) {
  const Json& entries = member_or_null(call.input, "Entries");
  if (entries.empty())
    throw aws::ServiceError("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (entries.size() > static_cast<std::size_t>(kBatchMax))
    throw aws::ServiceError("TooManyEntriesInBatchRequest",
                            fmt::format("Maximum number of entries per request are {}. You have sent {}.",
                                        kBatchMax, entries.size()));
  std::set<std::string> ids;
  for (const Json& entry : entries)
    if (const std::string id = string_or(entry, "Id", ""); !ids.insert(id).second)
      throw aws::ServiceError("BatchEntryIdsNotDistinct", fmt::format("Id {} repeated.", id));

  const std::lock_guard lock(mutex_);
  const Queue queue = find(call);
  Json answer = {{"Successful", Json::array()}, {"Failed", Json::array()}};
  WriteTransaction transaction(database_);
  for (const Json& entry : entries) {
    try {
      Json done = {{"Id", entry.at("Id")}};
      done.update(work(queue, entry));
      answer["Successful"].push_back(std::move(done));
    } catch (const aws::ServiceError& error) {
      answer["Failed"].push_back({{"Id", entry.at("Id")},
                                  {"SenderFault", true},
                                  {"Code", error.code()},
                                  {"Message", error.message()}});
    }
  }
  transaction.commit();
  wake_receivers(queue);
  return answer;
}

Json Sqs::send_message_batch(const Call& call) {
  std::size_t bytes = 0;
  for (const Json& entry : member_or_null(call.input, "Entries"))
    bytes += message_bytes(string_or(entry, "MessageBody", ""), member_or_null(entry, "MessageAttributes"));
  if (bytes > 1048576)
    throw aws::ServiceError(
        "BatchRequestTooLong",
        fmt::format("Batch requests cannot be longer than 1048576 bytes. You have sent {} bytes.", bytes));
  return batch(call, [this](const Queue& queue, const Json& entry) { return sent(queue, entry); });
}

void Sqs::drop_expired(const Queue& queue) {
  SQLite::Statement drop(database_, "DELETE FROM message WHERE queue = ? AND sent <= ?");
  drop.bind(1, queue.arn());
  drop.bind(2, micros(clock_.now()) - micros(std::chrono::seconds(queue.number("MessageRetentionPeriod"))));
  drop.exec();
}

bool Sqs::moved_to_dead_letters(const Queue& queue, std::int64_t row, std::int64_t times_received) {
  const Json policy =
      parse_json_or_discard(string_or(queue.document.at("attributes"), "RedrivePolicy", "null"));
  const std::string arn = string_or(policy, "deadLetterTargetArn", "");
  const Json& limit = member_or_null(policy, "maxReceiveCount");
  const std::int64_t most =
      limit.is_string() ? std::stoll(limit.get<std::string>()) : int_or(policy, "maxReceiveCount", 0);
  if (arn.empty() || times_received < most) return false;
  const auto target = load(queue.region, arn_part(arn, 5));
  if (!target) return false;  // without a queue to go to, the message stays
  SQLite::Statement move(
      database_,
      "UPDATE message SET queue = ?2, visible = ?3, receipt = NULL, times_received = 0, "
      "first_received = NULL, system = json_set(system, '$.DeadLetterQueueSourceArn', ?4) WHERE id = ?1");
  move.bind(1, row);
  move.bind(2, target->arn());
  move.bind(3, micros(clock_.now()));
  move.bind(4, queue.arn());
  move.exec();
  wake_receivers(*target);
  return true;
}

std::vector<Sqs::Stored> Sqs::visible(const Queue& queue, std::int64_t count_max) {
  SQLite::Statement query(
      database_,
      "SELECT id, message_id, body, attributes, system, sent, times_received, first_received "
      "FROM message WHERE queue = ? AND visible <= ? ORDER BY id LIMIT ?");
  query.bind(1, queue.arn());
  query.bind(2, micros(clock_.now()));
  query.bind(3, count_max);
  std::vector<Stored> found;
  while (query.executeStep())
    found.push_back(
        {.row = query.getColumn(0).getInt64(),
         .message_id = query.getColumn(1).getString(),
         .body = query.getColumn(2).getString(),
         .attributes = attributes_from_store(parse_json(query.getColumn(3).getString(), "a message")),
         .system = parse_json(query.getColumn(4).getString(), "a message"),
         .sent = query.getColumn(5).getInt64(),
         .times_received = query.getColumn(6).getInt64(),
         .first_received = query.getColumn(7).getInt64()});
  return found;
}

std::string Sqs::hide(const Stored& message, std::int64_t timeout_seconds) {
  const Receipt receipt{message.row, random_hex(32)};
  const std::int64_t now = micros(clock_.now());
  SQLite::Statement hide(database_,
                         "UPDATE message SET visible = ?2, times_received = times_received + 1, "
                         "first_received = coalesce(first_received, ?3), receipt = ?4 WHERE id = ?1");
  hide.bind(1, message.row);
  hide.bind(2, now + micros(std::chrono::seconds(timeout_seconds)));
  hide.bind(3, now);
  hide.bind(4, receipt.nonce);
  hide.exec();
  return handle_of(receipt);
}

Json Sqs::received(const Queue& queue, const Call& call, std::int64_t count_max) {
  const std::int64_t timeout = int_or(call.input, "VisibilityTimeout", queue.number("VisibilityTimeout"));
  const std::int64_t now = micros(clock_.now());
  Json messages = Json::array();
  WriteTransaction transaction(database_);
  drop_expired(queue);
  // More than asked for: some of them may go to the dead letters instead.
  for (Stored& stored : visible(queue, count_max * 4)) {
    if (static_cast<std::int64_t>(messages.size()) == count_max) break;
    if (moved_to_dead_letters(queue, stored.row, stored.times_received)) continue;
    stored.system["SentTimestamp"] = millis_text(stored.sent);
    stored.system["ApproximateReceiveCount"] = std::to_string(stored.times_received + 1);
    stored.system["ApproximateFirstReceiveTimestamp"] =
        millis_text(stored.times_received ? stored.first_received : now);
    Json message = {{"MessageId", stored.message_id},
                    {"ReceiptHandle", hide(stored, timeout)},
                    {"MD5OfBody", hex_encode(md5(stored.body))},
                    {"Body", stored.body}};
    if (Json wanted = requested_system(call, stored.system); !wanted.empty())
      message["Attributes"] = std::move(wanted);
    Json attributes =
        requested_attributes(stored.attributes, member_or_null(call.input, "MessageAttributeNames"));
    if (!attributes.empty()) {
      message["MD5OfMessageAttributes"] = md5_of_attributes(attributes);
      message["MessageAttributes"] = std::move(attributes);
    }
    messages.push_back(std::move(message));
  }
  transaction.commit();
  return messages;
}

std::optional<TimePoint> Sqs::next_visible(const Queue& queue) {
  SQLite::Statement query(database_, "SELECT min(visible) FROM message WHERE queue = ?");
  query.bind(1, queue.arn());
  query.executeStep();
  if (query.getColumn(0).isNull()) return std::nullopt;
  return TimePoint(Duration(query.getColumn(0).getInt64()));
}

void Sqs::wake_receivers(const Queue& queue) {
  const auto [begin, end] = receivers_.equal_range(queue.arn());
  for (auto receiver = begin; receiver != end; ++receiver) receiver->second.request_stop();
  receivers_.erase(begin, end);
}

Json Sqs::receive_message(const Call& call) {
  check_range(call.input, "MaxNumberOfMessages", 1, kBatchMax);
  check_range(call.input, "VisibilityTimeout", 0, kVisibilityMax);
  check_range(call.input, "WaitTimeSeconds", 0, 20);
  const std::int64_t count = int_or(call.input, "MaxNumberOfMessages", 1);
  std::optional<TimePoint> deadline;
  for (;;) {
    std::stop_source wake;
    TimePoint until;
    {
      const std::lock_guard lock(mutex_);
      const Queue queue = find(call);
      if (!deadline)
        deadline = clock_.now() + std::chrono::seconds(int_or(call.input, "WaitTimeSeconds",
                                                              queue.number("ReceiveMessageWaitTimeSeconds")));
      Json messages = received(queue, call, count);
      if (!messages.empty()) return {{"Messages", std::move(messages)}};
      if (clock_.now() >= *deadline || call.stop.stop_requested() || stopping_) return Json::object();
      until = std::min(*deadline, next_visible(queue).value_or(*deadline));
      receivers_.emplace(queue.arn(), wake);
    }
    // Ends by a message sent, a message that comes into sight, the deadline, or the caller going away.
    const std::stop_callback pass_on(call.stop, [&wake] { wake.request_stop(); });
    clock_.sleep_until(until, wake.get_token());
    const std::lock_guard lock(mutex_);
    std::erase_if(receivers_, [&](const auto& receiver) { return receiver.second == wake; });
  }
}

void Sqs::deleted(const Queue& queue, const Json& entry) {
  const Receipt receipt = receipt_of(entry);
  SQLite::Statement remove(database_, "DELETE FROM message WHERE id = ? AND queue = ? AND receipt = ?");
  remove.bind(1, receipt.row);
  remove.bind(2, queue.arn());
  remove.bind(3, receipt.nonce);
  remove.exec();
}

// A handle that a later receive outdated deletes nothing, and that is no error: so it is at AWS.
Json Sqs::delete_message(const Call& call) {
  const std::lock_guard lock(mutex_);
  deleted(find(call), call.input);
  return Json::object();
}

Json Sqs::delete_message_batch(const Call& call) {
  return batch(call, [this](const Queue& queue, const Json& entry) {
    deleted(queue, entry);
    return Json::object();
  });
}

void Sqs::changed(const Queue& queue, const Json& entry) {
  check_range(entry, "VisibilityTimeout", 0, kVisibilityMax);
  const Receipt receipt = receipt_of(entry);
  const std::int64_t now = micros(clock_.now());
  SQLite::Statement change(
      database_,
      "UPDATE message SET visible = ?4 WHERE id = ?1 AND queue = ?2 AND receipt = ?3 AND visible > ?5");
  change.bind(1, receipt.row);
  change.bind(2, queue.arn());
  change.bind(3, receipt.nonce);
  change.bind(4, now + micros(std::chrono::seconds(int_or(entry, "VisibilityTimeout", 0))));
  change.bind(5, now);
  if (change.exec() == 0)
    throw invalid(
        "Value for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available "
        "for visibility timeout change.");
}

Json Sqs::change_message_visibility(const Call& call) {
  const std::lock_guard lock(mutex_);
  const Queue queue = find(call);
  changed(queue, call.input);
  wake_receivers(queue);
  return Json::object();
}

Json Sqs::change_message_visibility_batch(const Call& call) {
  return batch(call, [this](const Queue& queue, const Json& entry) {
    changed(queue, entry);
    return Json::object();
  });
}

}  // namespace aurora::local
