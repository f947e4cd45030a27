#include "asl/path.h"

#include <gtest/gtest.h>

namespace aurora::asl {
namespace {

const Json kData = Json::parse(R"({
  "a": {"b": [10, 20, 30, 40], "dash-ed": 1, "ünï": 2},
  "items": [{"n": 1, "s": "x"}, {"n": 2, "s": "y", "ok": true}, {"n": 3}],
  "it's \"here\"": 5})");

std::string evaluated(const std::string& path) {
  const Json context = {{"Execution", {{"Name", "run"}}}};
  return Path::compile(path).evaluate({kData, [&]() -> const Json& { return context; }}).dump();
}

std::string miss(const std::string& path) {
  try {
    return "found " + evaluated(path);
  } catch (const PathMiss& e) {
    return e.message();
  }
}

TEST(Path, FollowsNamesAndIndices) {
  EXPECT_EQ(evaluated("$.a.b[0]"), "10");
  EXPECT_EQ(evaluated("$['a']['b'][-1]"), "40");
  EXPECT_EQ(evaluated("$.a.dash-ed"), "1");
  EXPECT_EQ(evaluated("$.a.ünï"), "2");
  EXPECT_EQ(evaluated("$['it\\'s \"here\"']"), "5");
  EXPECT_EQ(evaluated("$$.Execution.Name"), "\"run\"");
}

TEST(Path, ListsAllMatchesOfAPathWithSeveral) {
  EXPECT_EQ(evaluated("$.a.b[1:3]"), "[20,30]");
  EXPECT_EQ(evaluated("$.a.b[-2:]"), "[30,40]");
  EXPECT_EQ(evaluated("$.a.b[:-3]"), "[10]");
  EXPECT_EQ(evaluated("$.a.b[0,2]"), "[10,30]");
  EXPECT_EQ(evaluated("$.items[*].n"), "[1,2,3]");
  EXPECT_EQ(evaluated("$..n"), "[1,2,3]");
}

TEST(Path, ListsNothingWhereAWildcardOrSliceFindsNothing) {
  EXPECT_EQ(evaluated("$.missing[*].x"), "[]");
  EXPECT_EQ(evaluated("$.a.missing[1:]"), "[]");
}

TEST(Path, GathersSeveralNamesAtItsEndInAnObject) {
  EXPECT_EQ(evaluated("$.items[0]['n','s']"), R"({"n":1,"s":"x"})");
  EXPECT_EQ(evaluated("$.items[*]['ok','n']"), R"([{"n":1},{"ok":true,"n":2},{"n":3}])");
  EXPECT_EQ(evaluated("$['a','items'].dash-ed"), "[1]");
  EXPECT_EQ(miss("$.a.b['n','s']"), "No results for path: $['a']['b']['n','s']");
}

TEST(Path, FindsEachObjectOnceBelow) {
  EXPECT_EQ(evaluated("$..[?(@.n > 1)].n"), "[2,3]");
  EXPECT_EQ(evaluated("$..b[0]"), "[10]");
  EXPECT_EQ(evaluated("$.a..*"), "[[10,20,30,40],1,2,10,20,30,40]");
}

TEST(Path, FiltersElements) {
  EXPECT_EQ(evaluated("$.items[?(@.n > 1 && @.s == 'y')].n"), "[2]");
  EXPECT_EQ(evaluated("$.items[?(@.n == 1 || !(@.s))].n"), "[1,3]");
  EXPECT_EQ(evaluated("$.items[?(@.ok)].n"), "[2]");
  EXPECT_EQ(evaluated("$.items[?(@.n in [1, 3])].n"), "[1,3]");
  EXPECT_EQ(evaluated("$.items[?(@.n == $.a['dash-ed'])].n"), "[1]");
  EXPECT_EQ(evaluated("$.items[?(@.s == y)].n"), "[2]");
  EXPECT_EQ(evaluated("$.items[?(@.n == '2')].n"), "[2]");
  EXPECT_EQ(evaluated("$.items[?(@.s =~ /[WX]/i)].n"), "[1]");
  EXPECT_EQ(evaluated("$.items[?(@.s contains 'y')].n"), "[2]");
  EXPECT_EQ(evaluated("$.items[?(@.n nin [1, 3])].n"), "[2]");
  EXPECT_EQ(evaluated("$.items[?(@['n'] anyof [1])].n"), "[]");
  EXPECT_EQ(evaluated("$.a[?(@.b[?(@ > 30)] size 1)].dash-ed"), "[1]");
  EXPECT_EQ(evaluated("$.a[?(@.b subsetof [10,20,30,40])]"), R"([{"b":[10,20,30,40],"dash-ed":1,"ünï":2}])");
  EXPECT_EQ(evaluated("$.items[?(@.s empty false)].n"), "[1,2]");
  EXPECT_EQ(evaluated("$.items[?(@.n == $.a.b.length())].n"), "[]");
}

TEST(Path, CountsWithLength) {
  EXPECT_EQ(evaluated("$.a.b.length()"), "4");
  EXPECT_EQ(evaluated("$.a.b[(@.length-1)]"), "40");
}

TEST(Path, NamesTheStepThatLeadsNowhereAsAwsDoes) {
  EXPECT_EQ(miss("$.nothing"), "No results for path: $['nothing']");
  EXPECT_EQ(miss("$.a.x.y"), "Missing property in path $['a']['x']");
  EXPECT_EQ(miss("$.a.b[4]"), "Index out of bounds when evaluating path $['a']['b'][4]");
}

TEST(Path, TellsReferencePathsFromOthers) {
  EXPECT_TRUE(Path::compile("$.a['b'][0]").is_reference());
  for (const char* path :
       {"$.a[*]", "$..a", "$.a[0,1]", "$.a[0:1]", "$.a[?(@.b)]", "$.a.length()", "$variable.a"})
    EXPECT_FALSE(Path::compile(path).is_reference()) << path;
}

TEST(Path, RefusesWhatIsNoPath) {
  for (const char* path :
       {"", "a", ".a", "$.", "$..", "$...", "$.a[", "$.a['b]", "$.a[b]", "$.a b", "$.a[?(@.b]", "$[]", "()",
        "$.a.size()", "$.a[99999999999999999999]", "$.a[?(@.b =~ /(/)]", "$.a[?(@.b =~ /x)]"})
    EXPECT_THROW(Path::compile(path), Error) << path;
}

TEST(Path, RefusesFiltersThatCouldExhaustTheStack) {
  EXPECT_THROW(Path::compile("$[?(" + std::string(100'000, '(') + "@.a"), Error);
  EXPECT_THROW(Path::compile("$[?(" + std::string(100'000, '!') + "@.a)]"), Error);
  EXPECT_THROW(Path::compile("$[?(@.a in " + std::string(100'000, '[')), Error);
  std::string wide = "$[?(@.a";
  for (int i = 0; i < 10'000; ++i) wide += "||@.a";
  EXPECT_NO_THROW(Path::compile(wide + ")]"));
}

std::string failure(const std::string& path, const Json& data) {
  try {
    Path::compile(path).evaluate({data, {}});
    return "none";
  } catch (const Error& e) {
    return e.name();
  }
}

TEST(Path, RefusesWorkThatGrowsWithoutBounds) {
  Json deep = Json::object(), wide = Json::array();
  for (int i = 0; i < 400; ++i) deep = Json{{"a", deep}, {"b", 1}};
  for (int i = 0; i < 8'000; ++i) wide.push_back(i);
  EXPECT_EQ(failure("$..*..*..*..*", deep), "States.Runtime");
  EXPECT_EQ(failure("$..a", Json{{"a", std::string(200'000, 'x')}, {"c", deep}}), "none");
  EXPECT_EQ(failure("$[?($[?($[?(@ == 1)])])]", wide), "States.Runtime");
  EXPECT_EQ(failure("$[?($ == $)]", wide), "States.Runtime");
  std::string many = "$[?(@[0] == 1";
  for (int i = 0; i < 10'000; ++i) many += " || @[0] == 1";
  EXPECT_EQ(failure(many + ")]", wide), "States.Runtime");
  Json heavy = Json::array({std::string(250'000, 'x')});
  for (int i = 0; i < 100; ++i) heavy = Json::array({heavy});
  EXPECT_EQ(failure("$..*", heavy), "States.DataLimitExceeded");
}

TEST(Path, RefusesMoreStepsThanJsonIsDeep) {
  std::string longest = "$";
  for (int i = 0; i < kJsonDepthMax; ++i) longest += ".a";
  EXPECT_NO_THROW(Path::compile(longest));
  EXPECT_THROW(Path::compile(longest + ".a"), Error);
}

std::string placed(const std::string& data, const std::string& path) {
  Json json = Json::parse(data);
  return place_result(json, Path::compile(path), "new") ? json.dump() : "refused";
}

TEST(PlaceResult, MakesTheObjectsOnTheWay) {
  EXPECT_EQ(placed(R"({"a":1})", "$.b.c"), R"({"a":1,"b":{"c":"new"}})");
  EXPECT_EQ(placed(R"({"a":[1,2]})", "$.a[1]"), R"({"a":[1,"new"]})");
}

TEST(PlaceResult, RefusesToReplaceWhatIsNoObject) {
  EXPECT_EQ(placed(R"({"a":1})", "$.a.b"), "refused");
  EXPECT_EQ(placed(R"({"a":[1]})", "$.a[1]"), "refused");
  EXPECT_EQ(placed("[1]", "$.a"), "refused");
}

}  // namespace
}  // namespace aurora::asl
