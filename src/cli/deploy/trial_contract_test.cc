// Starting the functions' executable as a process, with a Runtime API on loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "cli/deploy/trial.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;

std::string refusal_of(const std::string& executable, const std::string& handler = "cleanup") {
  SystemClock clock;
  try {
    try_start(clock, executable, handler);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "PackageDoesNotStart");
    return error.message();
  }
}

TEST(Trial, RealFunctionsStart) {
  SystemClock clock;
  const std::string bootstrap = read_file(AURORA_BIN_DIR "/bootstrap");
  for (const char* handler : {"snapshot_check", "setup_db_users", "handle_failure"})
    EXPECT_LT(try_start(clock, bootstrap, handler), std::chrono::seconds(5)) << handler;
}

TEST(Trial, OneThatCannotStartSaysWhy) {
  EXPECT_THAT(refusal_of(read_file(AURORA_BIN_DIR "/bootstrap"), "no_such_step"),
              HasSubstr("UnknownHandler"));
  EXPECT_THAT(refusal_of("#!/bin/sh\necho out of order\nexit 3\n"),
              testing::AllOf(HasSubstr("code 3"), HasSubstr("out of order")));
  EXPECT_THAT(refusal_of("#!/bin/sh\nkill -9 $$\n"), HasSubstr("signal 9"));
  EXPECT_FALSE(refusal_of("neither a program nor a script").empty());
}

}  // namespace
}  // namespace aurora::cli
