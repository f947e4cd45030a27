// The authentication plugins against a server of the test's own that speaks the protocol up to the login:
// MariaDB has none of these methods, and MySQL's packets are documented byte by byte.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "base/files.h"
#include "base/ids.h"
#include "db/mysql_login.h"
#include "db/session.h"
#include "db/testing/process.h"

namespace aurora::db {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kNonce[] = "abcdefghij0123456789";
constexpr char kFastAccepted[] = "\x01\x03";
constexpr char kPasswordWanted[] = "\x01\x04";
// RDS asks so for a user whose plugin is AWSAuthenticationPlugin.
const std::string kSwitchToClear("\xfemysql_clear_password\0", 22);

// One connection's server side. All that it received after the login's first packet is kept.
class LoginServer {
 public:
  struct Options {
    std::string plugin;
    std::string reply;  // to the first proof
    bool tls = false;
  };

  explicit LoginServer(Options options) : options_(std::move(options)) {
    folder_ = std::filesystem::temp_directory_path() / ("aurora-login-" + random_hex(8));
    std::filesystem::create_directory(folder_);
    if (options_.tls)
      testing::run_program(
          {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
           "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
           folder_ / "key", "-out", ca_file()},
          {geteuid(), getegid()}, folder_ / "log");
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 1) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw Error("TestSetup", "no socket");
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  ~LoginServer() {
    thread_.join();
    close(listener_);
    std::filesystem::remove_all(folder_);
  }
  LoginServer(const LoginServer&) = delete;
  LoginServer& operator=(const LoginServer&) = delete;

  // Tries to log in and waits for the end of it; gives the error's number, or 0.
  int log_in(const char* password, ConnectOptions::Tls tls) {
    int number = 0;
    try {
      NativeConnector().connect({.engine = Engine::kMySql,
                                 .host = "127.0.0.1",
                                 .port = port_,
                                 .user = "app",
                                 .password = Secret(password),
                                 .tls = tls,
                                 .ca_file = tls == ConnectOptions::Tls::kVerifyFull ? ca_file() : "",
                                 .connect_timeout = std::chrono::seconds(10)});
    } catch (const SqlError& error) {
      number = error.number();
    }
    thread_.join();
    thread_ = std::jthread([] {});
    return number;
  }
  // The payloads that arrived, the login's first packet as the first.
  const std::vector<std::string>& received() const { return received_; }
  std::string ca_file() const { return folder_ / "certificate"; }

 private:
  void serve() {
    peer_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const timeval patience{10, 0};
    setsockopt(peer_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    send(greeting());
    if (options_.tls) {
      read();  // SSLRequest
      start_tls();
    }
    if (read()) {
      send(options_.reply);
      if (options_.reply != kFastAccepted && !read()) return end();
    }
    // OK to the login, and to whatever the session says first.
    send(std::string("\0\0\0\2\0\0\0", 7));
    next_ = 1;
    if (read()) send(std::string("\0\0\0\2\0\0\0", 7));
    end();
  }

  void end() {
    if (tls_) SSL_free(tls_);
    if (context_) SSL_CTX_free(context_);
    close(peer_);
  }

  std::string greeting() const {
    constexpr unsigned kCapabilities = 0x00000200 | 0x00008000 | 0x00080000 | 0x00200000 | 0x00000008 | 1;
    const unsigned flags = kCapabilities | (options_.tls ? 0x800U : 0U);
    const auto byte = [&](int place) {
      return std::string(1, static_cast<char>(flags >> (8 * place) & 0xff));
    };
    return "\x0a" + std::string("8.4.0\0", 6) + std::string("\1\0\0\0", 4) + std::string(kNonce, 8) +
           std::string(1, '\0') + byte(0) + byte(1) + "\x2d" + std::string("\2\0", 2) + byte(2) + byte(3) +
           "\x15" + std::string(10, '\0') + std::string(kNonce + 8, 12) + std::string(1, '\0') +
           options_.plugin + std::string(1, '\0');
  }

  void start_tls() {
    context_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_file(context_, ca_file().c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context_, (folder_ / "key").c_str(), SSL_FILETYPE_PEM);
    tls_ = SSL_new(context_);
    SSL_set_fd(tls_, peer_);
    SSL_accept(tls_);
  }

  bool exactly(char* bytes, std::size_t count) {
    for (std::size_t at = 0; at < count;) {
      const auto got = tls_ ? SSL_read(tls_, bytes + at, static_cast<int>(count - at))
                            : static_cast<int>(recv(peer_, bytes + at, count - at, 0));
      if (got <= 0) return false;
      at += static_cast<std::size_t>(got);
    }
    return true;
  }

  bool read() {
    char head[4];
    if (!exactly(head, sizeof head)) return false;
    std::string payload(static_cast<unsigned char>(head[0]) | static_cast<unsigned char>(head[1]) << 8, '\0');
    next_ = static_cast<unsigned char>(head[3]) + 1;
    if (!exactly(payload.data(), payload.size())) return false;
    received_.push_back(payload);
    return true;
  }

  void send(const std::string& payload) {
    const std::string packet =
        std::string{static_cast<char>(payload.size() & 0xff), static_cast<char>(payload.size() >> 8), '\0',
                    static_cast<char>(next_++)} +
        payload;
    if (tls_)
      SSL_write(tls_, packet.data(), static_cast<int>(packet.size()));
    else
      ::send(peer_, packet.data(), packet.size(), MSG_NOSIGNAL);
  }

  const Options options_;
  std::filesystem::path folder_;
  int listener_ = -1;
  int peer_ = -1;
  unsigned short port_ = 0;
  int next_ = 0;
  SSL_CTX* context_ = nullptr;
  SSL* tls_ = nullptr;
  std::vector<std::string> received_;
  std::jthread thread_;
};

TEST(CachingSha2Login, AServerThatKnowsTheDigestGetsTheProofAlone) {
  LoginServer server({.plugin = "caching_sha2_password", .reply = kFastAccepted, .tls = false});
  EXPECT_EQ(server.log_in("secret", ConnectOptions::Tls::kDisable), 0);
  ASSERT_FALSE(server.received().empty());
  EXPECT_THAT(server.received()[0], HasSubstr(mysql::caching_sha2_answer("secret", kNonce)));
  for (const std::string& payload : server.received()) EXPECT_THAT(payload, Not(HasSubstr("secret")));
}

TEST(CachingSha2Login, ThePasswordIsNeverSentInTheClear) {
  LoginServer server({.plugin = "caching_sha2_password", .reply = kPasswordWanted, .tls = false});
  EXPECT_NE(server.log_in("secret", ConnectOptions::Tls::kDisable), 0);
  for (const std::string& payload : server.received()) EXPECT_THAT(payload, Not(HasSubstr("secret")));
}

TEST(CachingSha2Login, ThePasswordIsSentThroughTlsWhenTheServerHasNoDigest) {
  LoginServer server({.plugin = "caching_sha2_password", .reply = kPasswordWanted, .tls = true});
  EXPECT_EQ(server.log_in("secret", ConnectOptions::Tls::kVerifyFull), 0);
  ASSERT_GE(server.received().size(), 3u);
  EXPECT_EQ(server.received()[2], std::string("secret\0", 7));
}

TEST(ClearPasswordLogin, TokensGoToVerifiedServersOnly) {
  {
    LoginServer server({.plugin = "mysql_native_password", .reply = kSwitchToClear, .tls = true});
    EXPECT_EQ(server.log_in("iam-token", ConnectOptions::Tls::kVerifyFull), 0);
    EXPECT_EQ(server.received().at(2), std::string("iam-token\0", 10));
  }
  for (const auto tls : {ConnectOptions::Tls::kPrefer, ConnectOptions::Tls::kDisable}) {
    LoginServer server({.plugin = "mysql_native_password",
                        .reply = kSwitchToClear,
                        .tls = tls == ConnectOptions::Tls::kPrefer});
    EXPECT_NE(server.log_in("iam-token", tls), 0);
    for (const std::string& payload : server.received()) EXPECT_THAT(payload, Not(HasSubstr("iam-token")));
  }
}

}  // namespace
}  // namespace aurora::db
