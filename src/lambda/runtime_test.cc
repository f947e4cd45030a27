#include "lambda/runtime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/scripted_transport.h"

namespace aurora::lambda {
namespace {

using http::TransportError;

TransportError refused() {
  return TransportError("ConnectionRefused", "nothing listens", true);
}
TransportError lost() {
  return TransportError("ConnectionClosed", "the answer was lost", false);
}

class RuntimeTest : public testing::Test {
 protected:
  void queue_invocation(std::string event) {
    transport_.answer(
        200, std::move(event),
        {{"Lambda-Runtime-Aws-Request-Id", "8476a536"},
         {"Lambda-Runtime-Deadline-Ms", "1792650000123"},
         {"Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-west-2:123456789012:function:f"},
         {"Lambda-Runtime-Trace-Id", "Root=1-5bef4de7"}});
  }

  // Runs until the Runtime API is gone.
  int run(const Handler& handler) {
    transport_.fail(refused());
    const int code = Runtime("127.0.0.1:9001", transport_).run(handler);
    EXPECT_EQ(transport_.unused(), 0u);
    return code;
  }

  http::Request request(std::size_t index) { return transport_.requests().at(index); }

  http::ScriptedTransport transport_;
};

TEST_F(RuntimeTest, AsksHandlesAndAnswers) {
  queue_invocation(R"({"operation_id":"op-1"})");
  transport_.answer(202, R"({"status":"OK"})");
  Invocation seen;
  EXPECT_EQ(run([&](const Json& event, const Invocation& invocation) {
              seen = invocation;
              return Json{{"echo", event.at("operation_id")}};
            }),
            0);
  EXPECT_EQ(request(0).method, "GET");
  EXPECT_EQ(request(0).host, "127.0.0.1");
  EXPECT_EQ(request(0).port, 9001);
  EXPECT_EQ(request(0).target(), "/2018-06-01/runtime/invocation/next");
  EXPECT_EQ(request(1).method, "POST");
  EXPECT_EQ(request(1).target(), "/2018-06-01/runtime/invocation/8476a536/response");
  EXPECT_EQ(request(1).body, R"({"echo":"op-1"})");
  EXPECT_EQ(seen.request_id, "8476a536");
  EXPECT_EQ(seen.function_arn, "arn:aws:lambda:us-west-2:123456789012:function:f");
  EXPECT_EQ(seen.deadline, TimePoint(std::chrono::milliseconds(1792650000123)));
  EXPECT_EQ(seen.trace_id, "Root=1-5bef4de7");
}

TEST_F(RuntimeTest, ErrorIsPostedUnderItsName) {
  queue_invocation("{}");
  transport_.answer(202, "");
  run([](const Json&, const Invocation&) -> Json {
    throw Error("SnapshotNotFound", "no snapshot 'x'", "see 'aurora-restore snapshots'");
  });
  EXPECT_EQ(request(1).target(), "/2018-06-01/runtime/invocation/8476a536/error");
  EXPECT_EQ(request(1).headers.get("Lambda-Runtime-Function-Error-Type"), "SnapshotNotFound");
  EXPECT_EQ(
      request(1).body,
      R"({"errorType":"SnapshotNotFound","errorMessage":"no snapshot 'x' see 'aurora-restore snapshots'",)"
      R"("stackTrace":[],"hint":"see 'aurora-restore snapshots'"})");
}

TEST_F(RuntimeTest, OtherExceptionsDoNotEndTheFunction) {
  queue_invocation("{}");
  transport_.answer(202, "");
  queue_invocation("{}");
  transport_.answer(202, "");
  int calls = 0;
  EXPECT_EQ(run([&](const Json&, const Invocation&) -> Json {
              if (++calls == 1) throw std::out_of_range("vector");
              return "fine";
            }),
            0);
  EXPECT_EQ(request(1).headers.get("Lambda-Runtime-Function-Error-Type"), "InternalError");
  EXPECT_EQ(request(3).body, R"("fine")");
}

TEST_F(RuntimeTest, EventThatIsNoJsonIsAnError) {
  queue_invocation("{");
  transport_.answer(202, "");
  run([](const Json&, const Invocation&) -> Json { return "never called"; });
  EXPECT_EQ(request(1).headers.get("Lambda-Runtime-Function-Error-Type"), "InvalidJson");
}

TEST_F(RuntimeTest, AnswerBeyondTheLimitIsANamedError) {
  queue_invocation("{}");
  transport_.answer(202, "");
  run([](const Json&, const Invocation&) -> Json { return std::string(kPayloadBytesMax, 'x'); });
  EXPECT_EQ(request(1).headers.get("Lambda-Runtime-Function-Error-Type"), "Function.ResponseSizeTooLarge");
}

TEST_F(RuntimeTest, AnswerThatGotLostIsPostedAgain) {
  queue_invocation("{}");
  transport_.fail(lost()).answer(202, "");
  EXPECT_EQ(run([](const Json&, const Invocation&) -> Json { return 1; }), 0);
  EXPECT_EQ(request(2).target(), "/2018-06-01/runtime/invocation/8476a536/response");
}

TEST_F(RuntimeTest, RefusedAnswerIsNoReasonToEnd) {
  queue_invocation("{}");
  transport_.answer(400, R"({"errorType":"InvalidRequestID"})");
  queue_invocation("{}");
  transport_.answer(202, "");
  EXPECT_EQ(run([](const Json&, const Invocation&) -> Json { return 1; }), 0);
}

TEST_F(RuntimeTest, ApiThatWasNeverThereIsAnError) {
  EXPECT_EQ(run([](const Json&, const Invocation&) -> Json { return 1; }), 1);
}

TEST_F(RuntimeTest, BrokenApiEndsTheFunctionInsteadOfSpinning) {
  const Handler handler = [](const Json&, const Invocation&) -> Json { return 1; };
  http::ScriptedTransport container_error;
  container_error.answer(500, "");
  EXPECT_EQ(Runtime("h:1", container_error).run(handler), 1);
  http::ScriptedTransport dropping;
  dropping.fail(lost()).fail(lost()).fail(lost());
  EXPECT_EQ(Runtime("h:1", dropping).run(handler), 1);
  http::ScriptedTransport forbidding;
  forbidding.answer(403, "").answer(403, "").answer(403, "");
  EXPECT_EQ(Runtime("h:1", forbidding).run(handler), 1);
}

TEST_F(RuntimeTest, InitErrorIsReported) {
  transport_.answer(202, "");
  Runtime("127.0.0.1:9001", transport_).report_init_error(Error("UnknownHandler", "no step 'x'"));
  EXPECT_EQ(request(0).target(), "/2018-06-01/runtime/init/error");
  EXPECT_EQ(request(0).headers.get("Lambda-Runtime-Function-Error-Type"), "UnknownHandler");
  EXPECT_EQ(request(0).body,
            R"({"errorType":"UnknownHandler","errorMessage":"no step 'x'","stackTrace":[]})");
}

}  // namespace
}  // namespace aurora::lambda
