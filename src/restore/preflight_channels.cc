// Where the restore tells of itself: topic, queue, bucket. And whether it may be over in time.
#include <fmt/format.h>

#include <charconv>

#include "restore/notification.h"
#include "restore/preflight.h"

namespace aurora::restore {
namespace {

bool is_one_of(const aws::ServiceError& e, std::initializer_list<const char*> codes) {
  for (const char* code : codes)
    if (e.is(code)) return true;
  return false;
}

void look_at_topic(const StepContext& context, const std::string& topic, Findings& findings) {
  try {
    context.api.call("sns", region_of_topic(topic, context.names.region), "GetTopicAttributes",
                     {{"TopicArn", topic}});
  } catch (const aws::ServiceError& e) {
    if (!is_one_of(e, {"NotFound", "NotFoundException", "InvalidParameter", "InvalidParameterException"}))
      throw;
    findings.add("TopicNotFound", fmt::format("there is no SNS topic {}: {}", topic, e.message()),
                 "Correct notification_topic_arn, or leave it out.");
  }
}

void look_at_queue(const StepContext& context, const std::string& queue, Findings& findings) {
  try {
    context.api.call("sqs", region_of_queue(queue, context.names.region), "GetQueueAttributes",
                     {{"QueueUrl", queue}, {"AttributeNames", {"QueueArn"}}});
  } catch (const aws::ServiceError& e) {
    if (!is_one_of(e, {"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "InvalidAddress"}))
      throw;
    findings.add("QueueNotFound", fmt::format("there is no SQS queue {}: {}", queue, e.message()),
                 "Correct notification_queue_url, or leave it out.");
  }
}

void look_at_bucket(const StepContext& context, const std::string& bucket, Findings& findings) {
  try {
    context.api.call("s3", context.names.region, "HeadBucket", {{"Bucket", bucket}});
  } catch (const aws::ServiceError& e) {
    if (e.status() != 404 && !e.is("NoSuchBucket")) throw;
    findings.add("BucketNotFound", fmt::format("there is no S3 bucket {}, which log_bucket names.", bucket),
                 "Make it, or leave log_bucket out.");
  }
}

// Rough rates of what is public of Aurora's restores: a cross-Region copy moves some 200 GiB an hour, a
// restore loads some 400, and clusters, instances and verification take half an hour whatever the size.
double hours_needed(const StepContext& context, const aws::ClusterSnapshot& snapshot) {
  const double size = snapshot.allocated_storage_gib;
  return 0.5 + size / 400 + (needs_copy(context, snapshot, "") ? size / 200 : 0);
}

}  // namespace

void look_at_channels(const StepContext& context, const aws::ClusterSnapshot*, Findings& findings) {
  const Configuration& settings = context.settings;
  if (const std::string topic = settings.text("notification_topic_arn"); !topic.empty())
    unless_denied(findings, "the SNS topic", [&] { look_at_topic(context, topic, findings); });
  if (const std::string queue = settings.text("notification_queue_url"); !queue.empty())
    unless_denied(findings, "the SQS queue", [&] { look_at_queue(context, queue, findings); });
  if (const std::string bucket = settings.text("log_bucket"); !bucket.empty())
    unless_denied(findings, "the log bucket", [&] { look_at_bucket(context, bucket, findings); });
}

void look_at_time(const StepContext& context, const aws::ClusterSnapshot* snapshot, Findings& findings) {
  constexpr int kTimeoutDefault = 7200;
  if (!snapshot) return;
  int timeout = kTimeoutDefault;
  if (const auto given = context.environment("STATE_MACHINE_TIMEOUT_SECONDS"))
    std::from_chars(given->data(), given->data() + given->size(), timeout);
  const double hours = hours_needed(context, *snapshot);
  if (hours * 3600 <= timeout) return;
  findings.warn(fmt::format(
      "The state machine ends after {:.1f} hours (STATE_MACHINE_TIMEOUT_SECONDS), and restoring {} GiB may "
      "take about {:.1f}; deploy with a longer timeout.",
      timeout / 3600.0, snapshot->allocated_storage_gib, hours));
}

}  // namespace aurora::restore
