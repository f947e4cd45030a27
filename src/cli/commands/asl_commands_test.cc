#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/files.h"
#include "base/ids.h"
#include "cli/testing/command_line.h"
#include "cli/testing/machines.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class AslCommand : public testing::Test {
 protected:
  AslCommand() : folder(std::filesystem::temp_directory_path() / ("aurora-asl-" + random_hex(8))) {
    std::filesystem::create_directories(folder);
    write("loop.json", dump_json(loop_machine()));
  }
  ~AslCommand() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  std::string path(const std::string& name) const { return (folder / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    write_file(folder / name, text);
    return path(name);
  }

  std::filesystem::path folder;
  TestCommandLine line;
};

TEST_F(AslCommand, ValidateSaysSoInOneLine) {
  EXPECT_EQ(line.run({"asl", "validate", path("loop.json")}), ExitCode::kDone);
  EXPECT_EQ(line.out(), "✓ " + path("loop.json") + " is valid\n");
  EXPECT_TRUE(line.api.calls.empty()) << "nothing is sent anywhere";
}

TEST_F(AslCommand, ValidateLooksAtEveryFile) {
  const std::string bad = write("bad.json", "{\n \"StartAt\": \"X\", \"States\": {}}");
  EXPECT_EQ(line.run({"asl", "validate", bad, path("missing.json"), path("loop.json"), folder.string()}),
            ExitCode::kBadInput);
  EXPECT_THAT(line.out(), HasSubstr(bad + ":2:"));
  EXPECT_THAT(line.out(), HasSubstr(path("loop.json") + " is valid\n"));
  EXPECT_THAT(line.err(), HasSubstr("missing.json cannot be read: No such file or directory"));
  EXPECT_THAT(line.err(), HasSubstr(folder.string() + " is a directory"));
}

TEST_F(AslCommand, ValidateReadsStandardInputAndAnswersMachines) {
  line.terminal.input = "{\"StartAt\": nope}";
  EXPECT_EQ(line.run({"asl", "validate", "-", path("missing.json"), "--output", "json"}),
            ExitCode::kBadInput);
  const Json json = parse_json(line.out(), "the output");
  EXPECT_EQ(json[0]["file"], "standard input");
  EXPECT_EQ(json[0]["result"], "FAIL");
  EXPECT_EQ(json[0]["diagnostics"][0]["line"], 1);
  EXPECT_THAT(json[1]["error"], HasSubstr("cannot be read"));
}

TEST_F(AslCommand, ValidateRefusesWhatIsNoText) {
  EXPECT_EQ(line.run({"asl", "validate", write("latin", "{\"StartAt\": \"\xE9\"}")}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("is not UTF-8 text"));
  EXPECT_EQ(line.run({"asl", "validate", write("huge", std::string(1'100'000, ' '))}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("is too large: Step Functions takes at most 1,048,576 bytes"));
  EXPECT_EQ(line.run({"asl", "validate", "/dev/zero"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("/dev/zero is too large"));
  EXPECT_EQ(line.run({"asl", "validate"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("FILE... is missing"));
}

TEST_F(AslCommand, RunTellsTheStoryAndEndsAsTheExecutionDoes) {
  const std::string good = write("good.json", R"({"Copy": [{"error": "Busy"}, {"output": {"done": true}}]})");
  EXPECT_EQ(line.run({"asl", "run", path("loop.json"), "--mocks", good, "--input", R"({"n":1})"}),
            ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("starts with {\"n\":1}"));
  EXPECT_THAT(line.out(), HasSubstr("succeeded after 2 s\n\n{\n  \"done\": true\n}\n"));
  EXPECT_EQ(line.err(), "");
  const std::string bad = write("bad.json", R"({"Copy": [{"error": "Broken"}, {"output": 1}]})");
  EXPECT_EQ(line.run({"asl", "run", path("loop.json"), "--mocks", bad}), ExitCode::kFailed);
  EXPECT_THAT(line.out(), HasSubstr("CopyFailed: it was undone"));
  EXPECT_EQ(line.err(), "Note: 1 answer of Copy was not asked for.\n");
}

TEST_F(AslCommand, RunGivesTheEventsAsAwsDoes) {
  const std::string mocks = write("mocks.json", R"({"Copy": {"output": {"done": true}}})");
  EXPECT_EQ(line.run({"asl", "run", path("loop.json"), "--mocks", mocks, "--output", "json", "--start-time",
                      "2030-01-01T00:00:00Z", "--input", "@" + write("input.json", "[1]")}),
            ExitCode::kDone);
  const Json json = parse_json(line.out(), "the output");
  EXPECT_EQ(json["status"], "SUCCEEDED");
  EXPECT_EQ(json["events"][0]["timestamp"], "2030-01-01T00:00:00.000Z");
  EXPECT_EQ(json["events"][0]["executionStartedEventDetails"]["input"], "[1]");
}

TEST_F(AslCommand, RunRefusesBeforeAnythingRuns) {
  const auto refused = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"asl", "run", path("loop.json")};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(line.run(words), ExitCode::kBadInput);
    EXPECT_EQ(line.out(), "");
    return line.err();
  };
  EXPECT_THAT(refused({}), HasSubstr("MockMissing: no answer is given for: Copy"));
  EXPECT_THAT(refused({"--mocks", write("m", R"({"Cop": "never"})")}), HasSubstr("did you mean Copy?"));
  EXPECT_THAT(refused({"--mocks", path("none")}), HasSubstr("none cannot be read"));
  const std::string mocks = write("mocks.json", R"({"*": "never"})");
  EXPECT_THAT(refused({"--mocks", mocks, "--input", "{"}), HasSubstr("--input is not valid JSON"));
  EXPECT_THAT(refused({"--mocks", mocks, "--seed", "x"}), HasSubstr("--seed x is no whole number"));
  EXPECT_THAT(refused({"--mocks", mocks, "--start-time", "noon"}), HasSubstr("--start-time noon is no time"));
  EXPECT_EQ(line.run({"asl", "run", write("bad.json", "{}")}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("InvalidDefinition"));
  Json jsonata = loop_machine();
  jsonata["QueryLanguage"] = "JSONata";
  jsonata["States"] = {{"A", {{"Type", "Succeed"}}}};
  jsonata["StartAt"] = "A";
  EXPECT_EQ(line.run({"asl", "run", write("jsonata.json", dump_json(jsonata))}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("uses what is not run here"));
}

TEST_F(AslCommand, RunStopsWhereAnAnswerIsMissing) {
  const std::string mocks = write("mocks.json", R"({"Copy": {"output": {"done": false}}})");
  EXPECT_EQ(line.run({"asl", "run", path("loop.json"), "--mocks", mocks}), ExitCode::kBadInput);
  EXPECT_THAT(line.out(), HasSubstr("Pause waits 30 s"));
  EXPECT_THAT(line.err(), HasSubstr("the task of Copy is asked for answer 2 and has only 1"));
}

TEST_F(AslCommand, GraphDrawsAFile) {
  EXPECT_EQ(line.run({"asl", "graph", path("loop.json")}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("◆ IsDone  choice\n"));
  EXPECT_EQ(line.run({"asl", "graph", path("loop.json"), "--format", "svg", "-o", path("loop.svg")}),
            ExitCode::kDone);
  EXPECT_EQ(line.out(), "");
  EXPECT_THAT(read_file(path("loop.svg")), testing::StartsWith("<svg "));
  EXPECT_EQ(line.run({"asl", "graph"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("give either a FILE or --execution"));
}

TEST_F(AslCommand, GraphShowsWhatAnExecutionDid) {
  Json events = rehearsed(loop_machine(), R"({"Copy": {"error": "Broken"}})").events;
  std::reverse(events.begin(), events.end());
  line.api.answer("stepfunctions.GetExecutionHistory", {{"events", events}});
  line.api.answer("stepfunctions.DescribeStateMachineForExecution",
                  {{"definition", dump_json(loop_machine())}});
  const std::string arn = "arn:aws:states:us-west-2:123456789012:execution:loop:op-1";
  EXPECT_EQ(line.run({"asl", "graph", "--execution", arn}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("■ Copy    caught"));
  EXPECT_EQ(line.api.calls_of("stepfunctions.DescribeStateMachineForExecution").at(0).input["executionArn"],
            arn);
  line.api.answer("dynamodb.GetItem", Json::object());
  line.api.fail("stepfunctions.DescribeExecution", "ExecutionDoesNotExist");
  line.api.answer("dynamodb.Query", {{"Items", Json::array()}});
  EXPECT_EQ(line.run({"asl", "graph", "--execution", "op-2"}), ExitCode::kNotFound);
}

}  // namespace
}  // namespace aurora::cli
