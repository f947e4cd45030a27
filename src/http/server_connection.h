// One connection of the server: reads requests, has them handled, writes answers. Internal to src/http.
#pragma once
#include <unistd.h>

#include <stop_token>
#include <string_view>
#include <utility>

#include "http/server.h"
#include "http/wire.h"

namespace aurora::http {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor() { reset(); }
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

class ServerConnection {
 public:
  ServerConnection(FileDescriptor socket, const ServerOptions& options, const Handler& handler)
      : socket_(std::move(socket)), options_(options), handler_(handler), parser_(options.body_bytes_max) {}

  // Returns when the connection has ended; runs on the connection's own thread.
  void serve();
  // These two are called by other threads while serve() runs.
  void ask_to_stop();
  void client_left() { stop_.request_stop(); }

 private:
  enum class Received { kBytes, kNothing };

  bool read_request();
  Received receive();
  Response handle(const Request& request) const;
  bool answer(const Request& request, Response response, bool keep_alive);
  void refuse(int status, std::string_view message);
  bool send_all(std::string_view head, std::string_view body);
  bool send_some(std::string_view bytes, int flags);
  void set_timeouts(std::chrono::milliseconds receive);
  void close_gently();

  FileDescriptor socket_;
  const ServerOptions& options_;
  const Handler& handler_;
  RequestParser parser_;
  std::stop_source stop_;
  std::string buffer_;
};

}  // namespace aurora::http
