#include "local/stepfunctions/event_codec.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "base/text.h"

namespace aurora::local::stepfunctions {
namespace {

using asl::Event;
using asl::EventType;

Event event(std::int64_t id, std::int64_t previous, std::int64_t micros, EventType type, std::string name,
            std::string payload, Json details = nullptr) {
  Event made;
  made.id = id;
  made.previous = previous;
  made.time = TimePoint(Duration(micros));
  made.type = type;
  made.name = std::move(name);
  made.payload = std::move(payload);
  made.details = std::move(details);
  return made;
}

TEST(EventCodec, WritesTheseBytes) {
  const std::string bytes =
      encode_events({event(7, 6, 1000, EventType::kPassStateEntered, "A", "{}"),
                     event(8, 7, 1001, EventType::kPassStateExited, "A", "{}", Json{{"k", 1}})});
  EXPECT_EQ(hex_encode(bytes),
            "0102"  // version, two events
            "0c"
            "d00f"
            "06"
            "0141"
            "037b7d"
            "00"  // previous 6, time 1000, type 6, "A", "{}", no details
            "0e"
            "02"
            "07"
            "0141"
            "00"
            "077b226b223a317d");
}

TEST(EventCodec, ReadsWhatItWrote) {
  const std::vector<Event> events{
      event(1, 0, 1'700'000'000'123'456, EventType::kExecutionStarted, "", std::string(300, 'x')),
      event(2, 0, 1'700'000'000'123'456, EventType::kTaskStateEntered, "Größe", std::string(300, 'x')),
      event(3, 2, 1'700'000'000'000'000, EventType::kTaskTimedOut, "", "",
            Json{{"error", "States.Timeout"}})};
  const std::vector<Event> read = decode_events(1, encode_events(events));
  ASSERT_EQ(read.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(read[i].id, events[i].id);
    EXPECT_EQ(read[i].previous, events[i].previous);
    EXPECT_EQ(read[i].time, events[i].time);
    EXPECT_EQ(read[i].type, events[i].type);
    EXPECT_EQ(read[i].name, events[i].name);
    EXPECT_EQ(read[i].payload, events[i].payload);
    EXPECT_EQ(read[i].details, events[i].details);
  }
}

TEST(EventCodec, RefusesDamagedBytes) {
  const std::string good = encode_events({event(1, 0, 5, EventType::kPassStateEntered, "A", "{}")});
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_THROW(decode_events(1, good.substr(0, length)), Error) << length;
  EXPECT_THROW(decode_events(1, good + "x"), Error);
  EXPECT_THROW(decode_events(1, "\x02" + good.substr(1)), Error);
  EXPECT_THROW(decode_events(1, std::string("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11)), Error);
}

}  // namespace
}  // namespace aurora::local::stepfunctions
