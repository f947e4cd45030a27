#include "db/testing/test_server.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"
#include "db/session.h"

namespace aurora::db::testing {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

TestServer::TestServer(const std::string& prefix, const Account& account, int end_signal)
    : account_(account), end_signal_(end_signal) {
  std::string pattern = fs::temp_directory_path() / (prefix + "XXXXXX");
  if (!mkdtemp(pattern.data())) throw_file_error(pattern, "creating", errno);
  folder_ = pattern;
  give(folder_);
}

TestServer::~TestServer() {
  stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string TestServer::log() const {
  return read_file(folder_ / "log");
}

void TestServer::give(const fs::path& path) const {
  if (chown(path.c_str(), account_.user, account_.group) != 0) throw_file_error(path, "giving away", errno);
}

void TestServer::run(const std::vector<std::string>& arguments) const {
  run_program(arguments, account_, folder_ / "log");
}

void TestServer::make_certificate(const std::string& common_name, const std::string& names) const {
  run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
       "-days", "2", "-subj", "/CN=" + common_name, "-addext", "subjectAltName=" + names, "-keyout",
       key_file(), "-out", ca_file()});
}

void TestServer::start() {
  constexpr int kAttempts = 5;
  for (int attempt = 1;; ++attempt) {
    if (port_ == 0) port_ = free_port();
    pid_ = start_program(command(), account_, folder_ / "log");
    try {
      wait_until_ready();
      return;
    } catch (const Error&) {
      stop();
      // Somebody else may have taken the port between our look and the server's start.
      if (attempt == kAttempts) throw;
      port_ = 0;
    }
  }
}

void TestServer::wait_until_ready() {
  SystemClock clock;
  const Duration deadline = clock.monotonic() + 30s;
  for (;;) {
    try {
      connect_once();
      return;
    } catch (const SqlError& error) {
      const bool ended = has_ended(pid_);
      if (ended) pid_ = -1;
      if (ended || error.name() != "DatabaseUnavailable" || clock.monotonic() > deadline)
        throw Error("TestProgramFailed", "the server does not come up: " + error.message() + "\n" + log());
    }
    clock.sleep_for(5ms);
  }
}

void TestServer::stop() {
  if (pid_ > 0) end_program(pid_, end_signal_, 10s);
  pid_ = -1;
}

}  // namespace aurora::db::testing
