#include "cli/machine/source_position.h"

#include <gtest/gtest.h>

#include <string>

namespace aurora::cli {
namespace {

std::string at(std::string_view text, std::string_view location) {
  const SourcePosition position = position_of(text, location);
  return std::to_string(position.line) + ":" + std::to_string(position.column);
}

constexpr std::string_view kText = R"({
  "StartAt": "a/b",
  "States": {
    "a/b": {"Type": "Choice",
      "Choices": [ {"Next": "x"},
                   {"Next": "y", "And": [[1], {"é": 0, "ö": true}]} ] },
    "last \"one\"": null
  }
})";

TEST(SourcePosition, FindsMembersAndElements) {
  EXPECT_EQ(at(kText, "/"), "1:1");
  EXPECT_EQ(at(kText, "/StartAt"), "2:3");
  EXPECT_EQ(at(kText, "/States/a/b"), "4:5") << "names may hold slashes";
  EXPECT_EQ(at(kText, "/States/a/b/Choices[0]"), "5:20");
  EXPECT_EQ(at(kText, "/States/a/b/Choices[1]/Next"), "6:21");
  EXPECT_EQ(at(kText, "/States/a/b/Choices[1]/And[1]/ö"), "6:56") << "columns are characters";
  EXPECT_EQ(at(kText, "/States/last \"one\""), "7:5");
}

TEST(SourcePosition, WhatIsNotThereStandsWithWhatHoldsIt) {
  EXPECT_EQ(at(kText, "/States/a/b/Resource"), "4:5");
  EXPECT_EQ(at(kText, "/Nothing[3]/Of/It"), "1:1");
  EXPECT_EQ(at(kText, ""), "1:1");
}

TEST(SourcePosition, TakesAnyText) {
  for (const char* text :
       {"", "{", "{\"a", "{\"a\":", "[1,", "nope", "{\"a\":1 \"b\":2}", "\xEF\xBB\xBF{}", "[[[["})
    EXPECT_EQ(at(text, "/a/b").substr(0, 2), "1:") << text;
  EXPECT_EQ(at(std::string(100'000, '['), "/x"), "1:1");
}

TEST(SourcePosition, LinesHaveNoEnd) {
  EXPECT_EQ(line_of("a\r\nbc\n", 2), "bc");
  EXPECT_EQ(line_of("a\r\nbc\n", 1), "a");
  EXPECT_EQ(line_of("a", 3), "");
}

}  // namespace
}  // namespace aurora::cli
