// The static executable against real servers: TLS with a verified certificate, each engine's login, and no
// library.
#include <elf.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "base/files.h"
#include "db/testing/mariadb_server.h"
#include "db/testing/postgres_server.h"

namespace aurora::db {
namespace {

// Runs the probe as `host`, and gives what it printed.
std::string probe(const ConnectOptions& login, const std::string& host, const std::string& ca_file) {
  const std::string command =
      fmt::format("printf '%s\\n' '{}' | {} {} {} {} {} {} {}", login.password.reveal(), AURORA_STATIC_PROBE,
                  login.engine == Engine::kMySql ? "aurora-mysql" : "aurora-postgresql", host, login.port,
                  login.user, login.database, ca_file);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string output;
  std::array<char, 512> buffer;
  while (fgets(buffer.data(), buffer.size(), pipe.get())) output += buffer.data();
  return output;
}

// Whether an ELF program asks for a dynamic loader.
bool has_interpreter(const std::string& image) {
  Elf64_Ehdr header;
  std::memcpy(&header, image.data(), sizeof header);
  for (int number = 0; number < header.e_phnum; ++number) {
    Elf64_Phdr part;
    std::memcpy(&part, image.data() + header.e_phoff + static_cast<std::size_t>(number) * sizeof part,
                sizeof part);
    if (part.p_type == PT_INTERP) return true;
  }
  return false;
}

TEST(StaticLink, LogsInOverVerifiedTlsByName) {
  const testing::PostgresServer server({.tls = true, .settings = {}});
  const std::string expected = "encrypted=t user=dbmaster number=1.50\n";
  EXPECT_EQ(probe(server.master(), "localhost", server.ca_file()), expected);
  EXPECT_EQ(probe(server.master(), "127.0.0.1", server.ca_file()), expected);
}

TEST(StaticLink, LogsInToMySqlOverVerifiedTls) {
  const testing::MariaDbServer server({.tls = true, .settings = {}});
  const std::string expected = "encrypted=t user=dbmaster number=1.50\n";
  EXPECT_EQ(probe(server.master(), "localhost", server.ca_file()), expected);
  EXPECT_EQ(probe(server.master(), "127.0.0.1", server.ca_file()), expected);
  EXPECT_THAT(probe(server.as("dbmaster", "wrong"), "localhost", server.ca_file()),
              ::testing::StartsWith("DatabaseLoginFailed: "));
}

TEST(StaticLink, RefusedLoginKeepsItsName) {
  const testing::PostgresServer server({.tls = true, .settings = {}});
  EXPECT_THAT(probe(server.as("dbmaster", "wrong"), "localhost", server.ca_file()),
              ::testing::StartsWith("DatabaseLoginFailed: "));
}

TEST(StaticLink, NeedsNoLoaderAndNoLibrary) {
  if (!AURORA_STATIC_EXPECTED) GTEST_SKIP() << "this build links dynamically (AURORA_STATIC, sanitizers)";
  EXPECT_FALSE(has_interpreter(read_file(AURORA_STATIC_PROBE)));
}

}  // namespace
}  // namespace aurora::db
