// Continuous backup: the write-ahead log that a cluster keeps beside its data, and its replay up to a moment.
#include <fmt/format.h>

#include "base/dates.h"
#include "base/files.h"
#include "base/text.h"
#include "local/engines/file_tree.h"
#include "local/engines/postgresql_engine.h"
#include "local/engines/server_tools.h"

namespace aurora::local::engines {
namespace {

namespace fs = std::filesystem;

bool is_segment(const std::string& name) {
  return name.size() == 24 && name.find_first_not_of("0123456789ABCDEF") == std::string::npos;
}

// The last segment of the log that a backup holds itself; what follows it has to come from the archive.
std::string last_segment(const fs::path& log) {
  std::string last;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(log, none))
    if (const std::string name = entry.path().filename(); is_segment(name) && name > last) last = name;
  return last;
}

std::string setting(std::string_view name, const std::string& value) {
  return fmt::format("{}={}", name, value);
}

// As PostgreSQL's settings take it: 2026-11-21 06:20:51.123456+00
std::string timestamp(TimePoint time) {
  return replace_all(replace_all(format_iso_micros(time), "T", " "), "Z", "+00");
}

// PostgreSQL refuses a time after the last commit; everything there is was committed before it then.
bool log_ends_before(const Error& failure) {
  return failure.message().find("recovery ended before configured recovery target was reached") !=
         std::string::npos;
}

}  // namespace

bool PostgreSqlEngine::can_replay(const fs::path& cluster, const std::optional<fs::path>& backup) const {
  const PostgreSqlLayout layout{cluster};
  const PostgreSqlLayout from{backup.value_or(layout.first_backup())};
  const std::string last = last_segment(from.data() / "pg_wal");
  return !last.empty() &&
         (fs::exists(layout.archive() / last) || fs::exists(layout.data() / "pg_wal" / last));
}

// Writes a commit and goes on to a new segment, so that everything until now is complete in the archive, or
// at least on the disk.
void PostgreSqlEngine::close_log_segment(const PostgreSqlLayout& layout, const Server& server) const {
  const std::optional<Running> running = look(layout);
  if (!running) return;  // a server at rest has written everything
  run_tool(command({tool(server.version, "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", layout.socket(),
                    "-p", std::to_string(running->port), "-U", kRdsAdmin, "-d", "postgres"},
                   "SELECT txid_current();\nSELECT pg_switch_wal();\n"),
           {});
}

void PostgreSqlEngine::replay(const PostgreSqlLayout& layout, const PointInTime& point,
                              std::stop_token stop) const {
  write_for_server(layout.data() / "recovery.signal", "", 0600);
  std::vector<std::string> settings = {setting("fsync", options_.durable ? "on" : "off"),
                                       setting("restore_command", restore_command({point.cluster})),
                                       setting("recovery_target_timeline", "latest"),
                                       setting("recovery_init_sync_method", "syncfs"),
                                       setting("hot_standby", "off"),
                                       setting("log_min_messages", "error")};
  if (point.time) {
    settings.push_back(setting("recovery_target_time", timestamp(*point.time)));
    settings.push_back(setting("recovery_target_inclusive", "off"));
    settings.push_back(setting("recovery_target_action", "promote"));
  }
  // In single-user mode recovery ends before the first statement is read, and there is none.
  std::vector<std::string> arguments = {tool(point.server.version, "postgres"), "--single", "-D",
                                        layout.data()};
  for (std::string& one : settings) {
    arguments.emplace_back("-c");
    arguments.push_back(std::move(one));
  }
  arguments.emplace_back("template1");
  run_tool(command(std::move(arguments)), std::move(stop));
}

void PostgreSqlEngine::restore_to_time(const PointInTime& point, const fs::path& directory,
                                       const Progress& progress, std::stop_token stop) {
  if (fs::exists(directory)) return;
  check_reachable(directory);
  close_log_segment({point.cluster}, point.server);
  const fs::path backup = point.backup.value_or(PostgreSqlLayout{point.cluster}.first_backup());
  PointInTime to = point;
  for (;;) {
    NewDirectory fresh(directory, user_, options_.durable);
    const PostgreSqlLayout layout{fresh.path()};
    make_private_directory(layout.socket(), user_);
    copy_tree(PostgreSqlLayout{backup}.data(), layout.data(), {"postmaster.pid", "postmaster.opts"}, progress,
              stop);
    try {
      replay(layout, to, stop);
    } catch (const Error& failure) {
      if (!to.time || !log_ends_before(failure)) throw;
      to.time.reset();
      continue;
    }
    return fresh.move_into_place();
  }
}

}  // namespace aurora::local::engines
