#include "local/stepfunctions/store.h"

#include <gmock/gmock.h>

#include "local/testing/temporary_directory.h"

namespace aurora::local::stepfunctions {
namespace {

using asl::Event;
using asl::EventType;
using ::testing::ElementsAre;

constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();

std::vector<Event> events(std::int64_t first, std::int64_t last) {
  std::vector<Event> made;
  for (std::int64_t id = first; id <= last; ++id) {
    Event event;
    event.id = id;
    event.previous = id - 1;
    event.type = EventType::kPassStateEntered;
    event.payload = std::to_string(id);
    made.push_back(std::move(event));
  }
  return made;
}

std::vector<std::int64_t> ids(const std::vector<Event>& events) {
  std::vector<std::int64_t> found;
  for (const Event& event : events) found.push_back(event.id);
  return found;
}

class StepFunctionsStoreTest : public ::testing::Test {
 protected:
  testing::TemporaryDirectory directory_;
};

TEST_F(StepFunctionsStoreTest, HistoriesArePagedAcrossRows) {
  Store store(directory_.path());
  store.add_events(1, events(1, 3));
  store.add_events(1, events(4, 4));
  store.add_events(1, events(5, 9));
  store.add_events(2, events(1, 2));
  EXPECT_THAT(ids(store.events(1, 0, 4, false)), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(ids(store.events(1, 2, 100, false)), ElementsAre(3, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(ids(store.events(1, 7, 100, false)), ElementsAre(8, 9));
  EXPECT_THAT(ids(store.events(1, 9, 100, false)), ElementsAre());
  EXPECT_THAT(ids(store.events(1, kEnd, 3, true)), ElementsAre(9, 8, 7));
  EXPECT_THAT(ids(store.events(1, 5, 3, true)), ElementsAre(4, 3, 2));
  EXPECT_THAT(ids(store.events(1, 1, 3, true)), ElementsAre());
  EXPECT_THAT(ids(store.events(3, 0, 3, false)), ElementsAre());
}

TEST_F(StepFunctionsStoreTest, PayloadsAreFoundByTheirEvent) {
  Store store(directory_.path());
  EXPECT_EQ(store.last_event(1), 0);
  store.add_events(1, events(1, 3));
  store.add_events(1, {});
  store.add_events(1, events(4, 8));
  EXPECT_EQ(store.last_event(1), 8);
  for (const std::int64_t id : {1, 3, 4, 8}) EXPECT_EQ(store.payload(1, id), std::to_string(id));
}

TEST_F(StepFunctionsStoreTest, HistoriesOfEarlierVersionsAreMoved) {
  {
    Store store(directory_.path());
    store.database().exec(R"sql(
      CREATE TABLE old_event (
        execution INTEGER NOT NULL, id INTEGER NOT NULL, previous INTEGER NOT NULL, time INTEGER NOT NULL,
        type INTEGER NOT NULL, name TEXT, payload TEXT, details TEXT, PRIMARY KEY (execution, id)) WITHOUT ROWID;
      INSERT INTO old_event VALUES (1, 1, 0, 1000, 0, '', '{"a":1}', NULL);
      INSERT INTO old_event VALUES (1, 2, 0, 2000, 3, '', '', '{"error":"States.Timeout"}');
      INSERT INTO old_event VALUES (7, 1, 0, 3000, 6, 'A', '[]', NULL))sql");
  }
  Store store(directory_.path());
  EXPECT_FALSE(store.database().tableExists("old_event"));
  const std::vector<Event> moved = store.events(1, 0, 100, false);
  ASSERT_EQ(moved.size(), 2U);
  EXPECT_EQ(moved[0].payload, R"({"a":1})");
  EXPECT_EQ(moved[1].type, EventType::kExecutionTimedOut);
  EXPECT_EQ(moved[1].time, TimePoint(Duration(2000)));
  EXPECT_EQ(moved[1].details, (Json{{"error", "States.Timeout"}}));
  EXPECT_EQ(store.events(7, 0, 100, false).at(0).name, "A");
}

}  // namespace
}  // namespace aurora::local::stepfunctions
