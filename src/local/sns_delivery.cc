// Publishing: what a message may be, and how it reaches each subscriber.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "base/dates.h"
#include "base/files.h"
#include "base/ids.h"
#include "base/text.h"
#include "local/sns.h"
#include "local/sns_filter.h"

namespace aurora::local {
namespace {

constexpr std::size_t kMessageBytesMax = 256 * 1024;
constexpr std::size_t kRawAttributesMax = 10;

aws::ServiceError invalid(const std::string& what) {
  return {"InvalidParameter", "Invalid parameter: " + what};
}

// ASCII, shorter than 100 characters, no control characters, and no blank at its begin.
bool is_subject(const std::string& subject) {
  const auto printable = [](char c) { return c >= 0x20 && c < 0x7F; };
  return !subject.empty() && subject.size() < 100 && subject.front() != ' ' &&
         std::all_of(subject.begin(), subject.end(), printable);
}

std::size_t attribute_bytes(const Json& attributes) {
  std::size_t bytes = 0;
  for (const auto& [name, attribute] : attributes.items())
    bytes += name.size() + string_or(attribute, "DataType", "").size() +
             string_or(attribute, "StringValue", "").size() + string_or(attribute, "BinaryValue", "").size();
  return bytes;
}

void check_attributes(const Json& attributes) {
  for (const auto& [name, attribute] : attributes.items()) {
    const std::string type = string_or(attribute, "DataType", "");
    if (type.empty())
      throw aws::ServiceError("ParameterValueInvalid",
                              fmt::format("The message attribute '{}' must contain non-empty "
                                          "message attribute type.",
                                          name));
    const char* member = type.starts_with("Binary") ? "BinaryValue" : "StringValue";
    if (string_or(attribute, member, "").empty())
      throw aws::ServiceError(
          "ParameterValueInvalid",
          fmt::format("The message attribute '{}' must contain non-empty message attribute value "
                      "for message attribute type '{}'.",
                      name, type));
  }
}

Json messages_by_protocol(const std::string& text) {
  Json messages = parse_json_or_discard(text);
  if (messages.is_discarded()) throw invalid("Message Structure - JSON message body failed to parse");
  if (!messages.is_object() || !messages.contains("default") || !messages.at("default").is_string())
    throw invalid("Message Structure - No default entry in JSON message body");
  return messages;
}

bool accepts(const Json& subscription, const std::string& text, const Json& message_attributes) {
  const Json& attributes = subscription.at("attributes");
  const std::string policy = string_or(attributes, "FilterPolicy", "");
  if (policy.empty()) return true;
  const Json parsed = parse_json(policy, "the filter policy");
  if (string_or(attributes, "FilterPolicyScope", "MessageAttributes") == "MessageAttributes")
    return filter_accepts_attributes(parsed, message_attributes);
  const Json body = parse_json_or_discard(text);
  return !body.is_discarded() && filter_accepts_body(parsed, body);
}

// As in a notification's JSON: {"name": {"Type": …, "Value": …}}.
Json shown_attributes(const Json& attributes) {
  Json shown = Json::object();
  for (const auto& [name, attribute] : attributes.items()) {
    const std::string type = string_or(attribute, "DataType", "");
    const std::string value = type.starts_with("Binary")
                                  ? base64_encode(string_or(attribute, "BinaryValue", ""))
                                  : string_or(attribute, "StringValue", "");
    shown[name] = {{"Type", type}, {"Value", value}};
  }
  return shown;
}

}  // namespace

Sns::Message Sns::checked_message(const Call& call, const Json& input) {
  Message message{new_uuid(), string_or(input, "Subject", ""), string_or(input, "Message", ""), Json(),
                  member_or_null(input, "MessageAttributes")};
  if (message.text.empty()) throw invalid("Empty message");
  if (input.contains("Subject") && !is_subject(message.subject)) throw invalid("Subject");
  check_attributes(message.attributes);
  if (message.text.size() + attribute_bytes(message.attributes) > kMessageBytesMax)
    throw invalid("Message too long");
  const std::string structure = string_or(input, "MessageStructure", "");
  if (!structure.empty() && structure != "json") throw invalid("MessageStructure");
  if (structure == "json") message.by_protocol = messages_by_protocol(message.text);
  if (call.input.contains("PhoneNumber"))
    throw invalid("PhoneNumber Reason: text messages are not sent by the local endpoint");
  return message;
}

Json Sns::publish(const Call& call) {
  const Message message = checked_message(call, call.input);
  const std::string arn = text_or(call, "TopicArn", text_or(call, "TargetArn"));
  if (arn.empty()) throw invalid("TopicArn or TargetArn Reason: no value for required parameter");
  publish_to(call, arn, message);
  return {{"MessageId", message.id}};
}

Json Sns::publish_batch(const Call& call) {
  const std::string arn = required(call, "TopicArn");
  const Json& entries = member_or_null(call.input, "PublishBatchRequestEntries");
  if (entries.empty())
    throw aws::ServiceError("EmptyBatchRequest", "The batch request doesn't contain any entries.");
  if (entries.size() > 10)
    throw aws::ServiceError("TooManyEntriesInBatchRequest",
                            "The batch request contains more entries than permissible (more than 10).");
  std::set<std::string> ids;
  for (const Json& entry : entries)
    if (!ids.insert(string_or(entry, "Id", "")).second)
      throw aws::ServiceError("BatchEntryIdsNotDistinct",
                              "Two or more batch entries in the request have the same Id.");
  Json answer = {{"Successful", Json::array()}, {"Failed", Json::array()}};
  for (const Json& entry : entries) {
    try {
      const Message message = checked_message(call, entry);
      publish_to(call, arn, message);
      answer["Successful"].push_back({{"Id", entry.at("Id")}, {"MessageId", message.id}});
    } catch (const aws::ServiceError& error) {
      if (error.code() == "NotFound") throw;
      answer["Failed"].push_back({{"Id", entry.at("Id")},
                                  {"Code", error.code()},
                                  {"Message", error.message()},
                                  {"SenderFault", true}});
    }
  }
  return answer;
}

void Sns::publish_to(const Call& call, const std::string& topic_arn, const Message& message) {
  std::vector<Documents::Entry> subscriptions;
  {
    const std::lock_guard lock(mutex_);
    find_topic(call, topic_arn);
    subscriptions = subscriptions_of(call.region, topic_arn);
  }
  for (const auto& entry : subscriptions)
    if (!entry.document.contains("token")) deliver(call, entry.document, message);
}

Json Sns::notification(const Json& subscription, const Message& message) const {
  const std::string protocol = string_or(subscription, "protocol", "");
  Json shown = {
      {"Type", "Notification"}, {"MessageId", message.id}, {"TopicArn", subscription.at("topic_arn")}};
  if (!message.subject.empty()) shown["Subject"] = message.subject;
  shown["Message"] = message.by_protocol.is_null() ? message.text
                                                   : string_or(message.by_protocol, protocol,
                                                               string_or(message.by_protocol, "default", ""));
  shown["Timestamp"] = format_iso_millis(clock_.now());
  if (!message.attributes.empty()) shown["MessageAttributes"] = shown_attributes(message.attributes);
  return shown;
}

void Sns::deliver(const Call& call, const Json& subscription, const Message& message) {
  const Json envelope = notification(subscription, message);
  const std::string text = envelope.at("Message").get<std::string>();
  if (!accepts(subscription, text, message.attributes)) return;
  const std::string protocol = subscription.at("protocol").get<std::string>();
  const std::string endpoint = subscription.at("endpoint").get<std::string>();
  const Json& attributes = subscription.at("attributes");
  const bool raw = string_or(attributes, "RawMessageDelivery", "false") == "true";
  try {
    if (protocol == "lambda") return deliver_to_function(subscription, envelope, message);
    if (protocol != "sqs") {
      const std::lock_guard lock(mutex_);
      return write_to_outbox({{"to", endpoint},
                              {"subject", message.subject},
                              {"message", text},
                              {"topic_arn", envelope.at("TopicArn")}});
    }
    if (!raw) return deliver_to_queue(endpoint, dump_json(envelope), Json::object());
    if (message.attributes.size() > kRawAttributesMax) return;  // AWS drops these as a client-side error
    deliver_to_queue(endpoint, text, message.attributes);
  } catch (const aws::ServiceError&) {
    // A subscriber that is gone fails no publication; its dead-letter queue gets the message.
    const Json redrive = parse_json_or_discard(string_or(attributes, "RedrivePolicy", "null"));
    const std::string dead_letter_arn = string_or(redrive, "deadLetterTargetArn", "");
    if (!dead_letter_arn.empty() && dead_letter_arn != endpoint && call.service == "sns")
      deliver_to_queue(dead_letter_arn, raw ? text : dump_json(envelope), Json::object());
  }
}

void Sns::deliver_to_queue(const std::string& queue_arn, const std::string& body, const Json& attributes) {
  Call send;
  send.service = "sqs";
  send.region = arn_part(queue_arn, 3);
  send.operation = "SendMessage";
  send.input = {{"QueueUrl", fmt::format("https://sqs.{}.amazonaws.com/{}/{}", send.region,
                                         arn_part(queue_arn, 4), arn_part(queue_arn, 5))},
                {"MessageBody", body}};
  if (!attributes.empty()) send.input["MessageAttributes"] = attributes;
  router_.call(send);
}

void Sns::deliver_to_function(const Json& subscription, const Json& envelope, const Message& message) {
  Json sns = envelope;
  sns["MessageAttributes"] = shown_attributes(message.attributes);
  const std::string arn = subscription.at("endpoint").get<std::string>();
  Call invoke;
  invoke.service = "lambda";
  invoke.region = arn_part(arn, 3);
  invoke.operation = "Invoke";
  invoke.input = {
      {"FunctionName", arn},
      {"InvocationType", "Event"},
      {"Payload", dump_json({{"Records", Json::array({{{"EventSource", "aws:sns"},
                                                       {"EventVersion", "1.0"},
                                                       {"EventSubscriptionArn", subscription.at("arn")},
                                                       {"Sns", sns}}})}})}};
  router_.call(invoke);
}

void Sns::write_to_outbox(const Json& line) {
  Json dated = {{"time", format_iso_millis(clock_.now())}};
  dated.update(line);
  const std::string text = dump_json(dated) + "\n";
  const int file = ::open(outbox_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) throw_file_error(outbox_, "write", errno);
  const ssize_t written = ::write(file, text.data(), text.size());
  const int error_number = written < 0 ? errno : ENOSPC;
  ::close(file);
  if (written != static_cast<ssize_t>(text.size())) throw_file_error(outbox_, "write", error_number);
}

}  // namespace aurora::local
