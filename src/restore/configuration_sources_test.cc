// Values of several sources that say one thing in different words.
#include "restore/configuration_sources.h"

#include <gtest/gtest.h>

#include "restore/request.h"

namespace aurora::restore {
namespace {

TEST(ConfigurationSources, NetworkOfTheInputIsNotContradictedByTheParameterStores) {
  Configuration configuration;
  configuration.add({{"subnet_ids", {"subnet-1", "subnet-2"}}}, Source::kEvent);
  configuration.add({{"db_subnet_group_name", "every-night"}}, Source::kParameterStore);
  configuration = settled(configuration);
  EXPECT_TRUE(configuration.has("subnet_ids"));
  EXPECT_FALSE(configuration.has("db_subnet_group_name"));
}

TEST(ConfigurationSources, SubnetGroupOfTheInputGoesBeforeConfiguredSubnets) {
  Configuration configuration;
  configuration.add({{"db_subnet_group_name", "tonight"}}, Source::kEvent);
  configuration.add({{"subnet_ids", {"subnet-1", "subnet-2"}}}, Source::kEnvironment);
  configuration = settled(configuration);
  EXPECT_EQ(configuration.text("db_subnet_group_name"), "tonight");
  EXPECT_FALSE(configuration.has("subnet_ids"));
}

TEST(ConfigurationSources, OneSourceThatSaysBothIsRefused) {
  Configuration configuration;
  configuration.add({{"subnet_ids", {"subnet-1"}}, {"db_subnet_group_name", "both"}}, Source::kEvent);
  configuration = settled(configuration);
  bool found = false;
  for (const Finding& finding : validate_resolved(configuration.values()))
    found = found || finding.field == "subnet_ids and db_subnet_group_name";
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace aurora::restore
