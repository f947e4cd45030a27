#include "cli/machine/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aurora::cli {
namespace {

using testing::HasSubstr;

const Document kTwice{.name = "m.json", .text = R"({
  "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Next": "B"},
	"C": {"Type": "Succeed"}
  }
})"};

TEST(Findings, StandWithLineAndColumn) {
  EXPECT_EQ(findings_text(kTwice, findings_of(kTwice), Style({})),
            "m.json:4:27: error MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next\n"
            "m.json:5:2: error MISSING_TRANSITION_TARGET: State \"C\" is not reachable. at /States/C\n");
}

TEST(Findings, ShowTheLineInDoubtOnATerminal) {
  const Style style({.tty = true, .colour = false, .unicode = false, .width = 80});
  EXPECT_THAT(findings_text(kTwice, findings_of(kTwice), style),
              HasSubstr("MISSING_TRANSITION_TARGET: Missing 'Next' target: B\n"
                        "  m.json:4:27  at /States/A/Next\n"
                        "  4 |     \"A\": {\"Type\": \"Pass\", \"Next\": \"B\"},\n"
                        "    |                           ^\n"));
}

TEST(Findings, AFieldThatMustNotBeThereIsFound) {
  const Document document{.name = "m", .text = R"({"StartAt": "A", "States": {"A": {"Type": "Succeed",
  "Secnds": 3}}})"};
  EXPECT_EQ(findings_text(document, findings_of(document), Style({})),
            "m:2:3: error SCHEMA_VALIDATION_FAILED: Field 'Secnds' is not supported at /States/A\n");
}

TEST(Findings, LongLinesAreShownAroundTheColumn) {
  const Document document{
      .name = "long", .text = R"({"Comment":")" + std::string(500, 'x') + R"(","StartAt":"B","States":{}})"};
  const Style style({.tty = true, .colour = false, .unicode = false, .width = 60});
  const std::string text = findings_text(document, findings_of(document), style);
  EXPECT_THAT(text, HasSubstr("x\",\"StartAt\":\"B\""));
  std::size_t longest = 0;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    if (text.compare(at, 3, "  1") == 0) longest = std::max(longest, text.find('\n', at) - at);
  EXPECT_LE(longest, 60u);
}

TEST(Findings, TextThatIsNoJsonIsNotRepeated) {
  const Document document{.name = "m", .text = "{\n  \"StartAt\": nope\n}"};
  const auto findings = findings_of(document);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].position.line, 2u);
  EXPECT_THAT(findings_text(document, findings, Style({})), testing::Not(HasSubstr("Source")));
  EXPECT_EQ(findings_json(document, findings)["diagnostics"][0]["code"], "INVALID_JSON_DESCRIPTION");
}

TEST(Findings, MachinesReadAwsNames) {
  const Json json = findings_json(kTwice, findings_of(kTwice));
  EXPECT_EQ(json["result"], "FAIL");
  EXPECT_EQ(dump_json(json["diagnostics"][0]),
            R"({"severity":"ERROR","code":"MISSING_TRANSITION_TARGET","message":"Missing 'Next' target: B",)"
            R"("location":"/States/A/Next","line":4,"column":27})");
}

}  // namespace
}  // namespace aurora::cli
