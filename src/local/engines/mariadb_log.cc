// Continuous backup: the binary log that a cluster keeps beside its data, and its replay up to a moment.
//
// The log knows seconds: what was committed within the second of the moment is left out.
#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/files.h"
#include "base/text.h"
#include "local/engines/file_tree.h"
#include "local/engines/mariadb_engine.h"
#include "local/engines/mariadb_programs.h"
#include "local/engines/server_tools.h"

namespace aurora::local::engines {
namespace {

namespace fs = std::filesystem;

// Where in the log a backup ends.
struct Position {
  std::string file;
  std::string offset;
};

// mariadb-backup writes "log.000003<tab>1234<tab>0-1-42"; a backup of a server at rest has none.
std::optional<Position> position_of(const MariaDbLayout& backup) {
  const auto text = read_file_if_exists(backup.data() / "xtrabackup_binlog_info");
  if (!text) return std::nullopt;
  const std::vector<std::string> parts = split(std::string(trim(*text)), '\t');
  if (parts.size() < 2) return std::nullopt;
  return Position{fs::path(parts[0]).filename(), parts[1]};
}

// The log's files from that one on, in order.
std::vector<std::string> files_from(const fs::path& log, const std::string& first) {
  std::vector<std::string> files;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(log, none)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("log.") && name != "log.index" && entry.path().extension() != ".state" &&
        name >= first)
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// As --stop-datetime takes it: 2026-11-21 06:20:51, in the program's time zone, which is UTC.
std::string stop_time(TimePoint time) {
  return replace_all(format_iso_seconds(time), "T", " ").substr(0, 19);
}

}  // namespace

bool MariaDbEngine::can_replay(const fs::path& cluster, const std::optional<fs::path>& backup) const {
  if (!backup) return false;  // none is made with the cluster
  const auto position = position_of({*backup});
  return position && fs::exists(MariaDbLayout{cluster}.binary_log() / position->file);
}

void MariaDbEngine::replay(const MariaDbLayout& layout, const PointInTime& point, const fs::path& backup,
                           std::stop_token stop) {
  const auto position = position_of({backup});
  if (!position) throw Error("EngineFailed", "the backup does not say where the log goes on");
  const fs::path statements = layout.directory / "replay.sql";
  std::vector<std::string> read = {mariadb_program("mariadb-binlog"), "--no-defaults", "--disable-log-bin",
                                   "--start-position=" + position->offset,
                                   "--result-file=" + statements.string()};
  if (point.time) read.push_back("--stop-datetime=" + stop_time(*point.time));
  for (std::string& file : files_from(MariaDbLayout{point.cluster}.binary_log(), position->file))
    read.push_back(std::move(file));
  run_tool(command(std::move(read)), stop);
  with_private_server(layout, point.server, stop, [&] {
    run_tool(command({"/bin/sh", "-c", "f=$1; shift; exec \"$@\" < \"$f\"", "sh", statements.string(),
                      mariadb_program("mariadb"), "--defaults-file=" + layout.admin().string(),
                      "--binary-mode", "--batch", "--socket=" + layout.socket().string()}),
             stop);
  });
  fs::remove(statements);
}

void MariaDbEngine::restore_to_time(const PointInTime& point, const fs::path& directory,
                                    const Progress& progress, std::stop_token stop) {
  if (fs::exists(directory)) return;
  check_reachable(directory);
  if (!point.backup) throw Error("EngineFailed", "there is no backup to replay the log on");
  // What is in the server's memory gets to the disk, and no file is read while it is written.
  if (const MariaDbLayout source{point.cluster}; look(source)) run_sql(source, "FLUSH BINARY LOGS;\n");
  NewDirectory fresh(directory, user_, options_.durable);
  const MariaDbLayout layout{fresh.path()};
  make_private_directory(layout.socket_directory(), user_);
  make_private_directory(layout.binary_log(), user_);
  copy_tree(MariaDbLayout{*point.backup}.data(), layout.data(), of_the_backup_tool(), progress, stop);
  copy_admin({*point.backup}, layout);
  replay(layout, point, *point.backup, stop);
  // The log of the replaying server names the place where the cluster was built.
  fs::remove_all(layout.binary_log());
  make_private_directory(layout.binary_log(), user_);
  fresh.move_into_place();
}

}  // namespace aurora::local::engines
