// Child processes of the engines: tools that are waited for, and servers that outlive us.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::local::engines {

struct SystemUser {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
};

// Nothing when the system has no user of that name.
std::optional<SystemUser> find_user(const std::string& name);
SystemUser current_user();

struct Command {
  std::vector<std::string> arguments;   // the first is the program's path
  std::optional<SystemUser> user = {};  // whom to run it as; none: as we are
  std::string input = {};  // for standard input, up to 60 kB; what must not stand in a process list goes here
};

struct Outcome {
  int exit_code = 0;  // 128 + number for a signal
  std::string output;
  std::string errors;
};

// Runs the command with an environment of its own (PATH, LC_ALL=C, TZ) and waits. It ends with us, and is
// ended (SIGTERM) when `stop` is requested, which throws Cancelled. `on_errors` sees standard error as it
// comes. Throws Error "EngineFailed" when the program cannot be started.
Outcome run(const Command& command, std::stop_token stop = {},
            const std::function<void(std::string_view)>& on_errors = {});

// Starts a process in a session of its own that goes on when we end, with both outputs appended to `log`.
pid_t spawn_detached(const Command& command, const std::filesystem::path& log);

// Whether the process exists and has not ended: until then it may hold files and sockets.
bool is_alive(pid_t pid);
// The command line of a living process, its arguments separated by blanks; empty when there is none,
// and for a moment while it begins and ends.
std::string command_line(pid_t pid);
// Processes whose command line begins so.
std::vector<pid_t> processes_titled(std::string_view prefix);

}  // namespace aurora::local::engines
