#include "tls_front.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "base/error.h"

namespace aurora::bench {
namespace {

constexpr int kPollMs = 100;  // how late the end may be noticed

sockaddr_in loopback(unsigned short port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void must(bool done, const char* what) {
  if (!done) throw Error("BenchFailed", fmt::format("TLS front: {} failed", what));
}

void without_delay(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool send_all(int socket, const char* bytes, int count) {
  while (count > 0) {
    const ssize_t sent = ::send(socket, bytes, static_cast<std::size_t>(count), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    count -= static_cast<int>(sent);
  }
  return true;
}

}  // namespace

TlsFront::TlsFront(const TlsIdentity& identity, unsigned short upstream)
    : upstream_(upstream), context_(SSL_CTX_new(TLS_server_method())) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to clients that have been killed
  const std::unique_ptr<BIO, int (*)(BIO*)> certificate(BIO_new_mem_buf(identity.certificate.data(), -1),
                                                        BIO_free);
  const std::unique_ptr<BIO, int (*)(BIO*)> key(BIO_new_mem_buf(identity.key.data(), -1), BIO_free);
  const std::unique_ptr<X509, void (*)(X509*)> x509(
      PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr), X509_free);
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> private_key(
      PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  must(SSL_CTX_use_certificate(context_.get(), x509.get()) == 1 &&
           SSL_CTX_use_PrivateKey(context_.get(), private_key.get()) == 1,
       "reading the certificate");
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  must(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(listener_, 16) == 0 &&
           ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0,
       "listening");
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { accept_all(); });
}

TlsFront::~TlsFront() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  for (std::thread& connection : connections_) connection.join();
  ::close(listener_);
}

void TlsFront::accept_all() {
  while (!stopping_) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    connections_.emplace_back([this, client] { serve(client); });
  }
}

void TlsFront::serve(int client) {
  without_delay(client);
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  without_delay(server);
  const sockaddr_in address = loopback(upstream_);
  const std::unique_ptr<SSL, void (*)(SSL*)> tls(SSL_new(context_.get()), SSL_free);
  SSL_set_fd(tls.get(), client);
  const bool ready = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                     SSL_accept(tls.get()) == 1;
  std::vector<char> buffer(64 * 1024);
  const int room = static_cast<int>(buffer.size());
  pollfd sockets[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
  while (ready && !stopping_) {
    if (SSL_pending(tls.get()) == 0 && ::poll(sockets, 2, kPollMs) == 0) continue;
    if (SSL_pending(tls.get()) > 0 || sockets[0].revents != 0) {
      const int count = SSL_read(tls.get(), buffer.data(), room);
      if (count <= 0 || !send_all(server, buffer.data(), count)) break;
    }
    if (sockets[1].revents != 0) {
      const auto count = static_cast<int>(::recv(server, buffer.data(), buffer.size(), 0));
      if (count <= 0 || SSL_write(tls.get(), buffer.data(), count) <= 0) break;
      sockets[1].revents = 0;
    }
  }
  ::close(client);
  ::close(server);
}

}  // namespace aurora::bench
