// What the engines with real servers have in common: whom their programs run as, how a program's failure is
// told, and whether a place can carry a server.
#pragma once
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "local/engines/process.h"

namespace aurora::local::engines {

// Whom the servers of `engine` ("PostgreSQL") run as: `name` when we are root, since they refuse to run as
// root, and else ourselves. Throws Error "EngineFailed" when there is no such user.
SystemUser server_user(const std::string& name, std::string_view engine, std::string_view package);
Command command_as(const SystemUser& user, std::vector<std::string> arguments, std::string input = {});

// Runs a program that must succeed. Throws Error "DiskFull", or "EngineFailed" with what it said.
Outcome run_tool(const Command& command, std::stop_token stop = {},
                 const std::function<void(std::string_view)>& on_errors = {});
[[noreturn]] void tool_failed(const std::string& program, const Outcome& outcome);
// The last lines of a server's log in one line.
std::string tail_of(const std::filesystem::path& log);

// Whether a server could listen there now.
bool can_listen(const std::string& address, unsigned short port);
// Throws Error "EngineFailed" when the path of a server's socket would be too long, or when `user` cannot
// enter a directory on the way to it.
void check_reachable(const std::filesystem::path& directory, const std::filesystem::path& socket,
                     const SystemUser& user, std::string_view engine);
// Writes a file that only `owner` may read.
void write_owned(const std::filesystem::path& path, const std::string& content, const SystemUser& owner);
// Sends `signal`, and `urge` when the process has not ended after `patience`; returns when it has ended.
// Throws Error "EngineFailed" when it does not.
void end_process(pid_t pid, int signal, Duration patience, int urge, Clock& clock, std::string_view engine);
// Starts a log that has grown large anew, keeping the old one beside it.
void rotate_log(const std::filesystem::path& log);

}  // namespace aurora::local::engines
