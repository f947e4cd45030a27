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

}  // namespace
}  // namespace aurora::aws
