// What the temporary database servers of tests have in common: a new folder for data and sockets, a port that
// the kernel had free, and a process that ends with the object.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "db/testing/process.h"

namespace aurora::db::testing {

class TestServer {
 public:
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  unsigned short port() const { return port_; }
  // The certificate that clients trust, when the server was made with TLS.
  std::filesystem::path ca_file() const { return folder_ / "server.crt"; }
  // What the server wrote so far.
  std::string log() const;

  // Ends the server at once, as a crash does; start() brings it back on the same port.
  void stop();
  void start();

 protected:
  // Makes the folder and gives it to the account that will run the server.
  TestServer(const std::string& prefix, const Account& account, int end_signal);
  virtual ~TestServer();

  // The command line of a server that listens on port().
  virtual std::vector<std::string> command() const = 0;
  // Connects; throws db::SqlError "DatabaseUnavailable" for as long as nobody answers.
  virtual void connect_once() const = 0;

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path key_file() const { return folder_ / "server.key"; }
  void give(const std::filesystem::path& path) const;
  void run(const std::vector<std::string>& arguments) const;
  // A throw-away certificate in ca_file(), and its key. `names` as in OpenSSL's subjectAltName.
  void make_certificate(const std::string& common_name, const std::string& names) const;

 private:
  void wait_until_ready();

  Account account_;
  int end_signal_;
  std::filesystem::path folder_;
  unsigned short port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace aurora::db::testing
