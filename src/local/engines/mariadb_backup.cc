#include <fmt/format.h>

#include "base/files.h"
#include "local/engines/file_tree.h"
#include "local/engines/mariadb_engine.h"
#include "local/engines/mariadb_programs.h"
#include "local/engines/server_tools.h"

namespace aurora::local::engines {
namespace {

namespace fs = std::filesystem;

constexpr Duration kTellEvery = std::chrono::milliseconds(200);

}  // namespace

const std::set<std::string>& of_the_backup_tool() {
  static const std::set<std::string> kNames = {"backup-my.cnf", "xtrabackup_binlog_info",
                                               "xtrabackup_binlog_pos_innodb", "xtrabackup_checkpoints",
                                               "xtrabackup_info"};
  return kNames;
}

// The tool says which file it is at, not how far it is: what it has written is measured whenever it speaks.
void MariaDbEngine::stream_backup(const MariaDbLayout& layout, const fs::path& into, const Progress& progress,
                                  std::stop_token stop) const {
  const std::uint64_t total = tree_bytes(layout.data());
  Duration told = clock_.monotonic();
  const auto tell = [&](std::string_view) {
    if (!progress || clock_.monotonic() - told < kTellEvery) return;
    told = clock_.monotonic();
    progress(std::min(tree_bytes(into), total), total);
  };
  const std::string target = "--target-dir=" + into.string();
  run_tool(command({mariadb_program("mariadb-backup"), "--defaults-file=" + layout.admin().string(),
                    "--backup", target, "--datadir=" + layout.data().string(),
                    "--tmpdir=" + into.parent_path().string(), "--socket=" + layout.socket().string()}),
           stop, tell);
  run_tool(
      command({mariadb_program("mariadb-backup"), "--no-defaults", "--prepare", "--use-memory=64M", target}),
      std::move(stop));
}

void MariaDbEngine::copy_admin(const MariaDbLayout& from, const MariaDbLayout& to) const {
  write_owned(to.admin(), read_file(from.admin()), user_);
}

void MariaDbEngine::back_up(const fs::path& directory, const Server& server, const fs::path& backup,
                            const Progress& progress, std::stop_token stop) {
  if (fs::exists(backup)) return;
  const MariaDbLayout layout{directory};
  NewDirectory fresh(backup, user_, options_.durable);
  const MariaDbLayout into{fresh.path()};
  if (look(layout)) {
    stream_backup(layout, into.data(), progress, std::move(stop));
  } else {
    // A server that was killed leaves its pid file, and a log that has to be gone through with the binary log
    // beside it, which no backup holds.
    if (fs::exists(layout.pid_file())) with_private_server(layout, server, stop, [] {});
    copy_tree(layout.data(), into.data(), {}, progress, std::move(stop));
  }
  copy_admin(layout, into);
  fresh.move_into_place();
}

void MariaDbEngine::copy_backup(const fs::path& from, const fs::path& to, const Progress& progress,
                                std::stop_token stop) {
  if (fs::exists(to)) return;
  NewDirectory fresh(to, user_, options_.durable);
  const MariaDbLayout into{fresh.path()};
  copy_tree(MariaDbLayout{from}.data(), into.data(), {}, progress, std::move(stop));
  copy_admin({from}, into);
  fresh.move_into_place();
}

void MariaDbEngine::restore(const fs::path& backup, const fs::path& directory, const Progress& progress,
                            std::stop_token stop) {
  if (fs::exists(directory)) return;
  check_reachable(directory);
  NewDirectory fresh(directory, user_, options_.durable);
  const MariaDbLayout layout{fresh.path()};
  make_private_directory(layout.socket_directory(), user_);
  make_private_directory(layout.binary_log(), user_);
  copy_tree(MariaDbLayout{backup}.data(), layout.data(), of_the_backup_tool(), progress, std::move(stop));
  copy_admin({backup}, layout);
  fresh.move_into_place();
}

}  // namespace aurora::local::engines
