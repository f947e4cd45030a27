// RDS with the real servers of this machine, for tests of what a client of the database sees.
#pragma once
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "db/session.h"
#include "local/engines/native.h"
#include "local/rds.h"
#include "local/testing/rds_driver.h"
#include "local/testing/temporary_directory.h"

namespace aurora::local::testing {

class RdsWithServers : public ::testing::Test {
 protected:
  RdsWithServers(db::Engine engine, std::string database) : engine_(engine), database_(std::move(database)) {}

  void SetUp() override {
    std::filesystem::permissions(data_.path(), std::filesystem::perms(0711));
    open();
  }
  void TearDown() override {
    if (!service_) return;
    service_->wait_idle(std::chrono::seconds(20));
    service_->stop();
  }

  std::unique_ptr<RdsService> make_service() {
    return std::make_unique<RdsService>(
        RdsOptions{.directory = data_.path(),
                   .pace = {},
                   .patience = std::chrono::milliseconds(0),
                   .durable = false},
        engines::native_engines({.durable = false}, *authority_, clock_, Log::none(), {.durable = false}),
        clock_, Log::none());
  }
  void open() {
    authority_.emplace(data_.path() / "authority", clock_);
    service_ = make_service();
    service_->start();
  }
  void settle() { ASSERT_TRUE(service_->wait_idle(std::chrono::seconds(60))); }
  Json with_engine(Json more = Json::object()) const {
    more["Engine"] = engine_ == db::Engine::kMySql ? "aurora-mysql" : "aurora-postgresql";
    return more;
  }
  void make_cluster(RdsDriver& rds, const std::string& id, const Json& more = Json::object()) {
    rds.create_cluster(id, with_engine(more));
    make_instance(rds, id);
    ASSERT_EQ(rds.cluster_status(id), "available");
  }
  void make_instance(RdsDriver& rds, const std::string& cluster) {
    rds.create_instance(cluster + "-1", cluster, with_engine());
    settle();
    ASSERT_EQ(rds.instance_status(cluster + "-1"), "available");
  }
  // A process of its own opens the data and dies without a word.
  void open_elsewhere_and_die() {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const auto other = make_service();
      other->start();
      ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
  }

  db::ConnectOptions login(const Json& cluster, const std::string& password,
                           const std::string& user = "clusteradmin") {
    return {.engine = engine_,
            .host = cluster["Endpoint"],
            .port = cluster["Port"].get<unsigned short>(),
            .user = user,
            .password = Secret(password),
            .database = database_,
            .tls = db::ConnectOptions::Tls::kVerifyFull,
            .ca_file = authority_->ca_file()};
  }
  std::unique_ptr<db::Session> connect(const Json& cluster, const std::string& password,
                                       const std::string& user = "clusteradmin",
                                       const std::optional<std::string>& database = std::nullopt) {
    db::ConnectOptions options = login(cluster, password, user);
    if (database) options.database = *database;
    return connector_.connect(options);
  }
  std::string value(db::Session& session, const std::string& sql) {
    return session.query(sql).rows.at(0).at(0).value_or("NULL");
  }
  // What the statement says once the server answers again; empty when it does not within ten seconds.
  std::string value_when_back(const Json& cluster, const std::string& password, const std::string& sql) {
    for (int i = 0; i < 100; ++i) {
      clock_.sleep_for(std::chrono::milliseconds(100));
      try {
        return value(*connect(cluster, password), sql);
      } catch (const db::SqlError&) {
      }
    }
    return "";
  }
  std::size_t entries(const std::string& folder) {
    std::size_t count = 0;
    const auto path = data_.path() / "rds" / folder;
    if (std::filesystem::exists(path))
      for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path)) ++count;
    return count;
  }

  const db::Engine engine_;
  const std::string database_;
  TemporaryDirectory data_;
  SystemClock clock_;
  std::optional<engines::TlsAuthority> authority_;
  db::NativeConnector connector_;
  std::unique_ptr<RdsService> service_;
};

}  // namespace aurora::local::testing
