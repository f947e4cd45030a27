#include "cli/yaml.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace aurora::cli {
namespace {

Json read(const std::string& text) {
  return parse_yaml(text, "restore.yaml").value;
}

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    return error.name() + ": " + error.message();
  }
  return "none";
}

TEST(Yaml, ReadsScalarsAsTheCoreSchemaDoes) {
  EXPECT_EQ(
      read("port: 3306\nratio: 1.5\nprotect: true\nnothing: ~\nname: prod\n"),
      Json({{"port", 3306}, {"ratio", 1.5}, {"protect", true}, {"nothing", nullptr}, {"name", "prod"}}));
}

TEST(Yaml, KeepsDatesAccountsAndVersionsAsText) {
  EXPECT_EQ(
      read("date: 2026-11-28\naccount: 012345678901\nversion: 15.10\nyes: yes\n"),
      Json({{"date", "2026-11-28"}, {"account", "012345678901"}, {"version", "15.10"}, {"yes", "yes"}}));
}

TEST(Yaml, TakesQuotedScalarsAsText) {
  EXPECT_EQ(read("version: \"15.13\"\nflag: 'true'\n"), Json({{"version", "15.13"}, {"flag", "true"}}));
}

TEST(Yaml, ReadsJsonToo) {
  EXPECT_EQ(read(R"({"a": [1, "2", {"b": null}]})"), Json::parse(R"({"a": [1, "2", {"b": null}]})"));
}

TEST(Yaml, TellsWhereEachValueStands) {
  const YamlDocument document = parse_yaml("items:\n  - target: one\n    port: x\n", "fleet.yaml");
  EXPECT_EQ(document.positions.at("/items/0/port").line, 3);
  EXPECT_EQ(document.positions.at("/items/0/port").column, 11);
}

TEST(Yaml, NamesTheLineOfWhatItRefuses) {
  EXPECT_EQ(refusal("a: 1\na: 2\n").substr(0, 63),
            "InvalidYaml: restore.yaml is not valid YAML at line 2, column 1");
  EXPECT_NE(refusal("a: [1\nb: 2\n").find("line"), std::string::npos);
  EXPECT_NE(refusal("a: !!python/object x\n").find("tags are not taken"), std::string::npos);
  EXPECT_NE(refusal("a: 1\n---\nb: 2\n").find("more than one document"), std::string::npos);
}

TEST(Yaml, BoundsWhatAliasesMultiply) {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) text += (j ? ",*a" : "*a") + std::to_string(i - 1);
    text += "]\n";
  }
  EXPECT_NE(refusal(text).find("it holds too much"), std::string::npos);
}

TEST(Yaml, ReadsBackWhatItWrites) {
  const Json value = {{"version", "15.13"}, {"date", "2026-11-28"},     {"flag", "true"},
                      {"on", true},         {"none", nullptr},          {"empty", ""},
                      {"list", {1, "1"}},   {"nothing", Json::array()}, {"text", "a: b # c"},
                      {"lines", "a\nb\n"},  {"number", -2.5},           {"tilde", "~"}};
  EXPECT_EQ(read(to_yaml(value)), value);
}

}  // namespace
}  // namespace aurora::cli
