#include "cli/error_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/files.h"
#include "restore/rds_errors.h"

namespace aurora::cli {
namespace {

TEST(ErrorCatalog, IsTheDocumentAsItStands) {
  EXPECT_EQ(errors_document(), read_file(AURORA_SOURCE_DIR "/docs/ERRORS.md"));
}

TEST(ErrorCatalog, EveryRowIsComplete) {
  std::set<std::string> names;
  for (const ErrorEntry& entry : error_catalog()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name << " stands twice";
    EXPECT_THAT(entry.retried, testing::AnyOf("yes", "no", "once")) << entry.name;
    for (const std::string& text : {entry.meaning, entry.stands, entry.what_to_do})
      EXPECT_TRUE(text.ends_with('.') || text.ends_with(';')) << entry.name << ": " << text;
  }
  EXPECT_GT(names.size(), 150u);
}

TEST(ErrorCatalog, NamesWithAnExitCodeAreExplained) {
  for (const std::string_view name : error_names_with_codes())
    EXPECT_NE(find_error(name), nullptr) << name << " has an exit code and no row in docs/ERRORS.md";
}

TEST(ErrorCatalog, CodesOfRdsSayWhatTheStepsSay) {
  for (const std::string_view code : restore::known_rds_codes()) {
    const ErrorEntry* entry = find_error(code);
    ASSERT_NE(entry, nullptr) << code;
    const aws::ServiceError error(std::string(code), "no");
    if (const std::string hint = restore::hint_for(error); !hint.empty()) {
      EXPECT_EQ(entry->what_to_do, hint) << code;
    }
    const restore::RetryClass retry = restore::class_of(error);
    EXPECT_EQ(entry->retried, retry == restore::RetryClass::kWait    ? "yes"
                              : retry == restore::RetryClass::kGrace ? "once"
                                                                     : "no")
        << code;
  }
}

TEST(ErrorCatalog, FindsCodesWithAndWithoutTheirEnding) {
  for (const char* name : {"DBClusterQuotaExceeded", "DBClusterQuotaExceededFault", "dbclusterquotaexceeded"})
    EXPECT_EQ(find_error(name)->name, "DBClusterQuotaExceededFault");
  EXPECT_EQ(find_error("ExpiredToken")->name, "ExpiredToken");
  EXPECT_EQ(find_error("Nothing"), nullptr);
}

TEST(ErrorCatalog, StandsIsTheFirstParagraphBelowTheHeading) {
  const auto entries = parse_errors_document(
      "# Errors\n\nTalk.\n\n## One\n\nNothing was\nchanged.\n\nMore.\n\n| name | meaning |\n|---|---|\n"
      "| `A` | It. | no | See [X.md](X.md). |\n\n### Sub\n\nWords.\n\n| `B` | That. | yes | Wait. |\n");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].stands, "Nothing was changed.");
  EXPECT_EQ(entries[0].what_to_do, "See docs/X.md.");
  EXPECT_EQ(entries[1].stands, "Nothing was changed.");
  EXPECT_EQ(entries[1].retried, "yes");
}

}  // namespace
}  // namespace aurora::cli
