#include "local/engines/mariadb_programs.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "base/error.h"

namespace aurora::local::engines {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> find_program(std::string_view name) {
  for (const char* directory :
       {"/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/usr/libexec"}) {
    const fs::path path = fs::path(directory) / name;
    if (fs::exists(path)) return path.string();
  }
  return std::nullopt;
}

}  // namespace

std::string mariadb_program(std::string_view name) {
  if (auto found = find_program(name)) return *std::move(found);
  throw Error("EngineFailed", fmt::format("{} is not installed", name),
              "Install the packages mariadb-server and mariadb-backup.");
}

std::vector<std::string> missing_mariadb_programs() {
  std::vector<std::string> missing;
  for (const char* name :
       {"mariadbd", "mariadb", "mariadb-install-db", "mariadb-tzinfo-to-sql", "mariadb-backup"})
    if (!find_program(name)) missing.emplace_back(name);
  return missing;
}

}  // namespace aurora::local::engines
