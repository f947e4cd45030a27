#include "http/fault_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/in_process_transport.h"
#include "http/scripted_transport.h"

namespace aurora::http {
namespace {

using namespace std::chrono_literals;

class Faults : public testing::Test {
 protected:
  // What 200 requests of one run came to, one character each.
  std::string run(const FaultPlan& plan) {
    handled_ = 0;
    InProcessTransport inner([this](const Request&, std::stop_token) {
      ++handled_;
      return Response{};
    });
    FaultTransport faulty(inner, clock_, plan);
    std::string story;
    for (int i = 0; i < 200; ++i) {
      try {
        story += faulty.send(Request{}, SendOptions{}).status == 200 ? '.' : '5';
      } catch (const TransportError& error) {
        story += error.not_sent() ? 'R' : error.name()[0];
      }
    }
    return story;
  }

  ManualClock clock_{TimePoint{}};
  int handled_ = 0;
};

TEST_F(Faults, SameSeedGivesTheSameFaultsAndAnotherGivesOthers) {
  FaultPlan plan{
      .seed = 7, .refuse = 0.1, .time_out = 0.1, .drop_answer = 0.1, .unavailable = 0.1, .delay = 0.2};
  const std::string first = run(plan);
  EXPECT_EQ(run(plan), first);
  for (const char fault : {'R', 'T', 'C', '5', '.'}) EXPECT_NE(first.find(fault), std::string::npos) << fault;
  plan.seed = 8;
  EXPECT_NE(run(plan), first);
}

TEST_F(Faults, RefusedRequestsNeverReachTheServerAndDroppedAnswersDo) {
  EXPECT_EQ(run({.refuse = 1, .in_a_row_max = 1000}), std::string(200, 'R'));
  EXPECT_EQ(handled_, 0);
  EXPECT_EQ(run({.drop_answer = 1, .in_a_row_max = 1000}), std::string(200, 'C'));
  EXPECT_EQ(handled_, 200);
}

TEST_F(Faults, EveryThirdRequestGetsThroughWhenAllWouldFail) {
  EXPECT_TRUE(run({.internal_error = 1, .in_a_row_max = 2}).starts_with("55.55.55."));
}

TEST_F(Faults, TimeoutsTakeTheCallersTime) {
  ScriptedTransport inner;
  FaultTransport faulty(inner, clock_, {.time_out = 1});
  EXPECT_THROW(faulty.send(Request{}, SendOptions{.timeout = 5s}), TransportError);
  EXPECT_EQ(clock_.now(), TimePoint(5s));
}

TEST_F(Faults, StopEndsAnInjectedWait) {
  ScriptedTransport inner;
  FaultTransport faulty(inner, clock_, {.time_out = 1});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(faulty.send(Request{}, SendOptions{.stop = stop.get_token()}), Cancelled);
}

TEST(ScriptedTransport, GivesItsScriptInOrderAndRefusesMore) {
  ScriptedTransport transport;
  transport.answer(201, "a").fail(TransportError("Timeout", "no answer", false));
  Request request;
  request.path = "/x";
  EXPECT_EQ(transport.send(request).status, 201);
  EXPECT_THROW(transport.send(request), TransportError);
  EXPECT_EQ(transport.unused(), 0u);
  try {
    transport.send(request);
    FAIL() << "answered beyond its script";
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "ScriptExhausted");
  }
  EXPECT_EQ(transport.requests().size(), 3u);
}

TEST(InProcessTransport, HandlerSeesTheHostThatAServerWouldSee) {
  std::string host;
  InProcessTransport transport([&](const Request& request, std::stop_token) {
    host = request.headers.get_or("Host", "");
    return Response{};
  });
  Request request;
  request.host = "localhost";
  request.port = 4566;
  transport.send(request);
  EXPECT_EQ(host, "localhost:4566");
}

}  // namespace
}  // namespace aurora::http
