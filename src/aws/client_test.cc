#include "aws/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/idempotency.h"
#include "aws/paginate.h"
#include "aws/sigv4_verify.h"
#include "base/dates.h"
#include "http/in_process_transport.h"

namespace aurora::aws {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const TimePoint kStart = *parse_iso("2026-11-21T06:20:51Z");

Credentials example_credentials() {
  return {.access_key_id = "AKIDEXAMPLE",
          .secret_access_key = Secret("very-secret-key"),
          .session_token = Secret("very-secret-token"),
          .expires_at = {}};
}

// A client whose network is a function.
class Bench {
 public:
  Client& client() { return client_; }

  std::vector<http::Request> sent;
  std::function<http::Response(const http::Request&)> answer;
  std::vector<std::string> lines;
  ManualClock clock{kStart};

 private:
  static ClientConfig config() {
    ClientConfig config;
    config.environment = [](const std::string& name) -> std::optional<std::string> {
      return name == "AWS_REGION" ? std::optional<std::string>("us-west-2") : std::nullopt;
    };
    return config;
  }

  http::InProcessTransport network_{[this](const http::Request& request, std::stop_token) {
    sent.push_back(request);
    return answer(request);
  }};
  Client client_{config(), network_, clock,
                 Log(clock, LogLevel::kDebug, [this](const std::string& line) { lines.push_back(line); }),
                 std::make_shared<StaticCredentials>(example_credentials())};
};

http::Response json(std::string body, int status = 200) {
  return {.status = status, .headers = {}, .body = std::move(body)};
}

TEST(Client, SignsWhatItSendsAndDecodesWhatComesBack) {
  Bench bench;
  bench.answer = [](const http::Request&) { return json(R"({"TableNames":["a"]})"); };
  EXPECT_EQ(bench.client().call("dynamodb", "eu-west-1", "ListTables", {{"Limit", 5}}),
            Json({{"TableNames", {"a"}}}));
  ASSERT_EQ(bench.sent.size(), 1u);
  EXPECT_EQ(bench.sent[0].host, "dynamodb.eu-west-1.amazonaws.com");
  const auto lookup = [](std::string_view) { return std::optional(example_credentials()); };
  const SignatureClaim claim = verify_request(bench.sent[0], lookup, kStart);
  EXPECT_EQ(claim.scope.region, "eu-west-1");
  EXPECT_EQ(claim.scope.service, "dynamodb");
}

TEST(Client, WithoutARegionTakesTheConfiguredOne) {
  Bench bench;
  bench.answer = [](const http::Request&) { return json("{}"); };
  bench.client().call("dynamodb", "", "ListTables", Json::object());
  EXPECT_EQ(bench.sent[0].host, "dynamodb.us-west-2.amazonaws.com");
}

TEST(Client, RefusesWrongInputBeforeAnythingIsSent) {
  Bench bench;
  EXPECT_THROW(bench.client().call("dynamodb", "", "GetItem", {{"Table", "t"}}), Error);
  EXPECT_THROW(bench.client().call("dynamodb", "", "GetItems", Json::object()), Error);
  EXPECT_THROW(bench.client().call("dynamo", "", "GetItem", Json::object()), Error);
  EXPECT_TRUE(bench.sent.empty());
}

TEST(Client, ThrowsTheServicesError) {
  Bench bench;
  bench.answer = [](const http::Request&) {
    return json(R"({"__type":"x#ResourceNotFoundException","message":"m"})", 400);
  };
  try {
    bench.client().call("dynamodb", "", "DescribeTable", {{"TableName", "t"}});
    FAIL() << "no error";
  } catch (const ServiceError& error) {
    EXPECT_EQ(error.code(), "ResourceNotFoundException");
    EXPECT_EQ(error.details().operation, "DescribeTable");
  }
}

TEST(Client, SignsEveryAttemptAfreshUnderTheSameToken) {
  Bench bench;
  bench.answer = [&](const http::Request&) {
    return bench.sent.size() == 1 ? json(R"({"__type":"ThrottlingException"})", 400) : json("{}");
  };
  bench.client().call("secretsmanager", "", "CreateSecret", {{"Name", "n"}, {"SecretString", "s"}});
  ASSERT_EQ(bench.sent.size(), 2u);
  EXPECT_THAT(bench.sent[0].body, HasSubstr("ClientRequestToken"));
  EXPECT_EQ(bench.sent[0].body, bench.sent[1].body);
  EXPECT_NE(bench.sent[0].headers.get("Authorization"), bench.sent[1].headers.get("Authorization"));
}

TEST(Client, SignsByTheServersClockOnceItKnowsIt) {
  Bench bench;
  bench.answer = [&](const http::Request&) {
    if (bench.sent.size() > 1) return json("{}");
    http::Response refused = json(R"({"__type":"InvalidSignatureException"})", 400);
    refused.headers.set("Date", "Sat, 21 Nov 2026 08:20:51 GMT");
    return refused;
  };
  bench.client().call("dynamodb", "", "ListTables", Json::object());
  EXPECT_EQ(bench.sent[0].headers.get("X-Amz-Date"), "20261121T062051Z");
  EXPECT_EQ(bench.sent[1].headers.get("X-Amz-Date"), "20261121T082051Z");
}

TEST(Client, LogsNoSecretNoBodyAndNoSignature) {
  Bench bench;
  bench.answer = [](const http::Request&) { return json(R"({"Parameter":{"Value":"answered-secret"}})"); };
  bench.client().call("ssm", "", "PutParameter", {{"Name", "n"}, {"Value", "sent-secret"}});
  ASSERT_FALSE(bench.lines.empty());
  for (const std::string& line : bench.lines) {
    EXPECT_THAT(line, HasSubstr("PutParameter"));
    for (const char* secret : {"sent-secret", "answered-secret", "very-secret", "Signature", "AKIDEXAMPLE"})
      EXPECT_THAT(line, Not(HasSubstr(secret)));
  }
}

TEST(Client, PresignsAQueryCallAsAUrl) {
  Bench bench;
  const http::Request request =
      bench.client().presign("sts", "us-west-2", "GetCallerIdentity", Json::object(), 60s);
  EXPECT_EQ(request.method, "GET");
  EXPECT_TRUE(request.body.empty());
  EXPECT_THAT(request.query,
              testing::StartsWith("Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm="));
  const auto lookup = [](std::string_view) { return std::optional(example_credentials()); };
  EXPECT_TRUE(verify_request(request, lookup, kStart + 30s).presigned);
}

// Answers pages of a list by the token that each names.
class Pages final : public Api {
 public:
  explicit Pages(std::map<std::string, Json> pages) : pages_(std::move(pages)) {}
  Json call(std::string_view, std::string_view, std::string_view, const Json& input) override {
    inputs.push_back(input);
    return pages_.at(string_or(input, "Marker", string_or(input, "NextToken", "")));
  }
  std::vector<Json> inputs;

 private:
  std::map<std::string, Json> pages_;
};

TEST(Paginate, CollectsAllPages) {
  Pages pages({{"", {{"DBClusters", {1, 2}}, {"Marker", "m"}}}, {"m", {{"DBClusters", {3}}}}});
  EXPECT_EQ(collect(pages, "rds", "r", "DescribeDBClusters", {{"MaxRecords", 20}}, "DBClusters"),
            Json({1, 2, 3}));
  EXPECT_EQ(pages.inputs[1], Json({{"MaxRecords", 20}, {"Marker", "m"}}));
}

TEST(Paginate, EndsAtAnEmptyToken) {
  Pages pages({{"", {{"DBClusters", {1}}, {"Marker", ""}}}});
  EXPECT_EQ(collect(pages, "rds", "r", "DescribeDBClusters", {}, "DBClusters"), Json({1}));
}

TEST(Paginate, StopsWhenToldTo) {
  Pages pages({{"", {{"DBClusters", {1}}, {"Marker", "m"}}}});
  for_each_page(pages, "rds", "r", "DescribeDBClusters", Json::object(), [](const Json&) { return false; });
  EXPECT_EQ(pages.inputs.size(), 1u);
}

TEST(Paginate, ARepeatedTokenIsAnError) {
  Pages pages({{"", {{"Marker", "m"}}}, {"m", {{"Marker", "m"}}}});
  EXPECT_THROW(collect(pages, "rds", "r", "DescribeDBClusters", {}, "DBClusters"), Error);
}

TEST(Idempotency, ReadsMayRepeatAndWritesOnlyByTheTable) {
  const auto may = [](const char* service, const char* operation, const Json& input = Json::object()) {
    return may_repeat(require_service(service), require_operation(require_service(service), operation),
                      input);
  };
  EXPECT_TRUE(may("rds", "DescribeDBClusters"));
  EXPECT_TRUE(may("rds", "AddTagsToResource"));
  EXPECT_FALSE(may("rds", "RestoreDBClusterFromSnapshot"));
  EXPECT_FALSE(may("rds", "DeleteDBCluster"));
  EXPECT_FALSE(may("sns", "Publish"));
  EXPECT_FALSE(may("sqs", "ReceiveMessage"));
  EXPECT_FALSE(may("lambda", "Invoke"));
  EXPECT_FALSE(may("stepfunctions", "GetActivityTask"));
  EXPECT_TRUE(may("stepfunctions", "StartExecution", {{"name", "n"}}));
  EXPECT_FALSE(may("stepfunctions", "StartExecution"));
  EXPECT_TRUE(may("dynamodb", "PutItem"));
  EXPECT_FALSE(may("dynamodb", "PutItem", {{"ConditionExpression", "a = b"}}));
  EXPECT_TRUE(may("scheduler", "CreateSchedule", {{"ClientToken", "t"}}));
  EXPECT_FALSE(may("scheduler", "CreateSchedule"));
}

}  // namespace
}  // namespace aurora::aws
