#include "local/store.h"

#include <gtest/gtest.h>

#include "local/testing/temporary_directory.h"

namespace aurora::local {
namespace {

const std::vector<std::string> kFirst = {"CREATE TABLE item(name TEXT PRIMARY KEY, size INTEGER)"};

TEST(Store, KeepsWhatWasCommittedWhenItIsOpenedAgain) {
  const testing::TemporaryDirectory directory;
  {
    auto database = open_store(directory.path(), "things", kFirst);
    database.exec("INSERT INTO item VALUES('a', 1)");
  }
  auto database = open_store(directory.path(), "things", kFirst);
  EXPECT_EQ(database.execAndGet("SELECT size FROM item WHERE name = 'a'").getInt(), 1);
}

TEST(Store, SyncsTheLogAtEveryCommitAndChecksForeignKeys) {
  const testing::TemporaryDirectory directory;
  auto database = open_store(directory.path(), "things", kFirst);
  EXPECT_EQ(database.execAndGet("PRAGMA journal_mode").getString(), "wal");
  EXPECT_EQ(database.execAndGet("PRAGMA synchronous").getInt(), 2);
  EXPECT_EQ(database.execAndGet("PRAGMA foreign_keys").getInt(), 1);
}

TEST(Store, AppliesOnlyTheMigrationsThatAreNew) {
  const testing::TemporaryDirectory directory;
  { open_store(directory.path(), "things", kFirst).exec("INSERT INTO item VALUES('a', 1)"); }
  auto migrations = kFirst;
  migrations.push_back("ALTER TABLE item ADD COLUMN colour TEXT DEFAULT 'red'");
  auto database = open_store(directory.path(), "things", migrations);
  EXPECT_EQ(database.execAndGet("SELECT colour FROM item").getString(), "red");
}

TEST(Store, LeavesNothingOfAMigrationThatFails) {
  const testing::TemporaryDirectory directory;
  auto migrations = kFirst;
  migrations.push_back("CREATE TABLE other(x); INSERT INTO absent VALUES(1)");
  EXPECT_THROW(open_store(directory.path(), "things", migrations), Error);
  auto database = open_store(directory.path(), "things", kFirst);
  EXPECT_FALSE(database.tableExists("other"));
}

TEST(Store, RefusesAStoreOfANewerVersion) {
  const testing::TemporaryDirectory directory;
  { open_store(directory.path(), "things", {kFirst[0], "CREATE TABLE later(x)"}); }
  try {
    open_store(directory.path(), "things", kFirst);
    FAIL() << "an older program would misread it";
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "StoreError");
    EXPECT_NE(error.message().find("newer version"), std::string::npos);
  }
}

TEST(Store, NamesADiskThatIsFull) {
  const testing::TemporaryDirectory directory;
  auto database = open_store(directory.path(), "things", kFirst);
  database.exec("PRAGMA max_page_count = 4");
  try {
    database.exec("INSERT INTO item VALUES(hex(randomblob(100000)), 1)");
    FAIL() << "there was no room";
  } catch (const SQLite::Exception& failure) {
    const Error error = store_error(failure, "things");
    EXPECT_EQ(error.name(), "DiskFull");
    EXPECT_NE(error.hint().find("Free space"), std::string::npos);
  }
}

TEST(Store, IsReadableByItsOwnerOnly) {
  const testing::TemporaryDirectory directory;
  auto database = open_store(directory.path(), "things", kFirst);
  const auto mode = std::filesystem::status(directory.path() / "things.db").permissions();
  EXPECT_EQ(mode & std::filesystem::perms::mask, std::filesystem::perms(0600));
}

TEST(Store, SaysWhereItCannotWrite) {
  const testing::TemporaryDirectory directory;
  { open_store(directory.path(), "file", {}); }
  try {
    open_store(directory.path() / "file.db", "things", {});
    FAIL() << "a file is no directory";
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "StoreError");
    EXPECT_NE(error.message().find("file.db"), std::string::npos);
  }
}

}  // namespace
}  // namespace aurora::local
