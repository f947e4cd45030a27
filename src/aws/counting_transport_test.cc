#include "aws/counting_transport.h"

#include <gtest/gtest.h>

namespace aurora::aws {
namespace {

struct Answer final : http::Transport {
  using Transport::send;
  http::Response send(const http::Request&, const http::SendOptions&) override { return response; }
  http::Response response;
};

TEST(CountingTransport, CountsEachAttemptAndThoseRefusedForTheirRate) {
  Answer answer;
  CallCounter counter;
  CountingTransport counting(answer, counter);
  const auto send = [&](int status, const std::string& body) {
    answer.response.status = status;
    answer.response.body = body;
    counting.send({}, {});
  };
  send(200, "a table named Throttling");
  send(400, R"({"__type":"com.amazon.coral.availability#ThrottlingException"})");
  send(400, "<Error><Code>Throttling</Code></Error>");
  send(503, "<Error><Code>SlowDown</Code></Error>");
  send(429, "");
  send(400, "<Error><Code>DBClusterNotFoundFault</Code></Error>");
  EXPECT_EQ(counter.calls, 6);
  EXPECT_EQ(counter.throttles, 4);
}

http::Request signed_for(const std::string& service, const std::string& target, std::size_t bytes) {
  http::Request request;
  request.headers.set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261128/us-west-2/" +
                                           service + "/aws4_request, SignedHeaders=host, Signature=00");
  request.headers.set("X-Amz-Target", target);
  request.body = std::string(bytes, 'x');
  return request;
}

TEST(CountingTransport, CountsByServiceWhatIsPaidForByRequest) {
  Answer answer;
  CallCounter counter;
  CountingTransport counting(answer, counter);
  counting.send(signed_for("sns", "", 10), {});
  counting.send(signed_for("sqs", "AmazonSQS.SendMessage", 10), {});
  counting.send(signed_for("rds", "", 10), {});
  counting.send(signed_for("rds", "", 10), {});
  counting.send({}, {});
  EXPECT_EQ(counter.sns, 1);
  EXPECT_EQ(counter.sqs, 1);
  EXPECT_EQ(counter.rds, 2);
  EXPECT_EQ(counter.dynamodb, 0);
}

TEST(CountingTransport, TellsDynamoDbsUnitsBySizes) {
  Answer answer;
  CallCounter counter;
  CountingTransport counting(answer, counter);
  counting.send(signed_for("dynamodb", "DynamoDB_20120810.PutItem", 1025), {});
  EXPECT_EQ(counter.dynamodb_write_halves, 4);
  answer.response.body = std::string(4097, 'x');
  counting.send(signed_for("dynamodb", "DynamoDB_20120810.GetItem", 10), {});
  EXPECT_EQ(counter.dynamodb_read_halves, 4);
  counting.send(signed_for("dynamodb", "DynamoDB_20120810.Query", 10), {});
  EXPECT_EQ(counter.dynamodb_read_halves, 6);
  EXPECT_EQ(counter.dynamodb, 3);
}

}  // namespace
}  // namespace aurora::aws
