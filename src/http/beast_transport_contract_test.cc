// The real transport against servers that behave well and badly.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "base/clock.h"
#include "base/files.h"
#include "base/ids.h"
#include "http/beast_transport.h"
#include "http/server.h"
#include "http/testing/test_listener.h"

namespace aurora::http {
namespace {

using namespace std::chrono_literals;

constexpr char kOk[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

Request to(unsigned short port) {
  Request request;
  request.host = "127.0.0.1";
  request.port = port;
  return request;
}

// The error that sending `request` ends with; its name is "none" when an answer came.
TransportError failure(BeastTransport& transport, const Request& request, const SendOptions& options = {}) {
  try {
    transport.send(request, options);
  } catch (const TransportError& error) {
    return error;
  }
  return TransportError("none", "", false);
}

TEST(BeastTransport, ReusesItsConnection) {
  TestListener listener([](TestPeer& peer) {
    while (peer.read_request()) peer.write(kOk);
  });
  BeastTransport transport;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(transport.send(to(listener.port())).body, "ok");
  EXPECT_EQ(listener.connections(), 1);
}

TEST(BeastTransport, DoesNotReuseWhatTheServerCloses) {
  TestListener listener([](TestPeer& peer) {
    if (peer.read_request())
      peer.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
  });
  BeastTransport transport;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(transport.send(to(listener.port())).body, "ok");
  EXPECT_EQ(listener.connections(), 2);
}

TEST(BeastTransport, ReplacesAConnectionThatDiedInThePool) {
  TestListener listener([](TestPeer& peer) {
    if (peer.read_request()) peer.write(kOk);  // and closes without having said so
  });
  BeastTransport transport;
  EXPECT_EQ(transport.send(to(listener.port())).body, "ok");
  listener.wait_for_closed(1);
  EXPECT_EQ(transport.send(to(listener.port())).body, "ok");
}

TEST(BeastTransport, ForgetsConnectionsThatWereIdleTooLong) {
  TestListener listener([](TestPeer& peer) {
    while (peer.read_request()) peer.write(kOk);
  });
  BeastTransport transport({.idle_max = 0ms});
  for (int i = 0; i < 2; ++i) transport.send(to(listener.port()));
  EXPECT_EQ(listener.connections(), 2);
}

TEST(BeastTransport, ManyThreadsShareOneTransport) {
  const Server server({}, [](const Request& request, std::stop_token) {
    return Response{200, {}, request.body};
  });
  BeastTransport transport;
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        for (int j = 0; j < 25; ++j) {
          Request request = to(server.port());
          request.method = "POST";
          request.body = fmt::format("{}-{}", i, j);
          right += transport.send(request).body == request.body ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(right, 200);
}

TEST(BeastTransport, NothingListening) {
  const unsigned short port = [] { return TestListener([](TestPeer&) {}).port(); }();
  BeastTransport transport;
  const TransportError error = failure(transport, to(port));
  EXPECT_EQ(error.name(), "ConnectionRefused");
  EXPECT_TRUE(error.not_sent());
}

TEST(BeastTransport, UnknownHost) {
  BeastTransport transport;
  Request request = to(80);
  request.host = "no-such-host.invalid";
  const TransportError error = failure(transport, request, {.connect_timeout = 20s});
  EXPECT_EQ(error.name(), "HostNotFound");
  EXPECT_TRUE(error.not_sent());
}

TEST(BeastTransport, ResolvesNames) {
  TestListener listener([](TestPeer& peer) {
    if (peer.read_request()) peer.write(kOk);
  });
  BeastTransport transport;
  Request request = to(listener.port());
  request.host = "localhost";
  EXPECT_EQ(transport.send(request).body, "ok");
}

TEST(BeastTransport, SilentServerTimesOutAndMayHaveSeenTheRequest) {
  TestListener listener([](TestPeer& peer) { peer.read_to_end(); });
  BeastTransport transport;
  const TransportError error = failure(transport, to(listener.port()), {.timeout = 50ms});
  EXPECT_EQ(error.name(), "Timeout");
  EXPECT_FALSE(error.not_sent());
}

TEST(BeastTransport, TimeoutCoversAnAnswerThatDripsIn) {
  TestListener listener([](TestPeer& peer) {
    peer.read_request();
    while (peer.write("HTTP/1.1 200 OK\r\nX: 1\r\n") && SystemClock().sleep_for(10ms)) {
    }
  });
  BeastTransport transport;
  EXPECT_EQ(failure(transport, to(listener.port()), {.timeout = 80ms}).name(), "Timeout");
}

TEST(BeastTransport, ConnectionsThatNobodyTakesTimeOut) {
  const FullListener listener;  // its queue is full: the kernel drops every further connection
  BeastTransport transport;
  const TransportError error = failure(transport, to(listener.port()), {.connect_timeout = 50ms});
  EXPECT_EQ(error.name(), "ConnectTimeout");
  EXPECT_TRUE(error.not_sent());
}

TEST(BeastTransport, StopEndsAWaitingExchange) {
  TestListener listener([](TestPeer& peer) { peer.read_to_end(); });
  BeastTransport transport;
  std::stop_source stop;
  std::jthread stopper([&] {
    listener.wait_for_request();
    stop.request_stop();
  });
  const Duration before = SystemClock().monotonic();
  EXPECT_THROW(transport.send(to(listener.port()), {.timeout = 30s, .stop = stop.get_token()}), Cancelled);
  EXPECT_LT(SystemClock().monotonic() - before, 5s);
}

TEST(BeastTransport, ServerThatHangsUpIsAClosedConnection) {
  TestListener listener([](TestPeer& peer) { peer.read_request(); });
  BeastTransport transport;
  const TransportError error = failure(transport, to(listener.port()));
  EXPECT_EQ(error.name(), "ConnectionClosed");
  EXPECT_FALSE(error.not_sent());
}

TEST(BeastTransport, TruncatedAnswerIsNotTakenForAWholeOne) {
  TestListener listener([](TestPeer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  });
  BeastTransport transport;
  EXPECT_EQ(failure(transport, to(listener.port())).name(), "ConnectionClosed");
}

TEST(BeastTransport, ReadsChunkedAnswersAndThoseThatEndWithTheConnection) {
  std::atomic<int> number = 0;
  TestListener listener([&](TestPeer& peer) {
    peer.read_request();
    peer.write(number++ == 0 ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                               "4\r\nchun\r\n2\r\nks\r\n0\r\n\r\n"
                             : "HTTP/1.1 200 OK\r\n\r\nto the end");
  });
  BeastTransport transport;
  EXPECT_EQ(transport.send(to(listener.port())).body, "chunks");
  EXPECT_EQ(transport.send(to(listener.port())).body, "to the end");
}

TEST(BeastTransport, GarbageIsAConnectionError) {
  TestListener listener([](TestPeer& peer) {
    peer.read_request();
    peer.write("SSH-2.0-OpenSSH_9.2\r\n\r\n");
  });
  BeastTransport transport;
  EXPECT_EQ(failure(transport, to(listener.port())).name(), "ConnectionError");
}

// --- TLS ---------------------------------------------------------------------------------------------

template <class T, void (*kFree)(T*)>
struct Freer {
  void operator()(T* value) const { kFree(value); }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Freer<SSL_CTX, SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Freer<SSL, SSL_free>>;

// Signed by itself, and valid from an hour ago for `seconds`.
Certificate make_certificate(EVP_PKEY* key, const std::string& alternative_names, long seconds) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), seconds);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const unsigned char common[] = "test";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, 4, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_set_pubkey(certificate.get(), key);
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative_names.c_str());
  X509_add_ext(certificate.get(), names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate.get(), key, EVP_sha256());
  return certificate;
}

class Tls : public testing::Test {
 protected:
  // The test's own server writes through OpenSSL to a plain descriptor, which may be closed already.
  Tls() { std::signal(SIGPIPE, SIG_IGN); }
  ~Tls() override { std::filesystem::remove_all(directory_); }

  // Serves `answers` requests per connection; `orderly` with TLS's own goodbye at the end.
  std::unique_ptr<TestListener> serve(const std::string& names, std::string answer = kOk, bool orderly = true,
                                      long valid_seconds = 3600) {
    key_.reset(EVP_EC_gen("P-256"));
    const Certificate certificate = make_certificate(key_.get(), names, valid_seconds);
    context_.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context_.get(), certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), key_.get());
    std::filesystem::create_directory(directory_);
    FILE* file = std::fopen(roots_.c_str(), "w");
    PEM_write_X509(file, certificate.get());
    std::fclose(file);
    return std::make_unique<TestListener>([this, answer, orderly](TestPeer& peer) {
      const Session session(SSL_new(context_.get()));
      SSL_set_fd(session.get(), peer.fd());
      if (SSL_accept(session.get()) != 1) return;
      char buffer[4096];
      while (SSL_read(session.get(), buffer, sizeof buffer) > 0) {
        SSL_write(session.get(), answer.data(), static_cast<int>(answer.size()));
        if (answer.find("Content-Length") == std::string::npos) break;
      }
      if (orderly) SSL_shutdown(session.get());
    });
  }

  static Request secure(unsigned short port, std::string host = "localhost") {
    Request request = to(port);
    request.scheme = "https";
    request.host = std::move(host);
    return request;
  }

  const std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("aurora-tls-" + new_uuid());
  const std::filesystem::path roots_ = directory_ / "roots.pem";
  Key key_;
  Context context_;
};

TEST_F(Tls, TrustedServerAnswersOnOneConnection) {
  const auto listener = serve("DNS:localhost");
  BeastTransport transport({.ca_file = roots_});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(transport.send(secure(listener->port())).body, "ok");
  EXPECT_EQ(listener->connections(), 1);
}

TEST_F(Tls, CertificatesMayNameAddresses) {
  const auto listener = serve("IP:127.0.0.1");
  BeastTransport transport({.ca_file = roots_});
  EXPECT_EQ(transport.send(secure(listener->port(), "127.0.0.1")).body, "ok");
}

TEST_F(Tls, ServerOfAnotherNameIsRefusedBeforeAnythingIsSent) {
  const auto listener = serve("DNS:elsewhere.example");
  BeastTransport transport({.ca_file = roots_});
  const TransportError error = failure(transport, secure(listener->port()));
  EXPECT_EQ(error.name(), "TlsError");
  EXPECT_TRUE(error.not_sent());
}

TEST_F(Tls, UnknownAuthorityIsRefused) {
  const auto listener = serve("DNS:localhost");
  BeastTransport transport;  // the system's roots do not know the test's
  EXPECT_EQ(failure(transport, secure(listener->port())).name(), "TlsError");
}

TEST_F(Tls, ExpiredCertificateIsRefusedAndTheReasonTold) {
  const auto listener = serve("DNS:localhost", kOk, true, -60);
  BeastTransport transport({.ca_file = roots_});
  const TransportError error = failure(transport, secure(listener->port()));
  EXPECT_EQ(error.name(), "TlsError");
  EXPECT_THAT(error.message(), testing::HasSubstr("expired"));
}

TEST_F(Tls, AnswerWithoutLengthCountsOnlyWithAnOrderlyEnd) {
  const std::string unbounded = "HTTP/1.1 200 OK\r\n\r\nall of it";
  {
    const auto listener = serve("DNS:localhost", unbounded, true);
    BeastTransport transport({.ca_file = roots_});
    EXPECT_EQ(transport.send(secure(listener->port())).body, "all of it");
  }
  const auto cut = serve("DNS:localhost", unbounded, false);
  BeastTransport transport({.ca_file = roots_});
  EXPECT_EQ(failure(transport, secure(cut->port())).name(), "ConnectionClosed");
}

TEST_F(Tls, PlainServerBehindAnHttpsUrlIsATlsError) {
  const auto listener = serve("DNS:localhost");
  TestListener plain([](TestPeer& peer) {
    peer.read_some();
    peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  BeastTransport transport({.ca_file = roots_});
  EXPECT_EQ(failure(transport, secure(plain.port())).name(), "TlsError");
}

TEST_F(Tls, UnreadableRootsAreNamedAtTheFirstTlsRequestOnly) {
  const auto listener = serve("DNS:localhost");
  BeastTransport transport({.ca_file = "/nonexistent/roots.pem"});
  TestListener plain([](TestPeer& peer) {
    if (peer.read_request()) peer.write(kOk);
  });
  EXPECT_EQ(transport.send(to(plain.port())).body, "ok");
  const TransportError error = failure(transport, secure(listener->port()));
  EXPECT_EQ(error.name(), "TlsError");
  EXPECT_THAT(error.message(), testing::HasSubstr("/nonexistent/roots.pem"));
}

}  // namespace
}  // namespace aurora::http
