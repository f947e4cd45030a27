#include "restore/notification.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/text.h"

namespace aurora::restore {
namespace {

constexpr std::size_t kSubjectMax = 99;
// SNS takes 256 KiB in all, and the body goes in four times.
constexpr std::size_t kBodyMax = 48 * 1024;
constexpr std::size_t kFailuresKept = 10;
// Longer than both messages can take with what message_api() allows itself (apps/bootstrap.cc).
constexpr std::chrono::seconds kTakesAtMost{20};

Json attributes_of(const std::string& operation_id, const Notification& notification) {
  const auto text = [](const std::string& value) {
    return Json{{"DataType", "String"}, {"StringValue", value}};
  };
  return {{"operation_id", text(operation_id)},
          {"status", text(notification.status)},
          {"step", text(notification.step)}};
}

// What is large goes: the state table has it.
std::string bounded(Json body) {
  std::string text = dump_json(body);
  for (const char* member : {"verification", "restore_details", "snapshot_details", "details"}) {
    if (text.size() <= kBodyMax) break;
    if (body.erase(member) == 0) continue;
    body["left_out"].push_back(member);
    text = dump_json(body);
  }
  return text;
}

void note_failure(StepContext& context, const Notification& notification, const std::string& reason) {
  context.log.warning("Notification failed", {{"reason", reason}, {"status", notification.status}});
  Json& failures = context.operation["notification_failures"];
  if (!failures.is_array()) failures = Json::array();
  failures.push_back({{"time", format_iso_millis(context.clock.now())},
                      {"step", notification.step},
                      {"status", notification.status},
                      {"reason", reason}});
  if (failures.size() > kFailuresKept) failures.erase(failures.begin());
  try {
    context.audit.record(context.operation.id(), notification.step, "warning",
                         {{"message", "Notification failed"}, {"reason", reason}});
  } catch (const Error& e) {
    context.log.warning("The failure could not be written down", {{"reason", e.what()}});
  }
}

template <typename Send>
std::optional<std::string> try_to_send(StepContext& context, const Notification& notification,
                                       const std::string& whither, NotificationResult& result,
                                       const Send& send) {
  std::string reason;
  if (context.deadline != TimePoint{} && context.deadline - context.clock.now() < kTakesAtMost) {
    reason = fmt::format("{}: not sent, because the function's time was nearly over", whither);
  } else {
    try {
      return string_or(send(), "MessageId", "");
    } catch (const Error& e) {
      reason = fmt::format("{}: {}", whither, e.what());
    }
  }
  result.failures.push_back(reason);
  note_failure(context, notification, reason);
  return std::nullopt;
}

}  // namespace

std::string legal_subject(std::string subject) {
  std::replace_if(
      subject.begin(), subject.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  if (subject.size() <= kSubjectMax) return subject;
  subject.resize(kSubjectMax - 3);
  return subject.append("...");
}

std::string region_of_topic(const std::string& arn, const std::string& fallback) {
  const std::vector<std::string> parts = split(arn, ':');
  return parts.size() > 3 && !parts[3].empty() ? parts[3] : fallback;
}

std::string region_of_queue(const std::string& url, const std::string& fallback) {
  const std::size_t at = url.find("://sqs.");
  if (at == std::string::npos) return fallback;
  const std::string region = url.substr(at + 7, url.find('.', at + 7) - at - 7);
  return is_region_name(region) ? region : fallback;
}

Json publish_input(const std::string& topic, const std::string& operation_id,
                   const Notification& notification) {
  const std::string subject = legal_subject(notification.subject);
  const std::string body = bounded(notification.body);
  Json variants{{"default", notification.text}, {"email", notification.text}, {"sms", subject}};
  for (const char* protocol : {"sqs", "lambda", "http", "https"}) variants[protocol] = body;
  return {{"TopicArn", topic},
          {"Subject", subject},
          {"Message", dump_json(variants)},
          {"MessageStructure", "json"},
          {"MessageAttributes", attributes_of(operation_id, notification)}};
}

Json send_message_input(const std::string& queue, const std::string& operation_id,
                        const Notification& notification) {
  return {{"QueueUrl", queue},
          {"MessageBody", bounded(notification.body)},
          {"MessageAttributes", attributes_of(operation_id, notification)}};
}

NotificationResult notify(StepContext& context, const Notification& notification) {
  NotificationResult result;
  const std::string id = context.operation.id();
  const std::string topic = context.settings.text("notification_topic_arn");
  if (notification.to_topic && !topic.empty())
    result.sns_message_id = try_to_send(context, notification, topic, result, [&] {
      return context.message_api().call("sns", region_of_topic(topic, context.names.region), "Publish",
                                        publish_input(topic, id, notification));
    });
  result.topic_failed = !result.failures.empty();
  const std::string queue = context.settings.text("notification_queue_url");
  if (notification.to_queue && !queue.empty())
    result.sqs_message_id = try_to_send(context, notification, queue, result, [&] {
      return context.message_api().call("sqs", region_of_queue(queue, context.names.region), "SendMessage",
                                        send_message_input(queue, id, notification));
    });
  result.queue_failed = result.failures.size() > (result.topic_failed ? 1 : 0);
  return result;
}

}  // namespace aurora::restore
