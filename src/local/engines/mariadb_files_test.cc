#include "local/engines/mariadb_files.h"

#include <gtest/gtest.h>

#include "local/engines/mariadb_parameters.h"

namespace aurora::local::engines {
namespace {

const Server kServer{"8.0.mysql_aurora.3.10.0", "127.9.9.9", 6000, {}};

Server with(std::map<std::string, std::string> parameters) {
  Server server = kServer;
  server.parameters = std::move(parameters);
  return server;
}

// What MySQL's own PASSWORD('password') gives.
TEST(MariaDbFiles, VerifierIsWhatMySqlStores) {
  EXPECT_EQ(native_password_verifier("password"), "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19");
}

TEST(MariaDbFiles, ValuesCannotLeaveTheirQuotes) {
  const std::string conf = my_cnf({"/data/c/abc"}, with({{"sql_mode", "A\",B\\ # no comment"}}), true);
  EXPECT_NE(conf.find("\nsql_mode=\"A\\\",B\\\\ # no comment\"\n"), std::string::npos);
  EXPECT_EQ(mariadb_set_password_sql("o'b\\", "*AB'"),
            "ALTER USER 'o''b\\\\'@'%' IDENTIFIED VIA mysql_native_password USING '*AB''';\n");
  const std::string sql = mariadb_bootstrap_sql({"8.0", "ad'min", "*AB", "a`b"}, "*CD");
  EXPECT_NE(sql.find("CREATE DATABASE `a``b`"), std::string::npos);
  EXPECT_NE(sql.find("CREATE USER 'ad''min'@'%'"), std::string::npos);
}

TEST(MariaDbFiles, NoGroupOverrulesWhatTheEngineNeeds) {
  const std::string conf =
      my_cnf({"/data/c/abc"}, with({{"binlog_format", "OFF"}, {"local_infile", "1"}}), true);
  EXPECT_EQ(conf.find("OFF\"\nbinlog_format"), std::string::npos);
  EXPECT_NE(conf.find("\nbinlog_format=\"ROW\"\n"), std::string::npos);
  EXPECT_NE(conf.find("\nskip_name_resolve=\"ON\"\n"), std::string::npos);
  EXPECT_GT(conf.find("\nlocal_infile=\"1\"\n"), conf.find("\nlocal_infile=\"OFF\"\n"))
      << "the last of two holds";
}

TEST(MariaDbParameters, HaveMariaDbsNamesForWhatItKnows) {
  const auto settings = mariadb_settings({{"transaction_isolation", "SERIALIZABLE"},
                                          {"aurora_parallel_query", "ON"},
                                          {"collation_server", "utf8mb4_0900_ai_ci"},
                                          {"time_zone", "Nowhere/Land"},
                                          {"wait_timeout", "60"}});
  ASSERT_EQ(settings.size(), 2u);
  EXPECT_EQ(settings[0].option, "transaction_isolation");
  EXPECT_EQ(settings[0].variable, "tx_isolation");
  EXPECT_EQ(settings[1].value, "60");
}

TEST(MariaDbParameters, WhatIsLeftOutIsNamed) {
  EXPECT_EQ(parameters_left_out({{"aurora_parallel_query", "ON"},
                                 {"collation_server", "utf8mb4_0900_ai_ci"},
                                 {"sql_mode", ""},
                                 {"time_zone", "../../etc/passwd"},
                                 {"wait_timeout", "60"}}),
            (std::vector<std::string>{"aurora_parallel_query", "collation_server", "time_zone"}));
}

TEST(MariaDbParameters, ReloadBringsBackWhatAGroupSetsNoMore) {
  const std::string sql = mariadb_reload_sql(with({{"wait_timeout", "60"}, {"event_scheduler", "ON"}}));
  EXPECT_NE(sql.find("SET GLOBAL wait_timeout = 60;\n"), std::string::npos);
  EXPECT_NE(sql.find("SET GLOBAL event_scheduler = 'ON';\n"), std::string::npos);
  EXPECT_NE(sql.find("SET GLOBAL long_query_time = DEFAULT;\n"), std::string::npos);
  EXPECT_NE(sql.find("SET GLOBAL max_connections = 60;\n"), std::string::npos);
  EXPECT_EQ(sql.find("lower_case_table_names"), std::string::npos) << "it needs a restart";
  EXPECT_EQ(sql.find("collation_server"), std::string::npos) << "the character set brings its own";
}

}  // namespace
}  // namespace aurora::local::engines
