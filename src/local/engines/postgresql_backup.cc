#include <fmt/format.h>

#include <charconv>

#include "base/files.h"
#include "base/text.h"
#include "local/engines/file_tree.h"
#include "local/engines/postgresql_engine.h"
#include "local/engines/server_tools.h"

namespace aurora::local::engines {
namespace {

namespace fs = std::filesystem;

// What belongs to a running server, not to its data.
const std::set<std::string> kOfTheServer = {"postmaster.pid", "postmaster.opts"};

// pg_basebackup's "  30123/40123 kB (75%), 0/1 tablespace", as it comes in pieces.
class ProgressReader {
 public:
  explicit ProgressReader(const Progress& progress) : progress_(progress) {}

  void read(std::string_view text) {
    for (const char c : text) {
      if (c != '\r' && c != '\n')
        line_ += c;
      else
        tell(std::exchange(line_, {}));
    }
  }

 private:
  void tell(const std::string& line) {
    const std::string_view words = trim(line);
    const std::size_t slash = words.find('/');
    const std::size_t unit = words.find(" kB");
    if (slash == std::string_view::npos || unit == std::string_view::npos || unit < slash) return;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    std::from_chars(words.data(), words.data() + slash, done);
    std::from_chars(words.data() + slash + 1, words.data() + unit, total);
    if (total > 0) progress_(done * 1024, total * 1024);
  }

  const Progress& progress_;
  std::string line_;
};

}  // namespace

void PostgreSqlEngine::stream_backup(const PostgreSqlLayout& layout, const Server& server,
                                     const fs::path& into, const Progress& progress,
                                     std::stop_token stop) const {
  const auto running = look(layout);
  ProgressReader reader(progress);
  run_tool(command({tool(server.version, "pg_basebackup"), "-h", layout.socket(), "-p",
                    std::to_string(running ? running->port : server.port), "-U", kRdsAdmin, "-D", into, "-c",
                    "fast", "-X", "stream", "--no-sync", "--no-manifest", "-P"}),
           std::move(stop), [&](std::string_view text) { reader.read(text); });
}

void PostgreSqlEngine::back_up(const fs::path& directory, const Server& server, const fs::path& backup,
                               const Progress& progress, std::stop_token stop) {
  if (fs::exists(backup)) return;
  const PostgreSqlLayout layout{directory};
  check_reachable(backup);
  NewDirectory fresh(backup, user_, options_.durable);
  const fs::path into = PostgreSqlLayout{fresh.path()}.data();
  if (look(layout))
    stream_backup(layout, server, into, progress, std::move(stop));
  else
    copy_tree(layout.data(), into, kOfTheServer, progress, std::move(stop));
  fresh.move_into_place();
}

void PostgreSqlEngine::copy_backup(const fs::path& from, const fs::path& to, const Progress& progress,
                                   std::stop_token stop) {
  if (fs::exists(to)) return;
  NewDirectory fresh(to, user_, options_.durable);
  copy_tree(PostgreSqlLayout{from}.data(), PostgreSqlLayout{fresh.path()}.data(), {}, progress,
            std::move(stop));
  fresh.move_into_place();
}

void PostgreSqlEngine::restore(const fs::path& backup, const fs::path& directory, const Progress& progress,
                               std::stop_token stop) {
  if (fs::exists(directory)) return;
  check_reachable(directory);
  NewDirectory fresh(directory, user_, options_.durable);
  const PostgreSqlLayout layout{fresh.path()};
  make_private_directory(layout.socket(), user_);
  copy_tree(PostgreSqlLayout{backup}.data(), layout.data(), kOfTheServer, progress, std::move(stop));
  fresh.move_into_place();
}

}  // namespace aurora::local::engines
