#include "local/stepfunctions/page.h"

#include <gmock/gmock.h>

#include "aws/error.h"

namespace aurora::local::stepfunctions {
namespace {

using ::testing::ElementsAre;

constexpr TimePoint kNow{std::chrono::seconds(1'700'000'000)};

Call call_with(const Json& input) {
  Call call;
  call.operation = "ListThings";
  call.region = "us-west-2";
  call.input = input;
  return call;
}

std::vector<int> answered(const std::pair<std::vector<int>, std::string>& page) {
  return page.first;
}

auto page(const Json& input, const std::string& question = "q", TimePoint now = kNow) {
  return page_of(call_with(input), question, std::vector{1, 2, 3, 4, 5}, now,
                 [](int number) { return ascending(number); });
}

TEST(Page, FollowsTheOneThatGaveItsToken) {
  const auto first = page({{"maxResults", 2}});
  const auto second = page({{"maxResults", 2}, {"nextToken", first.second}});
  const auto third = page({{"maxResults", 2}, {"nextToken", second.second}});
  EXPECT_THAT(answered(first), ElementsAre(1, 2));
  EXPECT_THAT(answered(second), ElementsAre(3, 4));
  EXPECT_THAT(answered(third), ElementsAre(5));
  EXPECT_EQ(third.second, "");
}

TEST(Page, ATokenOfAnotherQuestionIsRefused) {
  const std::string token = page({{"maxResults", 2}}).second;
  EXPECT_THROW(page({{"nextToken", token}}, "another"), aws::ServiceError);
  EXPECT_THROW(page({{"nextToken", "nonsense"}}), aws::ServiceError);
  Call other = call_with({{"nextToken", token}});
  other.operation = "ListOthers";
  EXPECT_THROW(decode_page(other, "q", kNow), aws::ServiceError);
}

TEST(Page, ATokenIsGoodForADay) {
  const std::string token = page({{"maxResults", 2}}).second;
  EXPECT_THAT(answered(page({{"nextToken", token}}, "q", kNow + std::chrono::hours(24))),
              ElementsAre(3, 4, 5));
  EXPECT_THROW(page({{"nextToken", token}}, "q", kNow + std::chrono::hours(25)), aws::ServiceError);
}

TEST(Page, NumbersAscendAndDescendAsTexts) {
  EXPECT_LT(ascending(9), ascending(10));
  EXPECT_LT(descending(10), descending(9));
}

}  // namespace
}  // namespace aurora::local::stepfunctions
