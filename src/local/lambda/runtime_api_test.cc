#include "local/lambda/runtime_api.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/json.h"

namespace aurora::local {
namespace {

using namespace std::chrono_literals;

constexpr char kNext[] = "/2018-06-01/runtime/invocation/next";

class RuntimeApiTest : public ::testing::Test {
 protected:
  http::Response get(const std::string& path, std::stop_token stop = {}) {
    http::Request request;
    request.path = path;
    return api_.handle(request, std::move(stop));
  }
  http::Response post(const std::string& path, std::string body, http::Headers headers = {}) {
    http::Request request;
    request.method = "POST";
    request.path = "/2018-06-01/runtime/" + path;
    request.body = std::move(body);
    request.headers = std::move(headers);
    return api_.handle(request, {});
  }
  void submit(const std::string& id = "r-1") {
    api_.submit({id, R"({"a":1})", "arn:f", TimePoint(1792650000123ms)});
  }

  RuntimeApi api_;
};

TEST_F(RuntimeApiTest, GivesTheJobAndTakesItsAnswer) {
  submit();
  const http::Response next = get(kNext);
  EXPECT_EQ(next.status, 200);
  EXPECT_EQ(next.headers.get("Lambda-Runtime-Aws-Request-Id"), "r-1");
  EXPECT_EQ(next.headers.get("Lambda-Runtime-Deadline-Ms"), "1792650000123");
  EXPECT_EQ(next.headers.get("Lambda-Runtime-Invoked-Function-Arn"), "arn:f");
  EXPECT_EQ(next.body, R"({"a":1})");
  EXPECT_EQ(post("invocation/r-1/response", "2").status, 202);
  ASSERT_EQ(api_.wait_answer(0ms), RuntimeApi::Wait::kAnswered);
  const RuntimeAnswer answer = api_.take_answer();
  EXPECT_FALSE(answer.failed);
  EXPECT_EQ(answer.payload, "2");
}

TEST_F(RuntimeApiTest, ErrorsAreAnswersThatFailed) {
  submit();
  get(kNext);
  EXPECT_EQ(post("invocation/r-1/error", R"({"errorType":"X"})").status, 202);
  const RuntimeAnswer answer = api_.take_answer();
  EXPECT_TRUE(answer.failed);
  EXPECT_EQ(answer.payload, R"({"errorType":"X"})");
}

TEST_F(RuntimeApiTest, ErrorWithoutUsableBodyIsMadeOfItsHeader) {
  submit();
  get(kNext);
  post("invocation/r-1/error", "boom", {{"Lambda-Runtime-Function-Error-Type", "Runtime.Y"}});
  EXPECT_EQ(api_.take_answer().payload, R"({"errorType":"Runtime.Y","errorMessage":"boom"})");
}

TEST_F(RuntimeApiTest, AnswersToOtherInvocationsAreRefused) {
  submit();
  EXPECT_EQ(post("invocation/r-1/response", "early").status, 400) << "nobody was given the job yet";
  get(kNext);
  EXPECT_EQ(post("invocation/r-0/response", "late").status, 400);
  EXPECT_EQ(api_.wait_answer(0ms), RuntimeApi::Wait::kTimedOut);
  EXPECT_EQ(post("invocation/r-1/response", "1").status, 202);
  EXPECT_EQ(post("invocation/r-1/response", "2").status, 400);
  EXPECT_EQ(api_.take_answer().payload, "1");
}

TEST_F(RuntimeApiTest, TooLargeAnswerFailsTheInvocation) {
  submit();
  get(kNext);
  EXPECT_EQ(post("invocation/r-1/response", std::string(kSyncPayloadBytesMax + 1, ' ')).status, 413);
  const RuntimeAnswer answer = api_.take_answer();
  EXPECT_TRUE(answer.failed);
  EXPECT_EQ(parse_json(answer.payload, "answer").at("errorType"), "Function.ResponseSizeTooLarge");
}

TEST_F(RuntimeApiTest, FirstRequestForWorkEndsTheInitialisation) {
  EXPECT_EQ(api_.wait_ready(0ms), RuntimeApi::Init::kTimedOut);
  std::jthread function([&](std::stop_token stop) { get(kNext, stop); });
  EXPECT_EQ(api_.wait_ready(10s), RuntimeApi::Init::kReady);
}

TEST_F(RuntimeApiTest, InitErrorIsKeptAndOnlyTakenBeforeTheFirstRequestForWork) {
  EXPECT_EQ(post("init/error", R"({"errorType":"Z"})").status, 202);
  EXPECT_EQ(api_.wait_ready(0ms), RuntimeApi::Init::kFailed);
  EXPECT_EQ(api_.init_error(), R"({"errorType":"Z"})");
  api_.end();
  get(kNext);
  EXPECT_EQ(post("init/error", "{}").status, 403);
}

TEST_F(RuntimeApiTest, EndWakesWhoeverWaits) {
  submit();
  api_.end();
  EXPECT_EQ(api_.wait_answer(10s), RuntimeApi::Wait::kEnded);
  EXPECT_FALSE(api_.delivered());
  EXPECT_EQ(get(kNext).status, 500);
}

TEST_F(RuntimeApiTest, RequestOfAProcessThatWentAwayTakesNoJob) {
  std::stop_source gone;
  gone.request_stop();
  EXPECT_EQ(get(kNext, gone.get_token()).status, 500);
  submit();
  EXPECT_FALSE(api_.delivered());
  EXPECT_EQ(get(kNext).status, 200);
  EXPECT_TRUE(api_.delivered());
}

TEST_F(RuntimeApiTest, OtherPathsAreNotFound) {
  EXPECT_EQ(get("/2018-06-01/runtime/invocation/r-1/response").status, 404);
  EXPECT_EQ(post("invocation/next", "").status, 404);
  EXPECT_EQ(get("/").status, 404);
}

}  // namespace
}  // namespace aurora::local
