#include "base/text.h"

#include <gtest/gtest.h>

namespace aurora {
namespace {

TEST(Text, SplitKeepsEmptyParts) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string>{""}));
}

TEST(Text, JoinIsSplitsInverse) { EXPECT_EQ(join({"a", "", "b"}, ","), "a,,b"); }

TEST(Text, UriEncodeKeepsOnlyUnreserved) {
  EXPECT_EQ(uri_encode("a b/ü~*"), "a%20b%2F%C3%BC~%2A");
  EXPECT_EQ(uri_encode("a/b", true), "a/b");
}

TEST(Text, UriDecodeKeepsMalformedEscapes) {
  EXPECT_EQ(uri_decode("a%20b+c%zz%4", false), "a b+c%zz%4");
  EXPECT_EQ(uri_decode("a+b", true), "a b");
  EXPECT_EQ(uri_decode("%41"), "A");
}

TEST(Text, Base64MatchesRfc4648Vectors) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},         {"f", "Zg=="},     {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},  {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(base64_encode(plain), encoded);
    EXPECT_EQ(base64_decode(encoded), plain);
  }
  EXPECT_FALSE(base64_decode("Zg="));
  EXPECT_FALSE(base64_decode("Z g="));
  EXPECT_FALSE(base64_decode("Zg==Zg=="));
}

TEST(Text, Utf8RefusesOverlongAndSurrogates) {
  EXPECT_TRUE(is_valid_utf8("Zoë – 東京 🚀"));
  EXPECT_FALSE(is_valid_utf8("\xC0\xAF"));
  EXPECT_FALSE(is_valid_utf8("\xED\xA0\x80"));
  EXPECT_FALSE(is_valid_utf8("\xF4\x90\x80\x80"));
  EXPECT_FALSE(is_valid_utf8("abc\xE2\x82"));
}

TEST(Text, EditDistanceCountsASwapOnce) {
  EXPECT_EQ(edit_distance("stauts", "status"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("same", "same"), 0u);
}

TEST(Text, NearestFindsMisspellingButNotAnything) {
  const std::vector<std::string> names{"target_region", "source_region", "snapshot_name"};
  EXPECT_EQ(nearest("target_regoin", names), "target_region");
  EXPECT_EQ(nearest("snapshotname", names), "snapshot_name");
  EXPECT_FALSE(nearest("colour", names));
}

TEST(Text, HumanFigures) {
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1500), "1.5 kB");
  EXPECT_EQ(human_bytes(132'000'000), "132 MB");
  EXPECT_EQ(with_thousands(1234567), "1,234,567");
  EXPECT_EQ(with_thousands(12), "12");
  EXPECT_EQ(with_thousands(123), "123");
}

}  // namespace
}  // namespace aurora
