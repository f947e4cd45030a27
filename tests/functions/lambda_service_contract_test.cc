// The Lambda service with a real function in real processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zip.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "local/lambda/lambda_service.h"
#include "local/testing/temporary_directory.h"

namespace aurora::local {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kRegion[] = "us-west-2";

bool is_alive(int pid) {
  return ::kill(pid, 0) == 0;
}

// Waits for what another thread or process brings about.
template <class Condition>
bool soon(Condition condition) {
  SystemClock clock;
  for (int i = 0; i < 5000; ++i) {
    if (condition()) return true;
    clock.sleep_for(1ms);
  }
  return false;
}

class LambdaServiceTest : public ::testing::Test {
 protected:
  LambdaServiceTest() {
    options_.init_timeout = 10s;
    options_.events.retry_after = {10ms, 10ms};
    options_.events.throttled_retry_after = 5ms;
  }

  LambdaService& service() {
    if (service_) return *service_;
    service_ = std::make_unique<LambdaService>(
        directory_.path(), clock_, options_,
        [this](const std::string& function, const std::string& region, const std::string& stream, TimePoint,
               const std::string& line) {
          const std::lock_guard lock(mutex_);
          streams_.insert(fmt::format("{} {} {}", function, region, stream));
          lines_.push_back(line);
        });
    define("f", "ordinary");
    return *service_;
  }

  void define(const std::string& name, const std::string& handler, std::chrono::seconds timeout = 20s) {
    service().define({.name = name,
                      .region = kRegion,
                      .executable = AURORA_TEST_FUNCTION,
                      .handler = handler,
                      .environment = {{"AWS_ENDPOINT_URL", "http://127.0.0.1:4566"}, {"LOG_LEVEL", "INFO"}},
                      .timeout = timeout});
  }

  Json call(const std::string& operation, Json input) {
    return service().handle({.service = "lambda",
                             .region = kRegion,
                             .operation = operation,
                             .input = std::move(input),
                             .request_id = "",
                             .stop = {}});
  }

  Json invoke(const Json& event, const std::string& function = "f") {
    return call("Invoke", {{"FunctionName", function}, {"Payload", dump_json(event)}});
  }
  static Json payload(const Json& output) {
    return parse_json(output.at("Payload").get<std::string>(), "payload");
  }
  int pid_of(const Json& event = Json::object(), const std::string& function = "f") {
    return payload(invoke(event, function)).at("pid").get<int>();
  }

  std::string refusal(const std::string& operation, Json input) {
    try {
      call(operation, std::move(input));
    } catch (const aws::ServiceError& error) {
      return fmt::format("{} {}", error.status(), error.code());
    }
    return "none";
  }

  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

  const testing::TemporaryDirectory directory_;
  SystemClock clock_;
  LambdaOptions options_;
  std::mutex mutex_;
  std::vector<std::string> lines_;
  std::set<std::string> streams_;
  std::unique_ptr<LambdaService> service_;
};

TEST_F(LambdaServiceTest, AnswersWithWhatTheFunctionAnswered) {
  const Json output = call("Invoke", {{"FunctionName", "f"}, {"Payload", R"({"a":"ä"})"}});
  EXPECT_EQ(output.at("StatusCode"), 200);
  EXPECT_EQ(output.at("ExecutedVersion"), "$LATEST");
  EXPECT_FALSE(output.contains("FunctionError"));
  const Json answer = payload(output);
  EXPECT_EQ(answer.at("echo"), (Json{{"a", "ä"}}));
  EXPECT_EQ(answer.at("arn"), "arn:aws:lambda:us-west-2:123456789012:function:f");
  const auto left = answer.at("deadline_ms").get<std::int64_t>() - clock_.now().time_since_epoch() / 1ms;
  EXPECT_GT(left, 15000);
  EXPECT_LE(left, 20000);
}

TEST_F(LambdaServiceTest, EventIsAnEmptyObjectWhenThereIsNoPayload) {
  EXPECT_EQ(payload(call("Invoke", {{"FunctionName", "f"}})).at("echo"), Json::object());
}

TEST_F(LambdaServiceTest, ProcessSeesItsOwnEnvironmentOnly) {
  const Json seen = payload(invoke({{"environment", true}})).at("environment");
  EXPECT_EQ(seen.at("_HANDLER"), "ordinary");
  EXPECT_EQ(seen.at("AWS_LAMBDA_FUNCTION_NAME"), "f");
  EXPECT_EQ(seen.at("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), "128");
  EXPECT_EQ(seen.at("AWS_LAMBDA_FUNCTION_VERSION"), "$LATEST");
  EXPECT_EQ(seen.at("AWS_LAMBDA_LOG_GROUP_NAME"), "/aws/lambda/f");
  EXPECT_THAT(seen.at("AWS_LAMBDA_RUNTIME_API").get<std::string>(), StartsWith("127.0.0.1:"));
  EXPECT_EQ(seen.at("AWS_REGION"), kRegion);
  EXPECT_EQ(seen.at("AWS_DEFAULT_REGION"), kRegion);
  EXPECT_EQ(seen.at("AWS_ENDPOINT_URL"), "http://127.0.0.1:4566");
  EXPECT_EQ(seen.at("LOG_LEVEL"), "INFO");
  EXPECT_FALSE(seen.contains("HOME")) << "the environment of the test leaked into the function";
}

TEST_F(LambdaServiceTest, InstancesHaveCredentialsOfASessionThatIsNamedAfterTheFunction) {
  SessionKeys keys(directory_.path(), clock_);
  options_.keys = &keys;
  const Json environment = payload(invoke({{"environment", true}}))["environment"];
  const auto key = keys.find(environment["AWS_ACCESS_KEY_ID"].get<std::string>());
  ASSERT_TRUE(key);
  EXPECT_EQ(key->arn, "arn:aws:sts::123456789012:assumed-role/aurora-restore-lambda/f");
  EXPECT_EQ(environment["AWS_SESSION_TOKEN"], key->session_token);
  EXPECT_EQ(environment["AWS_SECRET_ACCESS_KEY"], key->secret_access_key.reveal());
  service_.reset();
}

TEST_F(LambdaServiceTest, ProcessIsKeptWarm) {
  const int pid = pid_of();
  EXPECT_EQ(pid_of(), pid);
  EXPECT_EQ(streams_.size(), 1u);
}

TEST_F(LambdaServiceTest, ConcurrentInvocationsRunInProcessesOfTheirOwn) {
  service();
  std::vector<int> pids(3);
  {
    std::vector<std::jthread> callers;
    for (int& pid : pids) callers.emplace_back([&] { pid = pid_of({{"wait_ms", 300}}); });
  }
  EXPECT_EQ(std::set(pids.begin(), pids.end()).size(), 3u);
}

TEST_F(LambdaServiceTest, InvocationsBeyondTheLimitAreThrottled) {
  options_.instances_max = 1;
  service();
  std::jthread busy([&] { invoke({{"print", "busy\n"}, {"wait_ms", 500}}); });
  ASSERT_TRUE(soon([&] { return !lines().empty(); }));
  EXPECT_EQ(refusal("Invoke", {{"FunctionName", "f"}}), "429 TooManyRequestsException");
}

TEST_F(LambdaServiceTest, ErrorOfTheFunctionIsThePayloadAndLeavesItWarm) {
  const int pid = pid_of();
  const Json output = invoke({{"fail", "SnapshotNotFound"}});
  EXPECT_EQ(output.at("StatusCode"), 200);
  EXPECT_EQ(output.at("FunctionError"), "Unhandled");
  EXPECT_EQ(output.at("Payload"),
            R"({"errorType":"SnapshotNotFound","errorMessage":"it failed try another event",)"
            R"("stackTrace":[],"hint":"try another event"})");
  EXPECT_EQ(pid_of(), pid);
}

TEST_F(LambdaServiceTest, ProcessThatDiesIsAnErrorAndIsReplaced) {
  const int pid = pid_of();
  const Json exited = invoke({{"exit", 3}});
  EXPECT_EQ(exited.at("FunctionError"), "Unhandled");
  EXPECT_EQ(payload(exited).at("errorType"), "Runtime.ExitError");
  EXPECT_THAT(payload(exited).at("errorMessage").get<std::string>(),
              MatchesRegex("RequestId: .* Error: Runtime exited with error: exit status 3"));
  EXPECT_THAT(payload(invoke({{"signal", SIGKILL}})).at("errorMessage").get<std::string>(),
              HasSubstr("Runtime exited with error: signal: killed"));
  EXPECT_THAT(payload(invoke({{"exit", 0}})).at("errorMessage").get<std::string>(),
              HasSubstr("Runtime exited without providing a reason"));
  EXPECT_NE(pid_of(), pid);
}

TEST_F(LambdaServiceTest, InstanceThatDiedIdleCostsNoInvocation) {
  const int pid = pid_of();
  ::kill(pid, SIGKILL);
  ASSERT_TRUE(soon([&] { return !is_alive(pid); }));
  EXPECT_NE(pid_of(), pid);
}

TEST_F(LambdaServiceTest, TimeoutEndsTheProcess) {
  service();
  define("slow", "ordinary", 1s);
  const int pid = pid_of({}, "slow");
  const Json output = invoke({{"wait_ms", 30000}}, "slow");
  EXPECT_EQ(output.at("FunctionError"), "Unhandled");
  EXPECT_EQ(payload(output).at("errorType"), "Sandbox.Timedout");
  EXPECT_THAT(payload(output).at("errorMessage").get<std::string>(),
              MatchesRegex("RequestId: .* Error: Task timed out after 1.00 seconds"));
  EXPECT_FALSE(is_alive(pid));
  EXPECT_THAT(lines(), ::testing::Contains(MatchesRegex("REPORT .*Status: timeout")));
  EXPECT_NE(pid_of({}, "slow"), pid);
}

TEST_F(LambdaServiceTest, FunctionThatCannotStartTellsWhy) {
  service();
  define("refuses", "refuses");
  EXPECT_EQ(payload(invoke({}, "refuses")), (Json{{"errorType", "UnknownHandler"},
                                                  {"errorMessage", "no such handler"},
                                                  {"stackTrace", Json::array()}}));
  define("exits", "exits");
  EXPECT_THAT(payload(invoke({}, "exits")).at("errorMessage").get<std::string>(), HasSubstr("exit status 7"));
  service().define(
      {.name = "absent", .region = kRegion, .executable = "/nonexistent/bootstrap", .handler = "x"});
  const Json absent = payload(invoke({}, "absent"));
  EXPECT_EQ(absent.at("errorType"), "Runtime.InvalidEntrypoint");
  EXPECT_THAT(absent.at("errorMessage").get<std::string>(), HasSubstr("No such file"));
}

TEST_F(LambdaServiceTest, FunctionThatNeverAsksForWorkTimesOut) {
  options_.init_timeout = 100ms;
  service();
  define("hangs", "hangs");
  EXPECT_EQ(payload(invoke({}, "hangs")).at("errorType"), "Sandbox.Timedout");
}

TEST_F(LambdaServiceTest, AnswerBeyondTheLimitIsANamedError) {
  EXPECT_EQ(payload(invoke({{"large", kSyncPayloadBytesMax + 1}})).at("errorType"),
            "Function.ResponseSizeTooLarge");
  EXPECT_EQ(payload(invoke({{"large", kSyncPayloadBytesMax - 2}})).get<std::string>().size(),
            kSyncPayloadBytesMax - 2);
}

TEST_F(LambdaServiceTest, LogHoldsOutputBetweenTheLinesOfThePlatform) {
  invoke({{"print", "one\ntwo"}, {"complain", " and three\n"}});
  EXPECT_THAT(
      lines(),
      ElementsAre(
          MatchesRegex("START RequestId: [0-9a-f-]{36} Version: \\$LATEST"), "one", "two and three",
          MatchesRegex("END RequestId: [0-9a-f-]{36}"),
          MatchesRegex("REPORT RequestId: [0-9a-f-]{36}\tDuration: [0-9.]+ ms\tBilled Duration: [0-9]+ ms"
                       "\tMemory Size: 128 MB\tMax Memory Used: [0-9]+ MB\tInit Duration: [0-9.]+ ms\t")));
  EXPECT_THAT(*streams_.begin(), MatchesRegex("f us-west-2 20[0-9/]+/\\[\\$LATEST\\][0-9a-f]{32}"));
  invoke({});
  EXPECT_THAT(lines().back(), Not(HasSubstr("Init Duration"))) << "a warm start was reported as a cold one";
}

TEST_F(LambdaServiceTest, TailOfTheLogComesWithTheAnswerWhenAskedFor) {
  const Json output =
      call("Invoke",
           {{"FunctionName", "f"}, {"LogType", "Tail"}, {"Payload", R"({"print":"something to read\n"})"}});
  const std::string tail = base64_decode(output.at("LogResult").get<std::string>()).value();
  EXPECT_THAT(tail, AllOf(StartsWith("START RequestId: "), HasSubstr("\nsomething to read\nEND RequestId: "),
                          HasSubstr("\nREPORT RequestId: ")));
  EXPECT_FALSE(invoke({}).contains("LogResult"));
}

TEST_F(LambdaServiceTest, DryRunChecksAndRunsNothing) {
  EXPECT_EQ(call("Invoke", {{"FunctionName", "f"}, {"InvocationType", "DryRun"}}).at("StatusCode"), 204);
  EXPECT_TRUE(lines().empty());
}

TEST_F(LambdaServiceTest, EventIsAcceptedAtOnceAndRunLater) {
  service().start();
  const Json output = call(
      "Invoke", {{"FunctionName", "f"}, {"InvocationType", "Event"}, {"Payload", R"({"print":"ran\n"})"}});
  EXPECT_EQ(output.at("StatusCode"), 202);
  EXPECT_TRUE(soon([&] { return std::ranges::count(lines(), "ran") == 1; }));
}

TEST_F(LambdaServiceTest, FailingEventIsTriedThreeTimes) {
  service().start();
  call("Invoke", {{"FunctionName", "f"},
                  {"InvocationType", "Event"},
                  {"Payload", R"({"print":"ran\n","fail":"Broken"})"}});
  EXPECT_TRUE(soon([&] { return std::ranges::count(lines(), "ran") == 3; }));
  clock_.sleep_for(100ms);
  EXPECT_EQ(std::ranges::count(lines(), "ran"), 3);
}

TEST_F(LambdaServiceTest, AcceptedEventSurvivesTheService) {
  call("Invoke", {{"FunctionName", "f"}, {"InvocationType", "Event"}, {"Payload", R"({"print":"ran\n"})"}});
  service_.reset();  // it was never started, so that nothing has run
  service().start();
  EXPECT_TRUE(soon([&] { return std::ranges::count(lines(), "ran") == 1; }));
}

TEST_F(LambdaServiceTest, StopEndsRunningInvocationsAndEveryProcess) {
  const int pid = pid_of();
  std::string outcome;
  std::jthread caller([&] {
    outcome = refusal("Invoke", {{"FunctionName", "f"}, {"Payload", R"({"wait_ms":30000})"}});
  });
  ASSERT_TRUE(soon(
      [&] { return std::ranges::count_if(lines(), [](auto& l) { return l.starts_with("START"); }) == 2; }));
  const Duration before = clock_.monotonic();
  service().stop();
  caller.join();
  EXPECT_LT(clock_.monotonic() - before, 3s);
  EXPECT_EQ(outcome, "500 ServiceException");
  EXPECT_FALSE(is_alive(pid));
  EXPECT_EQ(refusal("Invoke", {{"FunctionName", "f"}}), "500 ServiceException");
}

TEST_F(LambdaServiceTest, IdleInstancesEnd) {
  options_.idle_max = 40ms;
  service().start();
  const int pid = pid_of();
  EXPECT_TRUE(soon([&] { return !is_alive(pid); }));
}

TEST_F(LambdaServiceTest, NoProcessOutlivesAKilledService) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    SystemClock clock;
    LambdaService own(directory_.path(), clock, {}, nullptr);
    own.define({.name = "f", .region = kRegion, .executable = AURORA_TEST_FUNCTION, .handler = "x"});
    // From a thread that ends, as the threads of connections do: the function must not end with it.
    std::jthread([&] {
      const Json output = own.handle({.service = "lambda",
                                      .region = kRegion,
                                      .operation = "Invoke",
                                      .input = {{"FunctionName", "f"}},
                                      .request_id = "r",
                                      .stop = {}});
      const int pid = payload(output).at("pid").get<int>();
      (void)!::write(ends[1], &pid, sizeof pid);
    }).join();
    ::pause();
    ::_exit(0);
  }
  int pid = 0;
  ASSERT_EQ(::read(ends[0], &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
  clock_.sleep_for(50ms);
  EXPECT_TRUE(is_alive(pid)) << "the function ended with the thread that asked for it";
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_TRUE(soon([&] { return !is_alive(pid); }));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(LambdaServiceTest, FunctionsAreListedByPages) {
  service();
  for (const char* name : {"a", "b", "c"}) define(name, "x");
  const Json first = call("ListFunctions", {{"MaxItems", 3}});
  std::vector<std::string> names;
  for (const Json& function : first.at("Functions")) names.push_back(function.at("FunctionName"));
  EXPECT_THAT(names, ElementsAre("a", "b", "c"));
  const Json second = call("ListFunctions", {{"MaxItems", 3}, {"Marker", first.at("NextMarker")}});
  EXPECT_EQ(second.at("Functions").at(0).at("FunctionName"), "f");
  EXPECT_FALSE(second.contains("NextMarker"));
}

TEST_F(LambdaServiceTest, ConfigurationShowsTheFunctionAndNoCredentials) {
  const Json configuration = call("GetFunctionConfiguration", {{"FunctionName", "f"}});
  EXPECT_EQ(configuration.at("FunctionArn"), "arn:aws:lambda:us-west-2:123456789012:function:f");
  EXPECT_EQ(configuration.at("Handler"), "ordinary");
  EXPECT_EQ(configuration.at("Timeout"), 20);
  EXPECT_EQ(configuration.at("MemorySize"), 128);
  EXPECT_EQ(configuration.at("State"), "Active");
  EXPECT_EQ(configuration.at("Environment"), (Json{{"Variables", {{"LOG_LEVEL", "INFO"}}}}));
}

TEST_F(LambdaServiceTest, ConfigurationChangesReachTheProcessAndStay) {
  const int pid = pid_of();
  call("UpdateFunctionConfiguration", {{"FunctionName", "f"},
                                       {"MemorySize", 256},
                                       {"Timeout", 5},
                                       {"Environment", {{"Variables", {{"LEVEL", "x"}}}}}});
  service_.reset();
  const Json answer = payload(invoke({{"environment", true}}));
  EXPECT_NE(answer.at("pid"), pid);
  EXPECT_EQ(answer.at("environment").at("LEVEL"), "x");
  EXPECT_FALSE(answer.at("environment").contains("LOG_LEVEL"));
  EXPECT_EQ(answer.at("environment").at("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), "256");
  EXPECT_EQ(answer.at("environment").at("AWS_ENDPOINT_URL"), "http://127.0.0.1:4566")
      << "the endpoint got lost";
  EXPECT_EQ(call("GetFunctionConfiguration", {{"FunctionName", "f"}}).at("Timeout"), 5);
}

TEST_F(LambdaServiceTest, WarmProcessIsReplacedAfterAChange) {
  const int pid = pid_of();
  call("UpdateFunctionConfiguration", {{"FunctionName", "f"}, {"Description", "other"}});
  EXPECT_NE(pid_of(), pid);
}

TEST_F(LambdaServiceTest, ImpossibleConfigurationsAreRefused) {
  const std::string invalid = "400 InvalidParameterValueException";
  const auto update = [&](Json input) {
    input["FunctionName"] = "f";
    return refusal("UpdateFunctionConfiguration", std::move(input));
  };
  EXPECT_EQ(update({{"Timeout", 901}}), invalid);
  EXPECT_EQ(update({{"MemorySize", 64}}), invalid);
  EXPECT_EQ(update({{"Environment", {{"Variables", {{"AWS_REGION", "x"}}}}}}), invalid);
  EXPECT_EQ(update({{"Layers", Json::array({"x"})}}), invalid);
  EXPECT_EQ(update({{"RevisionId", "other"}}), "412 PreconditionFailedException");
}

TEST_F(LambdaServiceTest, FunctionsGoByNameAndArn) {
  for (const char* name :
       {"f", "f:$LATEST", "123456789012:function:f", "arn:aws:lambda:us-west-2:123456789012:function:f",
        "arn:aws:lambda:us-west-2:123456789012:function:f:$LATEST"}) {
    EXPECT_EQ(refusal("GetFunctionConfiguration", {{"FunctionName", name}}), "none") << name;
  }
  EXPECT_EQ(refusal("Invoke", {{"FunctionName", "f"}, {"Qualifier", "$LATEST"}}), "none");
  const std::string missing = "404 ResourceNotFoundException";
  EXPECT_EQ(refusal("Invoke", {{"FunctionName", "g"}}), missing);
  EXPECT_EQ(refusal("Invoke", {{"FunctionName", "f:prod"}}), missing);
  EXPECT_EQ(refusal("Invoke", {{"FunctionName", "f"}, {"Qualifier", "3"}}), missing);
  EXPECT_EQ(refusal("Invoke", {{"FunctionName", "arn:aws:lambda:us-east-1:123456789012:function:f"}}),
            missing);
}

// A zip whose bootstrap is a shell script that does not run.
std::string package_that_fails() {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("code-{}.zip", ::getpid());
  std::filesystem::remove(path);
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE, nullptr);
  const std::string script = "#!/bin/sh\nexit 7\n";
  zip_file_add(archive, "bootstrap", zip_source_buffer(archive, script.data(), script.size(), 0), 0);
  zip_close(archive);
  std::string bytes = read_file(path);
  std::filesystem::remove(path);
  return bytes;
}

TEST_F(LambdaServiceTest, VersionKeepsCodeAndSettings) {
  call("UpdateFunctionConfiguration",
       {{"FunctionName", "f"}, {"Environment", {{"Variables", {{"RELEASE", "one"}}}}}});
  const Json first = call("PublishVersion", {{"FunctionName", "f"}, {"Description", "the first"}});
  EXPECT_EQ(first["Version"], "1");
  EXPECT_EQ(first["Description"], "the first");
  EXPECT_EQ(first["FunctionArn"], "arn:aws:lambda:us-west-2:123456789012:function:f:1");
  EXPECT_EQ(call("PublishVersion", {{"FunctionName", "f"}})["Version"], "1") << "nothing changed since";

  call("UpdateFunctionConfiguration",
       {{"FunctionName", "f"}, {"Environment", {{"Variables", {{"RELEASE", "two"}}}}}});
  EXPECT_EQ(call("PublishVersion", {{"FunctionName", "f"}})["Version"], "2");
  const Json updated = call("UpdateFunctionCode", {{"FunctionName", "f"}, {"ZipFile", package_that_fails()}});
  EXPECT_NE(updated["CodeSha256"], first["CodeSha256"]);

  const auto release_of = [&](const char* version) {
    const Json output = call(
        "Invoke", {{"FunctionName", "f"}, {"Qualifier", version}, {"Payload", R"({"environment":true})"}});
    EXPECT_EQ(output["ExecutedVersion"], version);
    const Json seen = payload(output)["environment"];
    EXPECT_EQ(seen["AWS_LAMBDA_FUNCTION_VERSION"], version);
    return seen["RELEASE"].get<std::string>();
  };
  EXPECT_EQ(release_of("1"), "one");
  EXPECT_EQ(release_of("2"), "two");
  EXPECT_EQ(invoke(Json::object())["FunctionError"], "Unhandled") << "$LATEST is the new code";
  EXPECT_EQ(refusal("Invoke", {{"FunctionName", "f"}, {"Qualifier", "3"}}), "404 ResourceNotFoundException");
}

TEST_F(LambdaServiceTest, VersionsSurviveARestart) {
  call("PublishVersion", {{"FunctionName", "f"}});
  call("UpdateFunctionCode", {{"FunctionName", "f"}, {"ZipFile", package_that_fails()}, {"Publish", true}});
  call("CreateAlias", {{"FunctionName", "f"}, {"Name", "live"}, {"FunctionVersion", "1"}});
  service_.reset();
  EXPECT_FALSE(invoke(Json::object(), "f:live").contains("FunctionError"));
  EXPECT_EQ(invoke(Json::object())["FunctionError"], "Unhandled") << "code that was sent stays";
  const Json versions = call("ListVersionsByFunction", {{"FunctionName", "f"}})["Versions"];
  ASSERT_EQ(versions.size(), 3u);
  EXPECT_EQ(versions[0]["Version"], "$LATEST");
  EXPECT_EQ(versions[2]["Version"], "2");
}

TEST_F(LambdaServiceTest, InvocationThatRunsKeepsItsCode) {
  service();
  Json output;
  {
    const std::jthread running([&] { output = invoke({{"print", "began\n"}, {"wait_ms", 800}}); });
    ASSERT_TRUE(soon([&] { return !lines().empty(); }));
    call("UpdateFunctionCode", {{"FunctionName", "f"}, {"ZipFile", package_that_fails()}});
  }
  EXPECT_FALSE(output.contains("FunctionError"));
}

TEST_F(LambdaServiceTest, AliasPointsAndIsMoved) {
  call("PublishVersion", {{"FunctionName", "f"}});
  call("UpdateFunctionConfiguration", {{"FunctionName", "f"}, {"MemorySize", 256}});
  call("PublishVersion", {{"FunctionName", "f"}});
  const Json made = call("CreateAlias", {{"FunctionName", "f"}, {"Name", "live"}, {"FunctionVersion", "1"}});
  EXPECT_EQ(made["AliasArn"], "arn:aws:lambda:us-west-2:123456789012:function:f:live");
  EXPECT_EQ(invoke(Json::object(), "f:live")["ExecutedVersion"], "1");
  EXPECT_EQ(refusal("CreateAlias", {{"FunctionName", "f"}, {"Name", "live"}, {"FunctionVersion", "2"}}),
            "409 ResourceConflictException");
  call("UpdateAlias", {{"FunctionName", "f"}, {"Name", "live"}, {"FunctionVersion", "2"}});
  EXPECT_EQ(invoke(Json::object(), "f:live")["ExecutedVersion"], "2");
  EXPECT_EQ(call("ListAliases", {{"FunctionName", "f"}})["Aliases"].size(), 1u);
  EXPECT_EQ(call("ListAliases", {{"FunctionName", "f"}, {"FunctionVersion", "1"}})["Aliases"].size(), 0u);

  EXPECT_EQ(refusal("UpdateAlias", {{"FunctionName", "f"}, {"Name", "live"}, {"FunctionVersion", "9"}}),
            "404 ResourceNotFoundException");
  EXPECT_EQ(refusal("UpdateAlias", {{"FunctionName", "f"}, {"Name", "live"}, {"RevisionId", "other"}}),
            "412 PreconditionFailedException");
  EXPECT_EQ(refusal("CreateAlias", {{"FunctionName", "f"}, {"Name", "7"}, {"FunctionVersion", "1"}}),
            "400 InvalidParameterValueException");
  call("DeleteAlias", {{"FunctionName", "f"}, {"Name", "live"}});
  EXPECT_EQ(refusal("GetAlias", {{"FunctionName", "f"}, {"Name", "live"}}), "404 ResourceNotFoundException");
}

TEST_F(LambdaServiceTest, PublishedVersionIsNotChanged) {
  call("PublishVersion", {{"FunctionName", "f"}});
  const std::string invalid = "400 InvalidParameterValueException";
  EXPECT_EQ(refusal("UpdateFunctionConfiguration", {{"FunctionName", "f:1"}, {"MemorySize", 256}}), invalid);
  EXPECT_EQ(refusal("UpdateFunctionCode", {{"FunctionName", "f:1"}, {"ZipFile", package_that_fails()}}),
            invalid);
  EXPECT_EQ(refusal("UpdateFunctionCode", {{"FunctionName", "f"}, {"ZipFile", "no zip"}}), invalid);
  EXPECT_EQ(refusal("PublishVersion", {{"FunctionName", "f"}, {"CodeSha256", "other"}}), invalid);
  EXPECT_EQ(refusal("PublishVersion", {{"FunctionName", "f"}, {"RevisionId", "other"}}),
            "412 PreconditionFailedException");
}

TEST_F(LambdaServiceTest, WrongPayloadsAreRefusedBeforeAnythingRuns) {
  EXPECT_EQ(refusal("Invoke", {{"FunctionName", "f"}, {"Payload", "{"}}),
            "400 InvalidRequestContentException");
  EXPECT_EQ(
      refusal("Invoke", {{"FunctionName", "f"}, {"Payload", std::string(kSyncPayloadBytesMax + 1, ' ')}}),
      "413 RequestTooLargeException");
  EXPECT_TRUE(lines().empty());
}

TEST_F(LambdaServiceTest, TagsComeAndGo) {
  const std::string arn = function_arn(kRegion, "f");
  call("TagResource", {{"Resource", arn}, {"Tags", {{"team", "dba"}, {"x", "1"}}}});
  call("UntagResource", {{"Resource", arn}, {"TagKeys", Json::array({"x"})}});
  EXPECT_EQ(call("ListTags", {{"Resource", arn}}), (Json{{"Tags", {{"team", "dba"}}}}));
  EXPECT_EQ(call("GetFunction", {{"FunctionName", "f"}}).at("Tags"), (Json{{"team", "dba"}}));
}

TEST_F(LambdaServiceTest, UnknownOperationsAreRefused) {
  EXPECT_NE(refusal("CreateFunction", {{"FunctionName", "x"}}), "none");
}

// --- The deployment package ------------------------------------------------------------------------

http::Request request_for(const std::string& location) {
  const http::Url url = http::Url::parse(location);
  http::Request request;
  request.path = url.path;
  request.query = url.query;
  return request;
}

std::string unzip(const std::string& bytes, const char* name, zip_uint32_t& mode) {
  zip_error_t error{};
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive == nullptr) return "no archive";
  zip_stat_t stat{};
  zip_stat(archive, name, 0, &stat);
  std::string content(static_cast<std::size_t>(stat.size), '\0');
  zip_file_t* file = zip_fopen(archive, name, 0);
  zip_fread(file, content.data(), content.size());
  zip_fclose(file);
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  zip_file_get_external_attributes(archive, 0, 0, &system, &attributes);
  mode = attributes >> 16;
  zip_discard(archive);
  return content;
}

TEST_F(LambdaServiceTest, CodeCanBeDownloadedFromItsLinkAlone) {
  const Json function = call("GetFunction", {{"FunctionName", "f"}});
  const std::string location = function.at("Code").at("Location");
  EXPECT_THAT(location, StartsWith("http://127.0.0.1:4566/"));
  const auto response = service().serve_code(request_for(location));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(function.at("Configuration").at("CodeSize"), response->body.size());
  EXPECT_EQ(function.at("Configuration").at("CodeSha256"), base64_encode(sha256(response->body)));
  zip_uint32_t mode = 0;
  EXPECT_TRUE(unzip(response->body, "bootstrap", mode) == read_file(AURORA_TEST_FUNCTION));
  EXPECT_EQ(mode, 0100755u);
}

TEST_F(LambdaServiceTest, LinksThatWereNotGivenOpenNothing) {
  service();
  define("g", "x");
  const std::string location = call("GetFunction", {{"FunctionName", "f"}}).at("Code").at("Location");
  const auto status = [&](const std::string& url) { return service().serve_code(request_for(url))->status; };
  EXPECT_EQ(status(replace_all(location, "/f?", "/g?")), 403);
  EXPECT_EQ(status(replace_all(location, "expires=1", "expires=9")), 403);
  EXPECT_EQ(status(location.substr(0, location.size() - 1)), 403);
  EXPECT_FALSE(service().serve_code(request_for("http://127.0.0.1:4566/other")));
}

TEST_F(LambdaServiceTest, LinksExpire) {
  ManualClock clock(TimePoint(1000h));
  const FunctionCode code(clock);
  const auto request = request_for(code.link("http://127.0.0.1:4566", kRegion, "f"));
  EXPECT_TRUE(code.check(request)->granted);
  clock.advance(11min);
  EXPECT_EQ(code.check(request)->refusal.status, 403);
}

}  // namespace
}  // namespace aurora::local
