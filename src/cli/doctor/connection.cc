// Whether the endpoint or AWS can be asked, as whom, and whether it answers.
#include <fmt/format.h>

#include "base/dates.h"
#include "base/text.h"
#include "cli/doctor/diagnosis.h"

namespace aurora::cli {
namespace {

// AWS refuses requests whose time is off by more than five minutes.
constexpr auto kSkewMost = std::chrono::minutes(5);
constexpr auto kSkewGood = std::chrono::seconds(10);

// The cheapest question that each service of the pipeline answers.
struct Question {
  const char* service;
  const char* operation;
  Json input;
};

const std::vector<Question>& questions() {
  static const std::vector<Question> kQuestions{{"rds", "DescribeDBClusters", {{"MaxRecords", 20}}},
                                                {"stepfunctions", "ListStateMachines", {{"maxResults", 1}}},
                                                {"lambda", "ListFunctions", {{"MaxItems", 1}}},
                                                {"dynamodb", "ListTables", {{"Limit", 1}}},
                                                {"ssm", "DescribeParameters", {{"MaxResults", 1}}},
                                                {"secretsmanager", "ListSecrets", {{"MaxResults", 1}}},
                                                {"kms", "ListKeys", {{"Limit", 1}}},
                                                {"sns", "ListTopics", Json::object()},
                                                {"sqs", "ListQueues", Json::object()},
                                                {"s3", "ListBuckets", Json::object()},
                                                {"events", "ListRules", {{"Limit", 1}}},
                                                {"logs", "DescribeLogGroups", {{"limit", 1}}}};
  return kQuestions;
}

// What the service says matters less than that it says something: a refusal is an answer.
bool answers(Patient& patient, const Question& question, std::vector<std::string>& refused) {
  try {
    patient.world()->api->call(question.service, patient.world()->region(), question.operation,
                               question.input);
  } catch (const aws::ServiceError& error) {
    refused.push_back(fmt::format("{} ({})", question.service, error.code()));
  } catch (const aws::Unreachable& error) {
    patient.fail(fmt::format("{} does not answer: {}", question.service, error.message()),
                 "Look at the network from here to AWS: proxies, VPC endpoints, DNS.");
    return false;
  }
  return true;
}

}  // namespace

void look_at_endpoint(Patient& patient) {
  if (!patient.local()) {
    const std::string url = patient.context().globals.endpoint_url;
    return patient.ok(url.empty() ? "AWS" : url);
  }
  const auto health = patient.context().host.health(patient.endpoint().url);
  if (health) return patient.ok("serves at " + patient.endpoint().url);
  patient.warn(fmt::format("does not run at {}", patient.endpoint().url), patient.typed("local start"));
}

void look_at_credentials(Patient& patient) {
  if (const auto& error = patient.connection_error())
    return patient.fail(fmt::format("{}: {}", error->name(), error->message()),
                        error->hint().empty() ? patient.typed("explain " + error->name()) : error->hint());
  if (patient.world() == nullptr) return patient.skip(patient.why_no_world());
  const Json identity =
      patient.world()->api->call("sts", patient.world()->region(), "GetCallerIdentity", Json::object());
  patient.ok(fmt::format("{} in {}, account {}", string_or(identity, "Arn", ""), patient.world()->region(),
                         string_or(identity, "Account", "")));
}

void look_at_clock(Patient& patient) {
  const std::string url = patient.local() ? patient.endpoint().url
                          : patient.context().globals.endpoint_url.empty()
                              ? fmt::format("https://sts.{}.amazonaws.com", patient.world()->region())
                              : patient.context().globals.endpoint_url;
  const auto theirs = patient.context().host.server_time(url);
  if (!theirs) return patient.skip(fmt::format("{} does not say its time", url));
  const TimePoint ours = patient.context().clock.now();
  const Duration off = ours > *theirs ? ours - *theirs : *theirs - ours;
  // Answers tell whole seconds.
  if (off <= kSkewGood) return patient.ok("agrees with the server's");
  const std::string found =
      fmt::format("is {} {} the server's", human_duration(off), ours > *theirs ? "ahead of" : "behind");
  const std::string mend = "timedatectl set-ntp true";
  if (off > kSkewMost) return patient.fail(found + "; requests are refused", mend);
  patient.warn(found, mend);
}

void look_at_services(Patient& patient) {
  std::vector<std::string> refused;
  std::size_t answered = 0;
  const Duration began = patient.context().clock.monotonic();
  for (const Question& question : questions()) answered += answers(patient, question, refused) ? 1U : 0U;
  const Duration took = patient.context().clock.monotonic() - began;
  if (!refused.empty())
    patient.warn(fmt::format("refused to list: {}", join(refused, ", ")),
                 "Have the permissions granted, or leave it: only looking needs them.");
  if (answered == questions().size() && refused.empty())
    patient.ok(fmt::format("all {} answer, on average within {}", answered,
                           human_duration(took / static_cast<int>(answered))));
}

}  // namespace aurora::cli
