// TLS in front of a plain server on loopback: what AWS's front ends are to its services.
#pragma once
#include <openssl/ssl.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace aurora::bench {

// A server's certificate and its key, in PEM.
struct TlsIdentity {
  std::string certificate;
  std::string key;
};

// Ends TLS and passes the bytes on to `upstream`, a thread a connection, until it is destroyed.
class TlsFront {
 public:
  TlsFront(const TlsIdentity& identity, unsigned short upstream);
  ~TlsFront();
  unsigned short port() const { return port_; }

 private:
  void accept_all();
  void serve(int client);

  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  const unsigned short upstream_;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  unsigned short port_ = 0;
  int listener_ = -1;
  std::atomic<bool> stopping_ = false;
  std::vector<std::thread> connections_;  // of the accepting thread
  std::thread accepting_;
};

}  // namespace aurora::bench
