#include "local/cloudwatch/metric.h"

#include <gtest/gtest.h>

namespace aurora::local::cloudwatch {
namespace {

TEST(Metric, IsTheSameWhateverTheOrderOfItsDimensions) {
  const MetricId one =
      metric_of({{"Namespace", "N"},
                 {"MetricName", "m"},
                 {"Dimensions", {{{"Name", "a"}, {"Value", "1"}}, {{"Name", "b"}, {"Value", "2"}}}}});
  const MetricId other =
      metric_of({{"Namespace", "N"},
                 {"MetricName", "m"},
                 {"Dimensions", {{{"Name", "b"}, {"Value", "2"}}, {{"Name", "a"}, {"Value", "1"}}}}});
  EXPECT_EQ(one, other);
  EXPECT_EQ(shown(one)["Dimensions"],
            (Json{{{"Name", "a"}, {"Value", "1"}}, {{"Name", "b"}, {"Value", "2"}}}));
}

TEST(Metric, UnitsAreThoseOfTheModel) {
  EXPECT_TRUE(is_unit("Bytes/Second"));
  EXPECT_FALSE(is_unit("Furlongs"));
}

}  // namespace
}  // namespace aurora::local::cloudwatch
