#include "restore/notification.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace aurora::restore {
namespace {

Json attributes_of(const StepContext& context, const Notification& notification) {
  const auto text = [](const std::string& value) {
    return Json{{"DataType", "String"}, {"StringValue", value}};
  };
  return {{"operation_id", text(context.operation.id())},
          {"status", text(notification.status)},
          {"step", text(notification.step)}};
}

std::string legal_subject(std::string subject) {
  std::replace_if(
      subject.begin(), subject.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return subject.substr(0, 99);
}

// arn:aws:sns:REGION:… and https://sqs.REGION.amazonaws.com/…; the pipeline's own Region when the text does
// not say.
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

template <typename Send>
std::optional<std::string> try_to_send(StepContext& context, const std::string& whither,
                                       NotificationResult& result, const Send& send) {
  try {
    return string_or(send(), "MessageId", "");
  } catch (const Error& e) {
    const std::string reason = fmt::format("{}: {}", whither, e.what());
    result.failures.push_back(reason);
    context.log.warning("Notification failed", {{"reason", reason}});
    context.audit.record(context.operation.id(), "notify_completion", "warning",
                         {{"message", "Notification failed"}, {"reason", reason}});
    return std::nullopt;
  }
}

}  // namespace

NotificationResult notify(StepContext& context, const Notification& notification) {
  NotificationResult result;
  const Json attributes = attributes_of(context, notification);
  if (const std::string topic = context.settings.text("notification_topic_arn"); !topic.empty())
    result.sns_message_id = try_to_send(context, topic, result, [&] {
      return context.api.call("sns", region_of_topic(topic, context.names.region), "Publish",
                              {{"TopicArn", topic},
                               {"Subject", legal_subject(notification.subject)},
                               {"Message", notification.text},
                               {"MessageAttributes", attributes}});
    });
  if (const std::string queue = context.settings.text("notification_queue_url"); !queue.empty())
    result.sqs_message_id = try_to_send(context, queue, result, [&] {
      return context.api.call("sqs", region_of_queue(queue, context.names.region), "SendMessage",
                              {{"QueueUrl", queue},
                               {"MessageBody", dump_json(notification.body)},
                               {"MessageAttributes", attributes}});
    });
  return result;
}

}  // namespace aurora::restore
