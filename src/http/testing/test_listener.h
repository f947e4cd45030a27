// Raw TCP peers for tests of the transport: what a server does is written out byte by byte.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

#include "http/server_connection.h"

namespace aurora::http {

// The server's end of one connection.
class TestPeer {
 public:
  TestPeer(int fd, std::atomic<int>& requests) : fd_(fd), requests_(requests) {}
  int fd() const { return fd_; }
  bool write(std::string_view bytes) {
    return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  bool read_some() {
    char buffer[4096];
    const ssize_t count = ::recv(fd_, buffer, sizeof buffer, 0);
    if (count > 0) received_.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
  }
  // Reads up to the end of a head; false when the client has gone.
  bool read_request() {
    std::size_t end = 0;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_some()) return false;
    }
    received_.erase(0, end + 4);
    note();
    return true;
  }
  void read_to_end() {
    while (read_some()) note();
  }

 private:
  void note() {
    ++requests_;
    requests_.notify_all();
  }

  int fd_;
  std::atomic<int>& requests_;
  std::string received_;
};

inline FileDescriptor listen_on_loopback(int backlog, unsigned short& port) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(socket.get(), backlog) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot listen on loopback");
  }
  port = ntohs(address.sin_port);
  return socket;
}

// Serves one connection after the other with `serve` until it is destroyed.
class TestListener {
 public:
  explicit TestListener(std::function<void(TestPeer&)> serve)
      : serve_(std::move(serve)), listener_(listen_on_loopback(16, port_)), thread_([this] { run(); }) {}
  ~TestListener() {
    stopping_ = true;
    ::shutdown(listener_.get(), SHUT_RDWR);
    if (const int fd = current_; fd >= 0) ::shutdown(fd, SHUT_RDWR);
    thread_.join();
  }
  unsigned short port() const { return port_; }
  int connections() const { return connections_; }
  void wait_for_request() { requests_.wait(0); }
  void wait_for_closed(int count) {
    for (int seen = closed_; seen < count; seen = closed_) closed_.wait(seen);
  }

 private:
  void run() {
    while (!stopping_) {
      const FileDescriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!socket) return;
      const int on = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      ++connections_;
      current_ = socket.get();
      TestPeer peer(socket.get(), requests_);
      if (!stopping_) serve_(peer);
      current_ = -1;
      ::shutdown(socket.get(), SHUT_RDWR);
      ++closed_;
      closed_.notify_all();
    }
  }

  std::function<void(TestPeer&)> serve_;
  unsigned short port_ = 0;
  FileDescriptor listener_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> current_ = -1;
  std::atomic<int> connections_ = 0;
  std::atomic<int> requests_ = 0;
  std::atomic<int> closed_ = 0;
  std::thread thread_;
};

// Listens but never accepts, with its queue of waiting connections full.
class FullListener {
 public:
  FullListener() : listener_(listen_on_loopback(0, port_)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < 4; ++i) {
      FileDescriptor& waiting = waiting_.emplace_back(
          FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)));
      (void)!::connect(waiting.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
  }
  unsigned short port() const { return port_; }

 private:
  unsigned short port_ = 0;
  FileDescriptor listener_;
  std::vector<FileDescriptor> waiting_;
};

}  // namespace aurora::http
