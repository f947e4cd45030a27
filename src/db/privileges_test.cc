#include "db/privileges.h"

#include <gtest/gtest.h>

namespace aurora::db {
namespace {

using Words = std::set<std::string>;

TEST(Privileges, SpellingDoesNotMatter) {
  EXPECT_EQ(canonical_privilege("select"), "SELECT");
  EXPECT_EQ(canonical_privilege(" read_only "), "READ ONLY");
  EXPECT_EQ(canonical_privilege("Read-Write"), "READ WRITE");
  EXPECT_EQ(canonical_privilege("readonly"), "READ ONLY");
  EXPECT_EQ(canonical_privilege("all  privileges"), "ALL");
  EXPECT_EQ(canonical_privilege("create_view"), "CREATE VIEW");
}

TEST(Privileges, ReadOnlyGivesNoWayToWrite) {
  const PrivilegeSet set = postgres_privileges({"read only"});
  EXPECT_EQ(set.on_tables, Words{"SELECT"});
  EXPECT_EQ(set.on_sequences, Words{"SELECT"});
  EXPECT_EQ(set.on_schemas, Words{"USAGE"});
  EXPECT_TRUE(set.on_routines.empty());
}

TEST(Privileges, WritersMayDrawNumbers) {
  EXPECT_TRUE(postgres_privileges({"INSERT"}).on_sequences.contains("USAGE"));
  EXPECT_TRUE(postgres_privileges({"UPDATE"}).on_sequences.contains("USAGE"));
  EXPECT_TRUE(postgres_privileges({"DELETE"}).on_sequences.empty());
  EXPECT_EQ(postgres_privileges({"READ WRITE"}).on_tables, (Words{"SELECT", "INSERT", "UPDATE", "DELETE"}));
}

TEST(Privileges, AllIsEveryKnownWord) {
  const PrivilegeSet set = postgres_privileges({"ALL"});
  EXPECT_EQ(set.on_tables, postgres_privileges_all().on_tables);
  EXPECT_EQ(set.on_schemas, (Words{"USAGE", "CREATE"}));
  EXPECT_EQ(set.on_sequences, (Words{"USAGE", "SELECT"}));
  EXPECT_EQ(set.on_routines, Words{"EXECUTE"});
}

TEST(Privileges, EveryKnownWordOfPostgresMeansSomething) {
  for (const std::string& word : known_privileges(Engine::kPostgreSql)) {
    EXPECT_EQ(canonical_privilege(word), word);
    const PrivilegeSet set = postgres_privileges({word});
    const bool has_effect = word == "CONNECT" || set.on_databases.size() > 1 || !set.on_tables.empty() ||
                            set.on_schemas.size() > 1 || !set.on_sequences.empty() ||
                            !set.on_routines.empty();
    EXPECT_TRUE(has_effect) << word;
  }
}

TEST(Privileges, MySqlHasFewerOnTablesThanOnDatabases) {
  EXPECT_EQ(mysql_privileges({"read write"}, true), (Words{"SELECT", "INSERT", "UPDATE", "DELETE"}));
  EXPECT_TRUE(mysql_privileges({"ALL"}, false).contains("EXECUTE"));
  EXPECT_FALSE(mysql_privileges({"ALL"}, true).contains("EXECUTE"));
  EXPECT_FALSE(mysql_privileges({"ALL"}, false).contains("GRANT OPTION"));
}

TEST(Privileges, TablesKnowNoOtherWordsThanTheirDatabase) {
  for (const Engine engine : {Engine::kPostgreSql, Engine::kMySql}) {
    const std::vector<std::string> all = known_privileges(engine);
    for (const std::string& word : known_table_privileges(engine))
      EXPECT_NE(std::ranges::find(all, word), all.end()) << word;
  }
}

}  // namespace
}  // namespace aurora::db
