#include "restore/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aurora::restore {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Html, NothingThatIsMarkupSurvives) {
  EXPECT_EQ(html_escape("<a href=\"x\" b='y'>&amp;</a>"),
            "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
  EXPECT_EQ(html_escape(std::string_view("a\0b", 3)),
            "a\xef\xbf\xbd"
            "b");
  for (const std::string& html :
       {toned("<b>"), html_code("<b>"), html_card("<b>", ""), html_pairs({{"<b>", "x"}})})
    EXPECT_THAT(html, Not(HasSubstr("<b>")));
}

TEST(Html, PairsWithoutValueAreLeftOut) {
  EXPECT_THAT(html_pairs({{"Error", ""}, {"Next", "go"}}), Not(HasSubstr("Error")));
}

TEST(Html, TableHasItsColumnsAndCells) {
  HtmlTable table({{"Step"}, {"Looks", true}});
  EXPECT_TRUE(table.empty());
  table.add({"Copy", "3"});
  EXPECT_FALSE(table.empty());
  EXPECT_THAT(table.html(), HasSubstr(">Step</th>"));
  EXPECT_THAT(table.html(), HasSubstr("<td class=\"wide\""));
}

}  // namespace
}  // namespace aurora::restore
