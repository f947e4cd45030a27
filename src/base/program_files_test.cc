#include "base/program_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/ids.h"

namespace aurora {
namespace {

TEST(ProgramFiles, FolderHoldsTheRunningTest) {
  EXPECT_TRUE(std::filesystem::is_regular_file(program_folder() / "base_test")) << program_folder();
}

TEST(ProgramFiles, FindsWhatLiesBesideTheProgramAndNothingElse) {
  const std::string name = "beside-" + random_hex(8);
  EXPECT_EQ(find_beside_program(name), std::nullopt);
  write_file(program_folder() / name, "here");
  const auto found = find_beside_program(name);
  std::filesystem::remove(program_folder() / name);
  EXPECT_EQ(found, program_folder() / name);
}

}  // namespace
}  // namespace aurora
