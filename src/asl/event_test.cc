#include "asl/event.h"

#include <gtest/gtest.h>

namespace aurora::asl {
namespace {

const Event kEntered{.id = 2,
                     .previous = 0,
                     .time = TimePoint(std::chrono::milliseconds(1'700'000'000'123)),
                     .type = EventType::kTaskStateEntered,
                     .name = "Work",
                     .payload = R"({"a":1})",
                     .details = {}};

TEST(Event, ShowsAsGetExecutionHistoryShowsIt) {
  EXPECT_EQ(
      event_to_json(kEntered, true).dump(),
      R"({"timestamp":"2023-11-14T22:13:20.123Z","type":"TaskStateEntered","id":2,"previousEventId":0,)"
      R"("stateEnteredEventDetails":{"name":"Work","input":"{\"a\":1}","inputDetails":{"truncated":false}}})");
}

TEST(Event, WithoutExecutionDataShowsNeitherPayloadNorCause) {
  EXPECT_EQ(event_to_json(kEntered, false)["stateEnteredEventDetails"].dump(), R"({"name":"Work"})");
  const Event failed{.id = 3,
                     .previous = 2,
                     .time = {},
                     .type = EventType::kExecutionFailed,
                     .name = {},
                     .payload = {},
                     .details = {{"error", "E"}, {"cause", "secret"}}};
  EXPECT_EQ(event_to_json(failed, false)["executionFailedEventDetails"].dump(), R"({"error":"E"})");
}

TEST(Event, EveryTypeHasItsName) {
  for (int i = 0; i <= static_cast<int>(EventType::kTaskTimedOut); ++i) {
    const auto type = static_cast<EventType>(i);
    EXPECT_EQ(parse_event_type(event_type_name(type)), type);
  }
}

}  // namespace
}  // namespace aurora::asl
