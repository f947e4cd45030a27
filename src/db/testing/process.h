// Starting the programs of a database server for tests.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace aurora::db::testing {

// Who runs PostgreSQL here: ourselves, or user postgres when we are root (it refuses to run as root).
struct Account {
  uid_t user;
  gid_t group;
};
Account postgres_account();
// The same for MariaDB and its user mysql.
Account mysql_account();

// Starts `arguments` (the first is the program) as `account`, with both outputs appended to `log`. The
// program is ended when the calling thread ends, whichever way: call it from the main thread.
pid_t start_program(const std::vector<std::string>& arguments, const Account& account,
                    const std::filesystem::path& log);

// Runs to the end; throws Error "TestProgramFailed" with the log when it fails.
void run_program(const std::vector<std::string>& arguments, const Account& account,
                 const std::filesystem::path& log);

bool has_ended(pid_t pid);
// Sends `signal`, and kills when the program is still there after `patience`.
void end_program(pid_t pid, int signal, std::chrono::seconds patience);

// A TCP port on loopback that nobody listens on at the moment.
unsigned short free_port();

// A server on loopback that takes connections and never says anything.
class SilentListener {
 public:
  SilentListener();
  ~SilentListener();
  SilentListener(const SilentListener&) = delete;
  SilentListener& operator=(const SilentListener&) = delete;
  unsigned short port() const { return port_; }

 private:
  unsigned short port_ = 0;
  int socket_;
};

}  // namespace aurora::db::testing
