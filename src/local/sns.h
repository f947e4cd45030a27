// Amazon SNS.
#pragma once
#include <mutex>

#include "base/clock.h"
#include "local/documents.h"
#include "local/service_support.h"
#include "local/store.h"

namespace aurora::local {

// Standard topics, with subscriptions to SQS queues, Lambda functions and e-mail addresses. A publication
// is answered when each subscriber has it. Mail leaves no machine: it is appended to outbox.jsonl in the
// data directory, one JSON object a line, and so is what a person would click to confirm a subscription.
class Sns final : public Service {
 public:
  Sns(const std::filesystem::path& directory, Clock& clock, Router& router);
  Json handle(const Call& call) override;

 private:
  struct Topic {
    std::string name;
    Json document;  // attributes, tags
  };
  struct Message {
    std::string id;
    std::string subject;
    std::string text;
    Json by_protocol;  // with MessageStructure json: the message of each protocol
    Json attributes;
  };

  Json create_topic(const Call& call);
  Json delete_topic(const Call& call);
  Json list_topics(const Call& call);
  Json get_topic_attributes(const Call& call);
  Json set_topic_attributes(const Call& call);
  Json subscribe(const Call& call);
  Json confirm_subscription(const Call& call);
  Json unsubscribe(const Call& call);
  Json list_subscriptions(const Call& call);
  Json list_subscriptions_by_topic(const Call& call);
  Json get_subscription_attributes(const Call& call);
  Json set_subscription_attributes(const Call& call);
  Json publish(const Call& call);
  Json publish_batch(const Call& call);
  Json tag_resource(const Call& call);
  Json untag_resource(const Call& call);
  Json list_tags_for_resource(const Call& call);

  Topic find_topic(const Call& call, const std::string& arn);
  // By ARN; throws NotFound.
  Json find_subscription(const Call& call);
  std::vector<Documents::Entry> subscriptions_of(const std::string& region, const std::string& topic_arn);
  Json listed(const Call& call, std::vector<Documents::Entry> entries);

  // In sns_delivery.cc; without the lock.
  static Message checked_message(const Call& call, const Json& input);
  void publish_to(const Call& call, const std::string& topic_arn, const Message& message);
  void deliver(const Call& call, const Json& subscription, const Message& message);
  void deliver_to_queue(const std::string& queue_arn, const std::string& body, const Json& attributes);
  void deliver_to_function(const Json& subscription, const Json& notification, const Message& message);
  Json notification(const Json& subscription, const Message& message) const;
  void write_to_outbox(const Json& line);

  Clock& clock_;
  Router& router_;
  std::filesystem::path outbox_;
  std::mutex mutex_;
  SQLite::Database database_;
  Documents topics_;
  Documents subscriptions_;
};

}  // namespace aurora::local
