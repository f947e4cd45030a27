#include "aws/retry.h"

#include <gtest/gtest.h>

#include <variant>

#include "base/dates.h"
#include "http/scripted_transport.h"

namespace aurora::aws {
namespace {

using namespace std::chrono_literals;

const TimePoint kStart = *parse_iso("2026-11-21T06:20:51Z");

http::Response answer(int status, const std::string& code = "", http::Headers headers = {}) {
  return {
      .status = status,
      .headers = std::move(headers),
      .body = code.empty() ? "" : "<ErrorResponse><Error><Code>" + code + "</Code></Error></ErrorResponse>"};
}

using Step = std::variant<http::Response, http::TransportError>;

struct Fixture {
  explicit Fixture(const std::vector<Step>& steps, bool repeatable = true,
                   std::string operation = "DescribeDBClusters")
      : context{.service = require_service("rds"),
                .operation = require_operation(require_service("rds"), operation),
                .region = "us-west-2",
                .repeatable = repeatable} {
    options.random = [] { return 0.5; };
    for (const Step& step : steps) {
      if (const auto* error = std::get_if<http::TransportError>(&step))
        script.fail(*error);
      else
        script.answer(std::get<http::Response>(step));
    }
  }

  http::Response send(std::stop_token stop = {}) {
    http::SendOptions send_options;
    send_options.stop = std::move(stop);
    return RetryTransport(script, context, options, clock, state).send(http::Request{}, send_options);
  }

  http::ScriptedTransport script;
  CallContext context;
  RetryOptions options;
  ManualClock clock{kStart};
  RetryState state;
};

const http::TransportError kRefused("ConnectionRefused", "refused", true);
const http::TransportError kTimedOut("Timeout", "no answer", false);

TEST(Retry, RepeatsATransientFailureUntilItSucceeds) {
  Fixture fixture({answer(500), answer(503, "ServiceUnavailable"), answer(200)});
  EXPECT_EQ(fixture.send().status, 200);
  EXPECT_EQ(fixture.script.requests().size(), 3u);
  // Half of 100 ms, then half of 200 ms.
  EXPECT_EQ(fixture.clock.now() - kStart, 150ms);
}

TEST(Retry, GivesUpAfterThreeAttemptsWithTheLastAnswer) {
  Fixture fixture({answer(500), answer(500), answer(502)});
  EXPECT_EQ(fixture.send().status, 502);
  EXPECT_EQ(fixture.script.requests().size(), 3u);
}

TEST(Retry, LeavesATerminalErrorAlone) {
  Fixture fixture({answer(404, "DBClusterNotFoundFault")});
  EXPECT_EQ(fixture.send().status, 404);
  EXPECT_EQ(fixture.script.requests().size(), 1u);
}

TEST(Retry, NeverRepeatsAnUnsafeCallOfUnknownFate) {
  Fixture after_500({answer(500)}, false, "CreateDBInstance");
  EXPECT_EQ(after_500.send().status, 500);
  Fixture after_timeout({kTimedOut}, false, "CreateDBInstance");
  EXPECT_THROW(after_timeout.send(), http::TransportError);
}

TEST(Retry, RepeatsThrottledUnsafeCall) {
  Fixture fixture({answer(400, "Throttling"), answer(200)}, false, "CreateDBInstance");
  EXPECT_EQ(fixture.send().status, 200);
  EXPECT_EQ(fixture.clock.now() - kStart, 500ms) << "throttled calls wait longer";
}

TEST(Retry, RepeatsUnsafeCallThatWasNeverSent) {
  Fixture fixture({kRefused, answer(200)}, false, "CreateDBInstance");
  EXPECT_EQ(fixture.send().status, 200);
}

TEST(Retry, ThrowsTheLastTransportError) {
  Fixture fixture({kTimedOut, kTimedOut, kRefused});
  try {
    fixture.send();
    FAIL() << "no error";
  } catch (const http::TransportError& error) {
    EXPECT_EQ(error.name(), "ConnectionRefused");
  }
}

TEST(Retry, DoesNotRepeatATlsError) {
  Fixture fixture({http::TransportError("TlsError", "certificate", true)});
  EXPECT_THROW(fixture.send(), http::TransportError);
  EXPECT_EQ(fixture.script.requests().size(), 1u);
}

TEST(Retry, WaitsAsLongAsTheServerAsks) {
  Fixture seconds({answer(503, "", {{"Retry-After", "7"}}), answer(200)});
  seconds.send();
  EXPECT_EQ(seconds.clock.now() - kStart, 7s);
  Fixture milliseconds({answer(503, "", {{"x-amz-retry-after", "1500"}}), answer(200)});
  milliseconds.send();
  EXPECT_EQ(milliseconds.clock.now() - kStart, 1500ms);
  Fixture date({answer(503, "", {{"Retry-After", "Sat, 21 Nov 2026 06:20:54 GMT"}}), answer(200)});
  date.send();
  EXPECT_EQ(date.clock.now() - kStart, 3s);
}

TEST(Retry, NeverWaitsLongerThanItsLimit) {
  Fixture fixture({answer(503, "", {{"Retry-After", "86400"}}), answer(200)});
  fixture.send();
  EXPECT_EQ(fixture.clock.now() - kStart, 20s);
}

TEST(Retry, NumbersItsAttemptsUnderOneInvocation) {
  Fixture fixture({answer(500), answer(200)});
  fixture.send();
  EXPECT_EQ(fixture.script.requests()[0].headers.get("amz-sdk-request"), "attempt=1; max=3");
  EXPECT_EQ(fixture.script.requests()[1].headers.get("amz-sdk-request"), "attempt=2; max=3");
  EXPECT_EQ(fixture.script.requests()[0].headers.get("amz-sdk-invocation-id"),
            fixture.script.requests()[1].headers.get("amz-sdk-invocation-id"));
}

TEST(Retry, StopsWhileWaiting) {
  Fixture fixture({answer(500), answer(200)});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(fixture.send(stop.get_token()), Cancelled);
  EXPECT_EQ(fixture.script.requests().size(), 1u);
}

TEST(Retry, LearnsTheServersClockOnce) {
  const http::Headers an_hour_on = {{"Date", "Sat, 21 Nov 2026 07:20:51 GMT"}};
  Fixture fixture({answer(403, "RequestTimeTooSkewed", an_hour_on), answer(200)}, false, "CreateDBInstance");
  EXPECT_EQ(fixture.send().status, 200);
  EXPECT_EQ(fixture.state.skew.offset(), 1h);
  Fixture hopeless(
      {answer(403, "SignatureDoesNotMatch", an_hour_on), answer(403, "SignatureDoesNotMatch", an_hour_on)});
  EXPECT_EQ(hopeless.send().status, 403);
  EXPECT_EQ(hopeless.script.requests().size(), 2u);
}

TEST(Retry, WrongSignatureWithTheRightTimeIsTerminal) {
  Fixture fixture({answer(403, "SignatureDoesNotMatch", {{"Date", "Sat, 21 Nov 2026 06:20:50 GMT"}})});
  EXPECT_EQ(fixture.send().status, 403);
  EXPECT_EQ(fixture.script.requests().size(), 1u);
}

TEST(Retry, BudgetEndsRetriesWhenMuchFails) {
  Fixture fixture({});
  while (fixture.state.budget.take(FailureKind::kThrottled)) {
  }
  fixture.script.answer(answer(500));
  EXPECT_EQ(fixture.send().status, 500);
  EXPECT_EQ(fixture.script.requests().size(), 1u);
}

TEST(Retry, SuccessGivesBackWhatItsRetryCost) {
  Fixture fixture({answer(500), answer(200)});
  const int before = fixture.state.budget.tokens();
  fixture.send();
  EXPECT_EQ(fixture.state.budget.tokens(), before);
}

TEST(Retry, S3MayFailAfterItsStatus) {
  Fixture fixture(
      {http::Response{.status = 200, .headers = {}, .body = "<Error><Code>InternalError</Code></Error>"},
       answer(200)});
  const Service& s3 = require_service("s3");
  const CallContext context{
      .service = s3, .operation = require_operation(s3, "CopyObject"), .region = "r", .repeatable = true};
  RetryTransport(fixture.script, context, fixture.options, fixture.clock, fixture.state)
      .send(http::Request{}, {});
  EXPECT_EQ(fixture.script.requests().size(), 2u);
}

TEST(RetryDelay, DoublesUpToItsLimit) {
  const RetryOptions options;
  EXPECT_EQ(retry_delay(options, FailureKind::kTransient, 1, 0.5), 50ms);
  EXPECT_EQ(retry_delay(options, FailureKind::kTransient, 4, 0.5), 400ms);
  EXPECT_EQ(retry_delay(options, FailureKind::kTransient, 30, 0.5), 10s);
  EXPECT_EQ(retry_delay(options, FailureKind::kThrottled, 2, 0.5), 1s);
  EXPECT_EQ(retry_delay(options, FailureKind::kTransient, 3, 0.0), 0s);
}

TEST(FailureKind, FollowsTheCodeBeforeTheStatus) {
  const auto kind = [](const char* code, int status) { return kind_of(ServiceError(code, "", status)); };
  EXPECT_EQ(kind("SlowDown", 503), FailureKind::kThrottled);
  EXPECT_EQ(kind("ProvisionedThroughputExceededException", 400), FailureKind::kThrottled);
  EXPECT_EQ(kind("RequestTimeout", 400), FailureKind::kTransient);
  EXPECT_EQ(kind("Whatever", 504), FailureKind::kTransient);
  EXPECT_EQ(kind("InvalidDBClusterStateFault", 400), FailureKind::kTerminal);
  EXPECT_EQ(kind("SnapshotQuotaExceeded", 400), FailureKind::kTerminal);
  EXPECT_EQ(kind("AccessDenied", 403), FailureKind::kTerminal);
}

}  // namespace
}  // namespace aurora::aws
