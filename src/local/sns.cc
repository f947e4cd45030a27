#include "local/sns.h"

#include <fmt/format.h>

#include <regex>

#include "base/ids.h"
#include "base/text.h"
#include "local/sns_filter.h"

namespace aurora::local {
namespace {

constexpr std::string_view kTopicAttributes[] = {
    "DisplayName",      "Policy",        "DeliveryPolicy", "KmsMasterKeyId",
    "SignatureVersion", "TracingConfig", "FifoTopic",      "ContentBasedDeduplication",
    "ArchivePolicy"};
constexpr std::string_view kSubscriptionAttributes[] = {
    "RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "DeliveryPolicy"};

aws::ServiceError invalid(const std::string& what) {
  return {"InvalidParameter", "Invalid parameter: " + what};
}
aws::ServiceError not_found(const std::string& what) {
  return {"NotFound", what, 404};
}

template <std::size_t N>
void check_attribute(const std::string_view (&known)[N], const std::string& name) {
  if (std::find(std::begin(known), std::end(known), name) == std::end(known)) throw invalid("AttributeName");
}

void check_topic_attributes(const Json& attributes) {
  for (const auto& [name, value] : attributes.items()) {
    check_attribute(kTopicAttributes, name);
    if (name == "FifoTopic" && value == "true")
      throw invalid("FifoTopic: FIFO topics are not offered by the local endpoint; standard topics are");
  }
}

void check_subscription_attributes(const Json& attributes) {
  for (const auto& [name, value] : attributes.items()) {
    check_attribute(kSubscriptionAttributes, name);
    const std::string text = value.get<std::string>();
    if (name == "RawMessageDelivery" && text != "true" && text != "false")
      throw invalid("Attributes Reason: RawMessageDelivery: Invalid value. Must be true or false.");
    if (name != "FilterPolicy" || text.empty()) continue;
    const Json policy = parse_json_or_discard(text);
    if (policy.is_discarded()) throw invalid("FilterPolicy: failed to parse JSON.");
    try {
      check_filter_policy(policy);
    } catch (const Error& error) {
      throw invalid(error.message());
    }
  }
}

std::string policy_of(const std::string& arn) {
  return fmt::format(
      R"({{"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{{"Sid":"__default_statement_ID",)"
      R"("Effect":"Allow","Principal":{{"AWS":"*"}},"Action":["SNS:Publish","SNS:Subscribe"],)"
      R"("Resource":"{}","Condition":{{"StringEquals":{{"AWS:SourceOwner":"{}"}}}}}}]}})",
      arn, kAccountId);
}

void check_endpoint(const std::string& protocol, const std::string& endpoint) {
  const auto is_arn_of = [&](std::string_view service) {
    return endpoint.starts_with("arn:") && arn_part(endpoint, 2) == service && !arn_part(endpoint, 5).empty();
  };
  if (protocol == "sqs") {
    if (!is_arn_of("sqs")) throw invalid("SQS endpoint ARN");
  } else if (protocol == "lambda") {
    if (!is_arn_of("lambda")) throw invalid("Lambda endpoint ARN");
  } else if (protocol == "email" || protocol == "email-json") {
    if (endpoint.find('@') == std::string::npos) throw invalid("Email address");
  } else {
    throw invalid(
        fmt::format("Protocol: {} is not delivered by the local endpoint; sqs, lambda, email and "
                    "email-json are",
                    protocol));
  }
}

bool is_pending(const Json& subscription) {
  return subscription.contains("token");
}

}  // namespace

Sns::Sns(const std::filesystem::path& directory, Clock& clock, Router& router)
    : clock_(clock),
      router_(router),
      outbox_(directory / "outbox.jsonl"),
      database_(
          open_store(directory, "sns", {Documents::schema("topics"), Documents::schema("subscriptions")})),
      topics_(database_, "topics"),
      subscriptions_(database_, "subscriptions") {}

Json Sns::handle(const Call& call) {
  static const Handlers<Sns> kHandlers = {
      {"CreateTopic", &Sns::create_topic},
      {"DeleteTopic", &Sns::delete_topic},
      {"ListTopics", &Sns::list_topics},
      {"GetTopicAttributes", &Sns::get_topic_attributes},
      {"SetTopicAttributes", &Sns::set_topic_attributes},
      {"Subscribe", &Sns::subscribe},
      {"ConfirmSubscription", &Sns::confirm_subscription},
      {"Unsubscribe", &Sns::unsubscribe},
      {"ListSubscriptions", &Sns::list_subscriptions},
      {"ListSubscriptionsByTopic", &Sns::list_subscriptions_by_topic},
      {"GetSubscriptionAttributes", &Sns::get_subscription_attributes},
      {"SetSubscriptionAttributes", &Sns::set_subscription_attributes},
      {"Publish", &Sns::publish},
      {"PublishBatch", &Sns::publish_batch},
      {"TagResource", &Sns::tag_resource},
      {"UntagResource", &Sns::untag_resource},
      {"ListTagsForResource", &Sns::list_tags_for_resource},
  };
  return dispatch(*this, kHandlers, call);
}

Sns::Topic Sns::find_topic(const Call& call, const std::string& arn) {
  if (!arn.starts_with("arn:") || arn_part(arn, 2) != "sns")
    throw invalid("TopicArn Reason: An ARN must have at least 6 elements, not 1");
  const std::string name = arn_part(arn, 5);
  std::optional<Json> document;
  if (arn_part(arn, 3) == call.region) document = topics_.get(call.region, name);
  if (!document) throw not_found("Topic does not exist");
  return {name, std::move(*document)};
}

Json Sns::create_topic(const Call& call) {
  static const std::regex kName("[A-Za-z0-9_-]{1,256}");
  const std::string name = required(call, "Name");
  if (!std::regex_match(name, kName)) throw invalid("Topic Name");
  const Json& attributes = member_or_null(call.input, "Attributes");
  check_topic_attributes(attributes);
  const std::string arn = make_arn("sns", call.region, name);

  const std::lock_guard lock(mutex_);
  if (const auto known = topics_.get(call.region, name)) {
    for (const auto& [attribute, value] : attributes.items())
      if (member_or_null(known->at("attributes"), attribute) != value)
        throw invalid("Attributes Reason: Topic already exists with different attributes");
    return {{"TopicArn", arn}};
  }
  Json document = {
      {"attributes",
       {{"TopicArn", arn}, {"Owner", kAccountId}, {"Policy", policy_of(arn)}, {"DisplayName", ""}}},
      {"tags", Json::object()}};
  document["attributes"].update(attributes.is_null() ? Json::object() : attributes);
  add_tags(document["tags"], member_or_null(call.input, "Tags"));
  topics_.put(call.region, name, document);
  return {{"TopicArn", arn}};
}

// Deleting what is not there succeeds, as at AWS.
Json Sns::delete_topic(const Call& call) {
  const std::lock_guard lock(mutex_);
  const std::string arn = required(call, "TopicArn");
  WriteTransaction transaction(database_);
  for (const auto& entry : subscriptions_of(call.region, arn)) subscriptions_.erase(call.region, entry.name);
  topics_.erase(call.region, arn_part(arn, 5));
  transaction.commit();
  return Json::object();
}

Json Sns::list_topics(const Call& call) {
  const std::lock_guard lock(mutex_);
  const auto [page, next] = take_page(call, {"MaxRecords", "NextToken", 100, 100}, topics_.list(call.region),
                                      [](const Documents::Entry& entry) { return entry.name; });
  Json answer = {{"Topics", Json::array()}};
  for (const auto& entry : page)
    answer["Topics"].push_back({{"TopicArn", make_arn("sns", call.region, entry.name)}});
  if (!next.empty()) answer["NextToken"] = next;
  return answer;
}

Json Sns::get_topic_attributes(const Call& call) {
  const std::lock_guard lock(mutex_);
  const std::string arn = required(call, "TopicArn");
  Json attributes = find_topic(call, arn).document.at("attributes");
  std::size_t pending = 0;
  const auto subscriptions = subscriptions_of(call.region, arn);
  for (const auto& entry : subscriptions) pending += is_pending(entry.document) ? 1 : 0;
  attributes["SubscriptionsPending"] = std::to_string(pending);
  attributes["SubscriptionsConfirmed"] = std::to_string(subscriptions.size() - pending);
  attributes["SubscriptionsDeleted"] = "0";
  return {{"Attributes", std::move(attributes)}};
}

Json Sns::set_topic_attributes(const Call& call) {
  const std::lock_guard lock(mutex_);
  const std::string attribute = required(call, "AttributeName");
  check_attribute(kTopicAttributes, attribute);
  Topic topic = find_topic(call, required(call, "TopicArn"));
  topic.document["attributes"][attribute] = text_or(call, "AttributeValue");
  topics_.put(call.region, topic.name, topic.document);
  return Json::object();
}

std::vector<Documents::Entry> Sns::subscriptions_of(const std::string& region, const std::string& topic_arn) {
  return subscriptions_.list(region, topic_arn + ":");
}

Json Sns::subscribe(const Call& call) {
  const std::string topic_arn = required(call, "TopicArn");
  const std::string protocol = required(call, "Protocol");
  const std::string endpoint = required(call, "Endpoint");
  check_endpoint(protocol, endpoint);
  const Json& attributes = member_or_null(call.input, "Attributes");
  check_subscription_attributes(attributes);
  const bool show_arn = bool_or(call.input, "ReturnSubscriptionArn", false);

  const std::lock_guard lock(mutex_);
  find_topic(call, topic_arn);
  for (const auto& entry : subscriptions_of(call.region, topic_arn)) {
    if (entry.document.at("protocol") != protocol || entry.document.at("endpoint") != endpoint) continue;
    return {
        {"SubscriptionArn", is_pending(entry.document) && !show_arn ? "pending confirmation" : entry.name}};
  }
  const std::string arn = fmt::format("{}:{}", topic_arn, new_uuid());
  Json document = {{"arn", arn},
                   {"topic_arn", topic_arn},
                   {"protocol", protocol},
                   {"endpoint", endpoint},
                   {"attributes", attributes.is_null() ? Json::object() : attributes}};
  const bool pending = protocol.starts_with("email");
  if (pending) {
    document["token"] = random_hex(64);
    write_to_outbox({{"to", endpoint},
                     {"subject", "AWS Notification - Subscription Confirmation"},
                     {"topic_arn", topic_arn},
                     {"confirm", fmt::format("aws sns confirm-subscription --topic-arn {} --token {}",
                                             topic_arn, string_or(document, "token", ""))}});
  }
  subscriptions_.put(call.region, arn, document);
  return {{"SubscriptionArn", pending && !show_arn ? "pending confirmation" : arn}};
}

Json Sns::confirm_subscription(const Call& call) {
  const std::string token = required(call, "Token");
  const std::lock_guard lock(mutex_);
  const std::string topic_arn = required(call, "TopicArn");
  find_topic(call, topic_arn);
  for (auto& [arn, document] : subscriptions_of(call.region, topic_arn)) {
    if (string_or(document, "token", "") != token) continue;
    document.erase("token");
    subscriptions_.put(call.region, arn, document);
    return {{"SubscriptionArn", arn}};
  }
  throw invalid("Token");
}

Json Sns::find_subscription(const Call& call) {
  const std::string arn = required(call, "SubscriptionArn");
  if (split(arn, ':').size() < 7)
    throw invalid("SubscriptionArn Reason: An ARN must have at least 6 elements");
  auto document = subscriptions_.get(call.region, arn);
  if (!document) throw not_found("Subscription does not exist");
  return *document;
}

Json Sns::unsubscribe(const Call& call) {
  const std::lock_guard lock(mutex_);
  subscriptions_.erase(call.region, required(call, "SubscriptionArn"));
  return Json::object();
}

Json Sns::listed(const Call& call, std::vector<Documents::Entry> entries) {
  const auto [page, next] = take_page(call, {"MaxRecords", "NextToken", 100, 100}, std::move(entries),
                                      [](const Documents::Entry& entry) { return entry.name; });
  Json answer = {{"Subscriptions", Json::array()}};
  for (const auto& [arn, document] : page)
    answer["Subscriptions"].push_back(
        {{"SubscriptionArn", is_pending(document) ? "PendingConfirmation" : arn},
         {"Owner", kAccountId},
         {"Protocol", document.at("protocol")},
         {"Endpoint", document.at("endpoint")},
         {"TopicArn", document.at("topic_arn")}});
  if (!next.empty()) answer["NextToken"] = next;
  return answer;
}

Json Sns::list_subscriptions(const Call& call) {
  const std::lock_guard lock(mutex_);
  return listed(call, subscriptions_.list(call.region));
}

Json Sns::list_subscriptions_by_topic(const Call& call) {
  const std::lock_guard lock(mutex_);
  const std::string arn = required(call, "TopicArn");
  find_topic(call, arn);
  return listed(call, subscriptions_of(call.region, arn));
}

Json Sns::get_subscription_attributes(const Call& call) {
  const std::lock_guard lock(mutex_);
  const Json subscription = find_subscription(call);
  Json attributes = {{"SubscriptionArn", subscription.at("arn")},
                     {"TopicArn", subscription.at("topic_arn")},
                     {"Protocol", subscription.at("protocol")},
                     {"Endpoint", subscription.at("endpoint")},
                     {"Owner", kAccountId},
                     {"ConfirmationWasAuthenticated", is_pending(subscription) ? "false" : "true"},
                     {"PendingConfirmation", is_pending(subscription) ? "true" : "false"},
                     {"RawMessageDelivery", "false"}};
  attributes.update(subscription.at("attributes"));
  return {{"Attributes", std::move(attributes)}};
}

Json Sns::set_subscription_attributes(const Call& call) {
  const std::string name = required(call, "AttributeName");
  const std::string value = text_or(call, "AttributeValue");
  check_subscription_attributes({{name, value}});
  const std::lock_guard lock(mutex_);
  Json subscription = find_subscription(call);
  if (value.empty()) {
    subscription["attributes"].erase(name);
  } else {
    subscription["attributes"][name] = value;
  }
  subscriptions_.put(call.region, subscription.at("arn").get<std::string>(), subscription);
  return Json::object();
}

Json Sns::tag_resource(const Call& call) {
  const std::lock_guard lock(mutex_);
  Topic topic = find_topic(call, required(call, "ResourceArn"));
  add_tags(topic.document["tags"], member_or_null(call.input, "Tags"));
  topics_.put(call.region, topic.name, topic.document);
  return Json::object();
}

Json Sns::untag_resource(const Call& call) {
  const std::lock_guard lock(mutex_);
  Topic topic = find_topic(call, required(call, "ResourceArn"));
  remove_tags(topic.document["tags"], member_or_null(call.input, "TagKeys"));
  topics_.put(call.region, topic.name, topic.document);
  return Json::object();
}

Json Sns::list_tags_for_resource(const Call& call) {
  const std::lock_guard lock(mutex_);
  return {{"Tags", tag_list(find_topic(call, required(call, "ResourceArn")).document.at("tags"))}};
}

}  // namespace aurora::local
