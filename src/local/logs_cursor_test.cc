#include "local/logs_cursor.h"

#include "base/text.h"
#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

class LogCursorTest : public testing::EndpointFixture {
 protected:
  void append(const std::string& group, const std::string& line) {
    services->logs.append("us-west-2", group, "s", clock.now(), line);
  }
  std::string read(std::vector<std::string> groups, std::int64_t begin = 0, std::int64_t end = INT64_MAX) {
    services->logs.stop();  // writes what was appended
    const auto cursor = open_log_cursor(directory.path(), {"us-west-2", std::move(groups), begin, end});
    std::string text;
    while (const auto event = cursor->next()) text += event->log.substr(13) + ":" + event->message + " ";
    return text;
  }
};

TEST_F(LogCursorTest, MergesGroupsTheNewestFirst) {
  append("a", "1");
  append("b", "2");
  append("a", "3");
  clock.advance(std::chrono::seconds(1));
  append("c", "4");
  append("a", "5");
  EXPECT_EQ(read({"a", "b", "a"}), "a:5 a:3 b:2 a:1 ");
  EXPECT_EQ(read({"none"}), "");
}

TEST_F(LogCursorTest, KeepsToItsRangeBothEndsIncluded) {
  const std::int64_t begin = 1795242051000;
  append("a", "1");
  clock.advance(std::chrono::milliseconds(500));
  append("a", "2");
  clock.advance(std::chrono::milliseconds(500));
  append("a", "3");
  EXPECT_EQ(read({"a"}, begin + 500, begin + 1000), "a:3 a:2 ");
  EXPECT_EQ(read({"a"}, begin, begin + 499), "a:1 ");
}

TEST(LogPointer, GivesItsRowBackAndNothingElse) {
  EXPECT_EQ(row_of_pointer(log_pointer(42)), 42);
  EXPECT_EQ(row_of_pointer("x"), std::nullopt);
  EXPECT_EQ(row_of_pointer(base64_encode("event/4x")), std::nullopt);
}

}  // namespace
}  // namespace aurora::local
