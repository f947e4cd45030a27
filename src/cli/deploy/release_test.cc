#include "cli/deploy/release.h"

#include <gtest/gtest.h>

#include "cli/deploy/bundle.h"

namespace aurora::cli {
namespace {

const ReleaseContents kContents{.code_key = "code/a.zip",
                                .definition_key = "definition/b.json",
                                .template_text = "Resources: {}",
                                .parameters = {{"Environment", "dev"}, {"LogLevel", "INFO"}}};

TEST(Release, ChangesWithAllThatIsDeployedAndWithNothingElse) {
  const Release release = release_of("0.1.0", kContents);
  EXPECT_EQ(release.text(), release_of("0.1.0", kContents).text());
  const auto differs = [&](auto change) {
    ReleaseContents other = kContents;
    change(other);
    return release_of("0.1.0", other).hash != release.hash;
  };
  EXPECT_TRUE(differs([](auto& c) { c.code_key = "code/z.zip"; }));
  EXPECT_TRUE(differs([](auto& c) { c.definition_key += "x"; }));
  EXPECT_TRUE(differs([](auto& c) { c.template_text += "\n"; }));
  EXPECT_TRUE(differs([](auto& c) { c.parameters["LogLevel"] = "DEBUG"; }));
  // The release itself is a parameter, and must not make another release of it.
  EXPECT_FALSE(differs([](auto& c) { c.parameters["Release"] = "0.1.0-abc"; }));
  EXPECT_NE(release_of("0.2.0", kContents).hash, release.hash);
}

TEST(Release, TextIsReadBack) {
  const Release release = release_of("0.1.0", kContents);
  EXPECT_EQ(parse_release(release.text()).version, "0.1.0");
  EXPECT_EQ(parse_release(release.text()).hash, release.hash);
  EXPECT_EQ(parse_release("").version, "");
}

TEST(Release, VersionsAreComparedByNumbers) {
  EXPECT_LT(compare_versions("0.9.0", "0.10.0"), 0);
  EXPECT_EQ(compare_versions("1.0", "1.0.0"), 0);
  EXPECT_GT(compare_versions("2", "1.9.9"), 0);
}

TEST(Release, NotesAreOfTheVersionsBetween) {
  const std::string document =
      "# Upgrading\n\nTalk.\n\n## 0.1.0\n\nFirst.\n\n## 0.2.0\n\nSecond,\nin two lines.\n\n## "
      "0.3.0\n\nThird.\n";
  const auto notes = upgrade_notes(document, "0.1.0", "0.2.0");
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].version, "0.2.0");
  EXPECT_EQ(notes[0].text, "Second, in two lines.");
  EXPECT_TRUE(upgrade_notes(document, "0.3.0", "0.3.0").empty());
}

TEST(Release, EveryNoteOfOurDocumentIsRead) {
  for (const UpgradeNote& note : upgrade_notes(upgrading_text(), "0", "999"))
    EXPECT_FALSE(note.text.empty()) << note.version;
  EXPECT_FALSE(upgrade_notes(upgrading_text(), "0", "999").empty());
}

}  // namespace
}  // namespace aurora::cli
