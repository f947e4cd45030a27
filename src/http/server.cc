#include "http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <list>
#include <system_error>
#include <thread>

#include "base/error.h"
#include "http/server_connection.h"

namespace aurora::http {
namespace {

std::string reason(int error_number) {
  return std::generic_category().message(error_number);
}

sockaddr_in to_address(const ServerOptions& options) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options.port);
  if (inet_pton(AF_INET, options.address.c_str(), &address.sin_addr) != 1) {
    throw Error("AddressNotAvailable", fmt::format("'{}' is not an IPv4 address", options.address),
                "use 127.0.0.1");
  }
  return address;
}

[[noreturn]] void refuse_to_listen(const ServerOptions& options, int error_number) {
  const std::string where = fmt::format("{}:{}", options.address, options.port);
  if (error_number == EADDRINUSE) {
    throw Error("PortInUse", fmt::format("cannot listen on {}: another program has the port", where),
                fmt::format("see who it is with 'ss -ltnp sport = :{}', stop it, or choose another port",
                            options.port));
  }
  if (error_number == EADDRNOTAVAIL) {
    throw Error("AddressNotAvailable",
                fmt::format("cannot listen on {}: this machine has no such address", where), "use 127.0.0.1");
  }
  throw Error("ListenFailed", fmt::format("cannot listen on {}: {}", where, reason(error_number)),
              error_number == EACCES ? "ports below 1024 are root's; choose a higher one" : "");
}

FileDescriptor listen_on(const ServerOptions& options) {
  const sockaddr_in address = to_address(options);
  FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener) refuse_to_listen(options, errno);
  const int on = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener.get(), SOMAXCONN) != 0) {
    refuse_to_listen(options, errno);
  }
  return listener;
}

unsigned short bound_port(int listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw Error("ListenFailed", "cannot tell the port listened on: " + reason(errno));
  }
  return ntohs(address.sin_port);
}

}  // namespace

// One thread accepts, notices clients that go away, and ends everything; it alone touches `connections_`.
class Server::Impl {
 public:
  Impl(ServerOptions options, Handler handler)
      : options_(std::move(options)), handler_(std::move(handler)), listener_(listen_on(options_)) {
    port_ = bound_port(listener_.get());
    epoll_ = FileDescriptor(::epoll_create1(EPOLL_CLOEXEC));
    wake_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!epoll_ || !wake_) throw Error("ListenFailed", "cannot watch sockets: " + reason(errno));
    watch(listener_.get(), EPOLLIN, &listener_);
    watch(wake_.get(), EPOLLIN, &wake_);
    acceptor_ = std::thread([this] { run(); });
  }

  ~Impl() { stop(); }

  unsigned short port() const { return port_; }

  void stop() {
    stopping_ = true;
    wake();
    if (acceptor_.joinable()) acceptor_.join();
  }

 private:
  struct Slot {
    Slot(FileDescriptor socket, const ServerOptions& options, const Handler& handler)
        : connection(std::move(socket), options, handler) {}
    ServerConnection connection;
    std::atomic<bool> finished = false;
    std::thread thread;
  };

  void watch(int fd, std::uint32_t events, void* whose) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = whose;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
      throw Error("ListenFailed", "cannot watch a socket: " + reason(errno));
    }
  }

  void wake() {
    const std::uint64_t one = 1;
    // The counter can only be full of wake-ups that nobody has seen yet, so one is on its way.
    (void)!::write(wake_.get(), &one, sizeof one);
  }

  void run() {
    std::vector<epoll_event> events(64);
    while (!stopping_) {
      const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) react(events[static_cast<std::size_t>(i)].data.ptr);
      reap();
    }
    listener_.reset();
    for (Slot& slot : connections_) slot.connection.ask_to_stop();
    for (Slot& slot : connections_) slot.thread.join();
    connections_.clear();
  }

  void react(void* whose) {
    if (whose == &wake_) {
      std::uint64_t count = 0;
      (void)!::read(wake_.get(), &count, sizeof count);
    } else if (whose == &listener_) {
      accept_one();
    } else {
      static_cast<Slot*>(whose)->connection.client_left();
    }
  }

  void accept_one() {
    FileDescriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket) {
      // Out of descriptors: leave the client in the queue until a connection has ended.
      if (errno == EMFILE || errno == ENFILE) std::this_thread::yield();
      return;
    }
    if (connections_.size() >= options_.connections_max) return refuse_connection(socket.get());
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int fd = socket.get();
    Slot& slot = connections_.emplace_back(std::move(socket), options_, handler_);
    try {
      watch(fd, EPOLLRDHUP | EPOLLONESHOT, &slot);
      slot.thread = std::thread([this, &slot] {
        slot.connection.serve();
        slot.finished = true;
        wake();
      });
    } catch (const std::exception&) {
      connections_.pop_back();  // no thread or no memory for one more: the client sees a closed connection
    }
  }

  static void refuse_connection(int socket) {
    static constexpr std::string_view kAnswer =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    (void)!::send(socket, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  void reap() {
    for (auto slot = connections_.begin(); slot != connections_.end();) {
      if (!slot->finished) {
        ++slot;
        continue;
      }
      slot->thread.join();
      slot = connections_.erase(slot);
    }
  }

  const ServerOptions options_;
  const Handler handler_;
  FileDescriptor listener_;
  FileDescriptor epoll_;
  FileDescriptor wake_;
  unsigned short port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::list<Slot> connections_;
  std::thread acceptor_;
};

Server::Server(ServerOptions options, Handler handler)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler))) {}
Server::~Server() = default;
unsigned short Server::port() const {
  return impl_->port();
}
void Server::stop() {
  impl_->stop();
}

}  // namespace aurora::http
