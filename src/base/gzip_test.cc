#include "base/gzip.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"

namespace aurora {
namespace {

// printf 'hello\n' | gzip -n
constexpr char kHello[] = "H4sIAAAAAAAAA8tIzcnJ5wIAIDA6NgYAAAA=";

TEST(Gzip, ReadsWhatGzipWrote) {
  EXPECT_EQ(gunzip(*base64_decode(kHello), 100), "hello\n");
}

TEST(Gzip, PacksTheSameBytesTheSameWay) {
  const std::string text(100'000, 'a');
  EXPECT_EQ(gzip(text), gzip(text));
  EXPECT_LT(gzip(text).size(), 1000U);
  EXPECT_EQ(gunzip(gzip(text), 100'000), text);
  EXPECT_EQ(gunzip(gzip(""), 0), "");
}

TEST(Gzip, UnpacksPiecesAndSeveralMembers) {
  const std::string packed = gzip("one\n") + gzip("two\n");
  std::string text;
  Gunzip stream;
  for (const char byte : packed)
    stream.feed(std::string(1, byte), [&](std::string_view piece) { text += piece; });
  stream.finish();
  EXPECT_EQ(text, "one\ntwo\n");
}

TEST(Gzip, RefusesWhatIsNoneOrCutOrTooLarge) {
  EXPECT_THROW(gunzip("hello", 100), Error);
  const std::string packed = gzip(std::string(1000, 'x'));
  EXPECT_THROW(gunzip(packed.substr(0, packed.size() - 4), 2000), Error);
  EXPECT_THROW(gunzip(packed, 999), Error);
}

}  // namespace
}  // namespace aurora
