// The database that the tests of users work on.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "db/testing/postgres_server.h"
#include "db/users.h"

namespace aurora::db::testing {

// With characters that need care in SQL.
inline constexpr char kPassword[] = "a-user's pass\\word";

// A database with objects of three owners: the master, a role that it may join, and the superuser. Each
// test has a database and roles of its own on one server.
class Shop : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<PostgresServer>(
        PostgresServer::Options{.tls = false, .settings = {"log_statement=all"}});
  }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    static int number = 0;
    suffix_ = std::to_string(++number);
    database_ = "shop" + suffix_;
    owner_ = "owner" + suffix_;
    user_ = {.username = "app" + suffix_, .password = Secret(kPassword), .privileges = {"SELECT", "INSERT"}};
    run(server_->master("postgres"), {"CREATE DATABASE " + database_, "CREATE ROLE " + owner_});
    run(server_->superuser(database_),
        {"CREATE TABLE public.theirs (a int)", "CREATE SCHEMA side AUTHORIZATION " + owner_,
         "CREATE TABLE side.orders (id serial, note text)", "ALTER TABLE side.orders OWNER TO " + owner_,
         "CREATE FUNCTION side.f(int, text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
         "ALTER FUNCTION side.f OWNER TO " + owner_, "REVOKE EXECUTE ON FUNCTION side.f FROM PUBLIC"});
    run(server_->master(database_), {"CREATE TABLE public.users (id bigserial, name text)",
                                     "CREATE VIEW public.names AS SELECT name FROM users",
                                     "CREATE TABLE public.\"Odd \"\"Name\"\"\" (a int)"});
  }

  static void run(const ConnectOptions& login, const std::vector<std::string>& statements) {
    const auto session = NativeConnector().connect(login);
    for (const std::string& statement : statements) session->query(statement);
  }
  std::unique_ptr<Session> master() const { return NativeConnector().connect(server_->master(database_)); }
  std::unique_ptr<Session> log_in() const {
    return NativeConnector().connect(server_->as(user_.username, kPassword, database_));
  }
  // The SQLSTATE with which the user's statement is refused; empty when it is not.
  std::string refused(const std::string& statement) const {
    try {
      log_in()->query(statement);
      return {};
    } catch (const SqlError& error) {
      return error.sql_state();
    }
  }
  GrantedPrivileges set_up() const {
    const auto session = master();
    ensure_user(*session, user_);
    return grant_privileges(*session, user_);
  }

  static inline std::unique_ptr<PostgresServer> server_;
  std::string suffix_;
  std::string database_;
  std::string owner_;
  UserSpec user_;
};

}  // namespace aurora::db::testing
