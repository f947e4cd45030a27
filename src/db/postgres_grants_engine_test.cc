// Privileges on a real server, on tables of the master and of others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/testing/shop.h"
#include "db/users.h"

namespace aurora::db {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using PostgresGrants = testing::Shop;

TEST_F(PostgresGrants, PrivilegesAreWhatTheListSays) {
  set_up();
  EXPECT_EQ(refused("SELECT * FROM public.users"), "");
  EXPECT_EQ(refused("INSERT INTO public.users (name) VALUES ('x')"), "") << "the sequence too";
  EXPECT_EQ(refused("SELECT * FROM public.names"), "");
  EXPECT_EQ(refused("SELECT * FROM public.\"Odd \"\"Name\"\"\""), "");
  EXPECT_EQ(refused("DELETE FROM public.users"), "42501");
  EXPECT_EQ(refused("TRUNCATE public.users"), "42501");
  EXPECT_EQ(refused("CREATE TABLE public.mine (a int)"), "42501");
}

TEST_F(PostgresGrants, TablesOfOtherOwnersAreReachedWithoutStayingAMember) {
  set_up();
  EXPECT_EQ(refused("INSERT INTO side.orders (note) VALUES ('x')"), "");
  EXPECT_EQ(master()->query("SELECT pg_has_role($1, 'MEMBER')", {owner_}).rows[0][0], "f");
}

TEST_F(PostgresGrants, WhatIsNotAllowedIsReported) {
  const GrantedPrivileges granted = set_up();
  EXPECT_THAT(granted.notes, Contains("The login may not change privileges on 1 table that rdsadmin owns."));
  EXPECT_EQ(refused("SELECT * FROM public.theirs"), "42501");
  EXPECT_THAT(missing_privileges(*master(), user_),
              ElementsAre("INSERT on public.theirs", "SELECT on public.theirs"));
}

TEST_F(PostgresGrants, ASecondRunChangesNothing) {
  set_up();
  const auto count_entries = [&] {
    return master()
        ->query("SELECT sum(cardinality(relacl)), string_agg(relacl::text, ' ' ORDER BY oid) FROM pg_class")
        .rows;
  };
  const auto before = count_entries();
  const GrantedPrivileges again = set_up();
  EXPECT_EQ(again.granted, 0);
  EXPECT_EQ(again.revoked, 0);
  EXPECT_EQ(count_entries(), before);
}

TEST_F(PostgresGrants, PrivilegesThatLeftTheListAreTakenAway) {
  user_.privileges = {"ALL"};
  set_up();
  EXPECT_EQ(refused("DELETE FROM public.users"), "");
  EXPECT_EQ(refused("SELECT side.f(1, 'x')"), "");
  EXPECT_EQ(refused("CREATE TABLE side.mine (a int)"), "");
  master()->query("GRANT UPDATE (name) ON public.users TO " + user_.username);

  user_.privileges = {"read only"};
  const GrantedPrivileges granted = set_up();
  EXPECT_GT(granted.revoked, 0);
  EXPECT_EQ(refused("SELECT * FROM public.users"), "");
  EXPECT_EQ(refused("DELETE FROM public.users"), "42501");
  EXPECT_EQ(refused("UPDATE public.users SET name = ''"), "42501") << "on a column";
  EXPECT_EQ(refused("SELECT side.f(1, 'x')"), "42501");
  EXPECT_EQ(refused("CREATE TABLE side.other (a int)"), "42501");
  EXPECT_EQ(refused("DROP TABLE side.mine"), "") << "what the user owns stays its own";
}

TEST_F(PostgresGrants, OnlyTheChosenSchemasAreOpened) {
  user_.schemas = {"side", "nowhere"};
  const GrantedPrivileges granted = set_up();
  EXPECT_THAT(granted.schemas, ElementsAre("side"));
  EXPECT_THAT(granted.notes, Contains(HasSubstr("no schema \"nowhere\"")));
  EXPECT_THAT(missing_privileges(*master(), user_), ElementsAre("schema nowhere"));
  EXPECT_EQ(refused("SELECT * FROM side.orders"), "");
  EXPECT_EQ(refused("SELECT * FROM public.users"), "42501");

  user_.schemas = {"public"};
  set_up();
  EXPECT_EQ(refused("SELECT * FROM side.orders"), "42501") << "a schema that left the list";
  EXPECT_EQ(refused("SELECT * FROM public.users"), "");
}

TEST_F(PostgresGrants, TablesMadeLaterAreOpenToo) {
  set_up();
  run(server_->master(database_), {"CREATE TABLE public.later (id serial)"});
  run(server_->superuser(database_),
      {"SET ROLE " + owner_, "CREATE TABLE side.later (id serial)", "RESET ROLE"});
  EXPECT_EQ(refused("SELECT * FROM public.later"), "");
  EXPECT_EQ(refused("INSERT INTO side.later DEFAULT VALUES"), "");
  EXPECT_EQ(refused("DELETE FROM side.later"), "42501");
}

TEST_F(PostgresGrants, ExtensionsAreLeftAlone) {
  run(server_->superuser(database_), {"CREATE EXTENSION pg_stat_statements"});
  const GrantedPrivileges granted = set_up();
  EXPECT_THAT(granted.notes, ElementsAre("The login may not change privileges on 1 table that rdsadmin owns.",
                                         "The login may not set privileges on what rdsadmin will create."));
}

TEST_F(PostgresGrants, AClosedDatabaseIsOpenedForTheUser) {
  run(server_->master(database_), {"REVOKE CONNECT ON DATABASE " + database_ + " FROM PUBLIC"});
  set_up();
  EXPECT_EQ(refused("SELECT 1"), "");
}

}  // namespace
}  // namespace aurora::db
