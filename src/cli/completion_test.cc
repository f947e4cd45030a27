#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "cli/command.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;

TEST(Completion, KnowsEveryCommandAndOption) {
  const std::string bash = bash_completion();
  const std::string fish = fish_completion();
  for (const Command& command : commands()) {
    EXPECT_THAT(bash, HasSubstr("'" + command.text.path + "')")) << command.text.path;
    for (const DeclaredOption& option : declared_options(command)) {
      if (option.argument) continue;
      EXPECT_THAT(bash, HasSubstr(option.names.back()));
      EXPECT_THAT(fish, HasSubstr("-l " + option.names.back().substr(2)));
    }
  }
}

TEST(Completion, OffersTheValuesOfAnOption) {
  EXPECT_THAT(bash_completion(), HasSubstr("--status) words='in-progress completed failed cancelled' ;;"));
  EXPECT_THAT(fish_completion(), HasSubstr("-l format -r -f -a 'sh fish json'"));
}

TEST(Completion, ZshUsesTheSameFunction) {
  EXPECT_THAT(zsh_completion(), testing::StartsWith("#compdef aurora-restore\n"));
  EXPECT_THAT(zsh_completion(), HasSubstr("_aurora_restore() {"));
}

}  // namespace
}  // namespace aurora::cli
