#include "cli/log_view.h"

#include <gtest/gtest.h>

#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

LogLine some_line() {
  return {.time = *parse_iso("2026-11-21T06:51:41Z"),
          .id = "1",
          .step = "verify_restore",
          .function = "aurora-restore-verify-restore-dev",
          .level = "ERROR",
          .message = "broken\nin two \x1b[31m",
          .fields = {{"step", "verify_restore"},
                     {"operation_id", "op-1"},
                     {"error", "DataMissing"},
                     {"hint", "look at it"},
                     {"count", 3},
                     {"nothing", nullptr}}};
}

TEST(LogView, WritesOneLineWhateverTheMessageHolds) {
  TestCommandLine fakes;
  fakes.terminal.out_stream = {.tty = false, .colour = true};
  Context context{.terminal = fakes.terminal,
                  .clock = fakes.clock,
                  .interrupted = {},
                  .variable = {},
                  .connect_api = {},
                  .connector = fakes.connector,
                  .host = fakes.host,
                  .program = "aurora-restore",
                  .version = "1"};
  const std::string text = log_text(context, some_line(), Style({}));
  EXPECT_EQ(text,
            "2026-11-21T06:51:41Z  ERROR    verify_restore        broken in two  [31m  error=DataMissing  "
            "hint=\"look at it\"  count=3\n");
  EXPECT_NE(log_text(context, some_line(), Style({.colour = true})).find("\x1b[31mERROR\x1b[0m"),
            std::string::npos);
}

TEST(LogView, GivesMachinesEveryField) {
  const Json row = log_row(some_line());
  EXPECT_EQ(row["time"], "2026-11-21T06:51:41.000Z");
  EXPECT_EQ(row["function"], "aurora-restore-verify-restore-dev");
  EXPECT_EQ(row["fields"]["operation_id"], "op-1");
}

}  // namespace
}  // namespace aurora::cli
