#include "local/insights/query.h"

#include <gtest/gtest.h>

#include "local/insights/lexer.h"

namespace aurora::local::insights {
namespace {

std::string refusal(const std::string& text) {
  try {
    parse_query(text);
    return "accepted";
  } catch (const QueryError& error) {
    EXPECT_LE(error.begin(), error.end());
    return error.message();
  }
}

TEST(InsightsQuery, AcceptsTheQueriesOfTheOperationsGuide) {
  EXPECT_EQ(parse_query("filter level = \"ERROR\"\n| stats count(*) as errorCount by function_name\n"
                        "| sort errorCount desc")
                .commands.size(),
            3u);
  EXPECT_EQ(parse_query(
                "filter message like \"Operation completed\"\n| parse message \"in * seconds\" as duration\n"
                "| stats avg(duration), max(duration), min(duration) by function_name")
                .commands.size(),
            3u);
  EXPECT_EQ(parse_query("filter operation_id = \"restore-YYYYMMDD-HHMMSS\"\n| sort @timestamp asc\n"
                        "| display @timestamp, level, function_name, message")
                .commands.size(),
            3u);
}

TEST(InsightsQuery, AcceptsEveryWayToWriteAnExpression) {
  for (const char* condition :
       {"a = 1 and b != 'x' or not c", "a in [1, \"b\", 'c']", "a not in ['b']", "a like /x+/i or a like 'x'",
        "a not like /x/", "a =~ \"x.*\"", "(a + 1) * -b ^ 2 % 3 / 4 > 5", "ispresent(a) = true",
        "strlen(`foo-bar`) >= 3", "datefloor(@timestamp, 1h) = 5", "FILTER_ME = 1", "bin(5m) < 3"}) {
    const std::string text = refusal(std::string("filter ") + condition);
    if (std::string_view(condition).find("/i") == std::string_view::npos) {
      EXPECT_EQ(text, "accepted") << condition;
    } else {
      EXPECT_EQ(text, "unexpected symbol found i at line 1 and position 19");
    }
  }
}

TEST(InsightsQuery, SaysWhatItDidNotExpectAndWhere) {
  EXPECT_EQ(refusal(""), "unexpected end of query at line 1 and position 1");
  EXPECT_EQ(refusal("fields @timestamp,, level"), "unexpected symbol found , at line 1 and position 19");
  EXPECT_EQ(refusal("filter a =\n| limit 5"), "unexpected symbol found | at line 2 and position 1");
  EXPECT_EQ(refusal("fields a | sort bin(1d) desc"), "unexpected symbol found ( at line 1 and position 20");
  EXPECT_EQ(refusal("select * from logs"), "unexpected symbol found select at line 1 and position 1");
  EXPECT_EQ(refusal("fields a | dedup a | sort a"), "unexpected symbol found sort at line 1 and position 22");
  EXPECT_EQ(refusal("filter (a = 1"), "unexpected end of query at line 1 and position 14");
  EXPECT_EQ(refusal("filter a = 1)"), "unexpected symbol found ) at line 1 and position 13");
}

TEST(InsightsQuery, RefusesByNameWhatIsNotCarried) {
  EXPECT_EQ(refusal("fields a | pattern @message"),
            "the command pattern is not carried by this endpoint at line 1 and position 12");
  EXPECT_EQ(refusal("filter jsonParse(a) = 1"),
            "the function jsonParse is not carried by this endpoint at line 1 and position 8");
  EXPECT_EQ(refusal("fields nothing(a)"), "unknown function nothing at line 1 and position 8");
}

TEST(InsightsQuery, ChecksArguments) {
  EXPECT_EQ(refusal("fields strlen()"), "strlen takes 1 argument and not 0 at line 1 and position 8");
  EXPECT_EQ(refusal("fields substr(a)"), "substr takes 2 to 3 arguments and not 1 at line 1 and position 8");
  EXPECT_EQ(refusal("stats pct(a, 101)"), "expected a percentage from 0 to 100 at line 1 and position 14");
  EXPECT_EQ(refusal("stats count(*) by bin(5 m)"), "invalid period in bin at line 1 and position 23");
  EXPECT_EQ(refusal("fields count(*)"),
            "the aggregation count stands outside of stats at line 1 and position 8");
  EXPECT_EQ(refusal("stats sum(max(a))"),
            "the aggregation max stands outside of stats at line 1 and position 11");
  EXPECT_EQ(refusal("stats a by b"), "stats without an aggregation at line 1 and position 1");
  EXPECT_EQ(refusal("limit 0"), "the limit must be from 1 to 100000 at line 1 and position 7");
  EXPECT_EQ(refusal("parse a \"* *\" as b"),
            "the expression has 2 wildcards for 1 names at line 1 and position 9");
  EXPECT_EQ(refusal("parse a /(b)/"), "expected a named group, (?<name>...), at line 1 and position 9");
  EXPECT_TRUE(refusal("filter a like /(/").starts_with("invalid regular expression (missing )"))
      << refusal("filter a like /(/");
}

TEST(InsightsQuery, BoundsWhatItTakes) {
  EXPECT_TRUE(refusal("filter " + std::string(9000, '(')).starts_with("the query nests too deeply"));
  std::string sum = "fields 1";
  for (int i = 0; i < 2000; ++i) sum += "+1";
  EXPECT_TRUE(refusal(sum).starts_with("the query has too many parts"));
  EXPECT_TRUE(refusal(std::string(10001, ' ')).starts_with("the query is longer than 10000 characters"));
  std::string commands = "limit 1";
  for (int i = 0; i < 200; ++i) commands += "|limit 1";
  EXPECT_TRUE(refusal(commands).starts_with("the query has too many commands"));
  EXPECT_EQ(refusal("filter " + std::string(9000, '-') + "1 = 1"), "accepted");
  EXPECT_TRUE(
      refusal("stats count(*) | stats count(*) | stats count(*)").starts_with("more than 2 stats commands"));
}

}  // namespace
}  // namespace aurora::local::insights
