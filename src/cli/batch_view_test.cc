#include "cli/batch_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class BatchViewTest : public testing::Test {
 protected:
  BatchItem item(const std::string& name, BatchItem::State state) {
    BatchItem item{.plan = {.name = name, .request = {{"target_cluster_id", name + "-t"}}}};
    item.state = state;
    item.attempts = 1;
    item.operation_id = "b-" + name;
    item.started = clock.now() - std::chrono::seconds(62);
    item.step = "copy_snapshot";
    return item;
  }
  FakeTerminal terminal;
  ManualClock clock{*parse_iso("2026-11-28T07:00:00Z")};
  FakeLocalHost host;
  db::testing::FakeDatabase database;
  db::testing::FakeConnector connector{database};
  Context context{.terminal = terminal,
                  .clock = clock,
                  .interrupted = {},
                  .variable = [](const std::string&) { return std::nullopt; },
                  .connect_api = {},
                  .connector = connector,
                  .host = host,
                  .version = {}};
};

TEST_F(BatchViewTest, OnATerminalATableMoves) {
  terminal.err_stream.tty = true;
  BatchView view(context);
  BatchItem running = item("orders", BatchItem::State::kRunning);
  running.percent = 50;
  BatchItem waiting = item("billing", BatchItem::State::kWaiting);
  waiting.started.reset();
  view.tick({running, waiting, item("done", BatchItem::State::kCompleted)});
  EXPECT_THAT(terminal.written_err, HasSubstr("orders "));
  EXPECT_THAT(terminal.written_err, HasSubstr(" 50 %"));
  EXPECT_THAT(terminal.written_err, HasSubstr("waiting"));
  EXPECT_THAT(terminal.written_err, HasSubstr("1 of 3 over"));
  terminal.written_err.clear();
  view.step_changed(running);
  EXPECT_EQ(terminal.written_err, "") << "the table shows it";
}

TEST_F(BatchViewTest, AFleetLargerThanTheWindowShowsWhatRuns) {
  terminal.err_stream.tty = true;
  BatchView view(context);
  std::vector<BatchItem> items;
  for (int i = 0; i < 40; ++i) items.push_back(item("w" + std::to_string(i), BatchItem::State::kWaiting));
  items.push_back(item("orders", BatchItem::State::kRunning));
  view.tick(items);
  EXPECT_THAT(terminal.written_err, HasSubstr("orders"));
  EXPECT_THAT(terminal.written_err, Not(HasSubstr("w7")));
}

TEST_F(BatchViewTest, InAPipeEachEventIsALine) {
  BatchView view(context);
  BatchItem failed = item("orders", BatchItem::State::kFailed);
  failed.error = "TargetLocked";
  failed.message = "held by op-1";
  view.started(failed);
  view.tick({failed});
  view.finished(failed);
  view.finished(item("billing", BatchItem::State::kSkipped));
  EXPECT_EQ(terminal.written_err,
            "orders: started as b-orders\n"
            "orders: failed: TargetLocked: held by op-1\n"
            "billing: skipped, because another one failed\n");
}

TEST_F(BatchViewTest, TheSummaryHasARowForEach) {
  BatchItem failed = item("orders", BatchItem::State::kFailed);
  failed.error = "TargetLocked";
  failed.finished = clock.now();
  EXPECT_THAT(batch_table(context, {failed}), HasSubstr("orders-t"));
  const Json summary = batch_json("b", {.detached = false, .items = {failed}});
  EXPECT_EQ(summary["items"][0]["error"]["name"], "TargetLocked");
  EXPECT_EQ(summary["items"][0]["finished_at"], "2026-11-28T07:00:00.000Z");
}

}  // namespace
}  // namespace aurora::cli
