#include "cli/table.h"

#include <gtest/gtest.h>

namespace aurora::cli {
namespace {

Table two_rows() {
  Table table({{"NAME"}, {"SIZE", Table::Align::kRight}, {"NOTE"}});
  table.add({"Zoë", "7", "first"});
  table.add({"second one", "1234", ""});
  return table;
}

TEST(Table, AlignsByColumns) {
  EXPECT_EQ(two_rows().text(Style({})),
            "NAME        SIZE  NOTE\n"
            "Zoë            7  first\n"
            "second one  1234\n");
}

TEST(Table, CutsTheLastColumnOnATtyOnly) {
  Table table({{"A"}, {"B"}});
  table.add({"x", std::string(40, 'y')});
  EXPECT_NE(table.text(Style({.tty = false, .width = 20})).find(std::string(40, 'y')), std::string::npos);
  EXPECT_NE(table.text(Style({.tty = true, .unicode = true, .width = 20}))
                .find("x  " + std::string(16, 'y') + "…\n"),
            std::string::npos);
}

TEST(LabelLines, LabelsAreAsWideAsTheWidest) {
  EXPECT_EQ(label_lines({{"A", "1"}, {"Long", "2"}}, Style({}), 1), " A     1\n Long  2\n");
}

TEST(LabelLines, LongValuesBreakOnATtyOnly) {
  const std::vector<std::pair<std::string, std::string>> lines{
      {"Why", "a long sentence that does not fit into the window at all"}};
  EXPECT_EQ(label_lines(lines, Style({.tty = true, .width = 40})),
            "Why  a long sentence that does not fit\n     into the window at all\n");
  EXPECT_EQ(label_lines(lines, Style({.tty = false, .width = 40})),
            "Why  a long sentence that does not fit into the window at all\n");
}

}  // namespace
}  // namespace aurora::cli
