#include "db/wide_number.h"

#include <gtest/gtest.h>

namespace aurora::db {
namespace {

TEST(WideNumber, ReadsAndPrintsWhatSixtyFourBitsCannotHold) {
  for (const char* text :
       {"0", "-1", "18446744073709551616", "-9223372036854775809", "17014118346046923173168730371588410572"})
    EXPECT_EQ(print_wide(parse_wide(text)), text);
  EXPECT_EQ(print_wide(parse_wide("18446744073709551615") + parse_wide("-18446744073709551616")), "-1");
}

}  // namespace
}  // namespace aurora::db
