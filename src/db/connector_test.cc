// Which client an engine gets.
#include <gtest/gtest.h>

#include "db/session.h"

namespace aurora::db {
namespace {

TEST(Engines, AreKnownByTheirNamesOfRds) {
  EXPECT_EQ(engine_of("aurora-postgresql"), Engine::kPostgreSql);
  EXPECT_EQ(engine_of("aurora-mysql"), Engine::kMySql);
  EXPECT_EQ(engine_of("postgres"), std::nullopt);
}

TEST(NativeConnector, OptionsThatCannotWorkAreRefusedBeforeConnecting) {
  const auto refusal = [](const ConnectOptions& options) {
    try {
      NativeConnector().connect(options);
    } catch (const Error& error) {
      return error.name() + ": " + error.message();
    }
    return std::string();
  };
  for (const Engine engine : {Engine::kPostgreSql, Engine::kMySql}) {
    EXPECT_EQ(refusal({.engine = engine, .user = "y"}), "InvalidInput: no database host is given");
    EXPECT_EQ(refusal({.engine = engine, .host = "x"}), "InvalidInput: no database user is given");
    EXPECT_EQ(refusal({.engine = engine, .host = "x", .user = "y", .tls = ConnectOptions::Tls::kVerifyFull}),
              "InvalidInput: TLS is to be verified, but no certificate file is given");
  }
  EXPECT_EQ(refusal({.engine = Engine::kMySql, .host = "a,b", .user = "y"}),
            "InvalidInput: the database host is a list; give one host");
}

}  // namespace
}  // namespace aurora::db
