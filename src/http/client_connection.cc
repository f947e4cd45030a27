#include "http/client_connection.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "base/text.h"
#include "http/host_lookup.h"
#include "http/wire.h"

namespace aurora::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kJoinBytes = 16 * 1024;

// How an operation ended, and what Asio calls then.
struct Outcome {
  ErrorCode error;
  std::size_t bytes = 0;
  bool ended = false;
};

struct Completion {
  Outcome* outcome;
  void operator()(const ErrorCode& error, std::size_t bytes = 0) const { *outcome = {error, bytes, true}; }
  void operator()(const ErrorCode& error, const tcp::endpoint&) const { *outcome = {error, 0, true}; }
};

std::string without_brackets(const std::string& host) {
  return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

}  // namespace

// Every operation is asynchronous and then waited for, because that is how Asio lets a timer or another
// thread interrupt it: closing the socket ends what is pending.
class ClientConnection::Impl {
 public:
  Impl(std::string host, unsigned short port, asio::ssl::context* tls)
      : host_(without_brackets(host)), port_(port), where_(fmt::format("{}:{}", host, port)), context_(tls) {}

  Response exchange(const Request& request, const SendOptions& options) {
    const bool pooled = connected_;
    begin(options);
    // The stop callback must be gone before what it posted is run to its end.
    struct Ending {
      Impl& impl;
      ~Ending() { impl.end(); }
    } ending{*this};
    const std::stop_callback on_stop(options.stop,
                                     [this] { asio::post(io_, [this] { interrupt(Interruption::kStop); }); });
    if (options.stop.stop_requested()) fail_cancelled();
    if (!pooled) connect(options);
    write(request, pooled);
    return read(request);
  }

  bool reusable() {
    if (!connected_ || !keep_alive_ || !socket_.is_open()) return false;
    char byte = 0;
    const auto count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count == 0) return false;
    if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    // TLS servers send session tickets on their own; on a plain connection nothing may arrive unasked.
    return tls_ != nullptr;
  }

 private:
  enum class Interruption { kNone, kTimeout, kConnectTimeout, kStop };

  void begin(const SendOptions& options) {
    interruption_ = Interruption::kNone;
    sent_ = false;
    keep_alive_ = false;
    io_.restart();
    arm(exchange_timer_, options.timeout, Interruption::kTimeout);
  }

  void arm(asio::steady_timer& timer, std::chrono::milliseconds after, Interruption why) {
    timer.expires_after(after);
    timer.async_wait([this, why](const ErrorCode& error) {
      if (!error) interrupt(why);
    });
  }

  void interrupt(Interruption why) {
    if (interruption_ == Interruption::kNone) interruption_ = why;
    ErrorCode ignored;
    socket_.close(ignored);
  }

  void end() {
    exchange_timer_.cancel();
    connect_timer_.cancel();
    io_.restart();
    io_.poll();
  }

  // Starts an operation and runs the loop until it has ended.
  template <class Start>
  Outcome await(Start start) {
    Outcome outcome;
    start(Completion{&outcome});
    while (!outcome.ended) io_.run_one();
    return outcome;
  }

  void connect(const SendOptions& options) {
    const auto limit = std::min(options.connect_timeout, options.timeout);
    arm(connect_timer_, limit, Interruption::kConnectTimeout);
    std::vector<tcp::endpoint> endpoints;
    for (const std::string& address : look_up_host(host_, limit, options.stop)) {
      endpoints.emplace_back(asio::ip::make_address(address), port_);
    }
    const auto connecting = await([&](Completion done) { asio::async_connect(socket_, endpoints, done); });
    if (connecting.error) fail_connecting(connecting.error);
    ErrorCode ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    if (context_ != nullptr) handshake();
    connect_timer_.cancel();
    connected_ = true;
  }

  void handshake() {
    tls_ = std::make_unique<asio::ssl::stream<tcp::socket&>>(socket_, *context_);
    // SNI carries names only, never addresses (RFC 6066, section 3).
    ErrorCode not_numeric;
    asio::ip::make_address(host_, not_numeric);
    if (not_numeric) {
      SSL_ctrl(tls_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               const_cast<char*>(host_.c_str()));
    }
    tls_->set_verify_mode(asio::ssl::verify_peer);
    tls_->set_verify_callback(asio::ssl::host_name_verification(host_));
    const ErrorCode error =
        await([&](Completion done) { tls_->async_handshake(asio::ssl::stream_base::client, done); }).error;
    if (!error) return;
    fail_if_interrupted();
    const long verdict = SSL_get_verify_result(tls_->native_handle());
    const std::string why = verdict == X509_V_OK ? error.message() : X509_verify_cert_error_string(verdict);
    throw TransportError("TlsError", fmt::format("no trusted TLS connection to {}: {}", where_, why), true,
                         "check the endpoint's name and the certificate authorities that are trusted");
  }

  void write(const Request& request, bool pooled) {
    std::string head = format_request_head(request);
    const bool join = request.body.size() <= kJoinBytes;
    if (join) head += request.body;
    ErrorCode error = write_all(head);
    if (!error && !join) error = write_all(request.body);
    if (!error) return;
    fail_if_interrupted();
    if (pooled && !sent_) throw Stale{};
    // A server that refuses a large body early answers and closes; the answer is what the caller needs.
    if (sent_ && tls_ == nullptr) return;
    fail_closed(error);
  }

  ErrorCode write_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto buffer = asio::buffer(bytes.data(), bytes.size());
      const Outcome written = await([&](Completion done) {
        tls_ ? tls_->async_write_some(buffer, done) : socket_.async_write_some(buffer, done);
      });
      sent_ = sent_ || written.bytes > 0;
      if (written.error) return written.error;
      bytes.remove_prefix(written.bytes);
    }
    return {};
  }

  Response read(const Request& request) {
    ResponseParser parser(request.method == "HEAD");
    std::string buffer(kReadBytes, '\0');
    try {
      while (!parser.done()) {
        const Outcome received = await([&](Completion done) {
          const auto into = asio::buffer(buffer);
          tls_ ? tls_->async_read_some(into, done) : socket_.async_read_some(into, done);
        });
        parser.feed(std::string_view(buffer).substr(0, received.bytes));
        if (!parser.done() && received.error) end_of_answer(parser, received.error);
      }
    } catch (const WireError& error) {
      throw TransportError("ConnectionError",
                           fmt::format("{} answered with no usable HTTP: {}", where_, error.message()),
                           false);
    }
    keep_alive_ = parser.keep_alive();
    return parser.take();
  }

  // An answer without a length ends where the connection does. A TLS connection that is cut off may have
  // been cut by somebody else, so there only an orderly end counts.
  void end_of_answer(ResponseParser& parser, const ErrorCode& error) {
    fail_if_interrupted();
    if (error != asio::error::eof || !parser.started()) fail_closed(error);
    try {
      parser.feed_end();
    } catch (const WireError&) {
      fail_closed(error);
    }
  }

  [[noreturn]] void fail_cancelled() {
    throw Cancelled(fmt::format("the request to {} was cancelled", where_));
  }

  void fail_if_interrupted() {
    switch (interruption_) {
      case Interruption::kNone:
        return;
      case Interruption::kStop:
        fail_cancelled();
      case Interruption::kConnectTimeout:
        throw TransportError("ConnectTimeout", fmt::format("{} did not take the connection in time", where_),
                             true, "check that the endpoint is up and that no firewall drops the connection");
      case Interruption::kTimeout:
        throw TransportError("Timeout", fmt::format("{} did not answer in time", where_), !sent_);
    }
  }

  [[noreturn]] void fail_connecting(const ErrorCode& error) {
    fail_if_interrupted();
    if (error == asio::error::connection_refused) {
      throw TransportError("ConnectionRefused", fmt::format("nothing listens on {}", where_), true,
                           "check that the endpoint is running, and its port");
    }
    throw TransportError("ConnectionError", fmt::format("no connection to {}: {}", where_, error.message()),
                         true);
  }

  [[noreturn]] void fail_closed(const ErrorCode& error) {
    throw TransportError(
        "ConnectionClosed",
        fmt::format("{} closed the connection before it had answered: {}", where_, error.message()), !sent_);
  }

  const std::string host_;
  const unsigned short port_;
  const std::string where_;
  asio::ssl::context* const context_;
  asio::io_context io_{1};
  tcp::socket socket_{io_};
  std::unique_ptr<asio::ssl::stream<tcp::socket&>> tls_;
  asio::steady_timer exchange_timer_{io_};
  asio::steady_timer connect_timer_{io_};
  Interruption interruption_ = Interruption::kNone;
  bool connected_ = false;
  bool keep_alive_ = false;
  bool sent_ = false;
};

ClientConnection::ClientConnection(std::string host, unsigned short port, asio::ssl::context* tls)
    : impl_(std::make_unique<Impl>(std::move(host), port, tls)) {}
ClientConnection::~ClientConnection() = default;
Response ClientConnection::exchange(const Request& request, const SendOptions& options) {
  return impl_->exchange(request, options);
}
bool ClientConnection::reusable() {
  return impl_->reusable();
}

}  // namespace aurora::http
