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

TEST(NativeConnector, MySqlIsRefusedByName) {
  try {
    NativeConnector().connect({.engine = Engine::kMySql, .host = "x", .user = "y"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "EngineNotSupported");
    EXPECT_FALSE(error.hint().empty());
  }
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
  EXPECT_EQ(refusal({.user = "y"}), "InvalidInput: no database host is given");
  EXPECT_EQ(refusal({.host = "x"}), "InvalidInput: no database user is given");
  EXPECT_EQ(refusal({.host = "x", .user = "y", .tls = ConnectOptions::Tls::kVerifyFull}),
            "InvalidInput: TLS is to be verified, but no certificate file is given");
}

}  // namespace
}  // namespace aurora::db
