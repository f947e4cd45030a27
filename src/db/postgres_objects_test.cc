#include "db/postgres_objects.h"

#include <gtest/gtest.h>

#include "db/privileges.h"

namespace aurora::db::postgres {
namespace {

const std::string kNone;

TEST(Words, AreReadFromAListAndWrittenInOrder) {
  EXPECT_EQ(words_of(kNone), 0u);
  EXPECT_EQ(names_of(words_of(std::string("SELECT,INSERT"))), "INSERT, SELECT");
  EXPECT_EQ(words_of(std::string("MAINTAIN")), 0u) << "a later version's";
}

TEST(Words, EveryPrivilegeThatIsGrantedHasABit) {
  const PrivilegeSet& all = postgres_privileges_all();
  for (const auto& set : {all.on_databases, all.on_schemas, all.on_tables, all.on_sequences, all.on_routines})
    EXPECT_EQ(static_cast<std::size_t>(std::popcount(words_of(set))), set.size());
}

TEST(Words, HoldersAreFoundByTheirNumber) {
  const Holders holders = holders_of("2:SELECT,INSERT 0:USAGE", 3);
  EXPECT_EQ(names_of(holders[0]), "USAGE");
  EXPECT_EQ(holders[1], 0u);
  EXPECT_EQ(names_of(holders[2]), "INSERT, SELECT");
  EXPECT_EQ(holders_of("", 2), (Holders{0, 0}));
}

}  // namespace
}  // namespace aurora::db::postgres
