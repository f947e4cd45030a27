#include "http/beast_transport.h"

#include <boost/asio/ssl/context.hpp>
#include <deque>
#include <filesystem>
#include <mutex>

#include "base/clock.h"
#include "http/client_connection.h"

namespace aurora::http {
namespace {

namespace ssl = boost::asio::ssl;

// Where distributions keep all their roots in one file; a static OpenSSL only knows the place of the system
// it was built on. Lambda's Amazon Linux is the first.
constexpr const char* kBundles[] = {"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt"};

void trust_system(ssl::context& context) {
  context.set_default_verify_paths();
  std::error_code ignored;
  if (std::filesystem::exists("/etc/ssl/certs", ignored) &&
      std::filesystem::exists("/etc/debian_version", ignored)) {
    context.add_verify_path("/etc/ssl/certs");  // hashed: a root is read when a chain asks for it
    return;
  }
  for (const char* bundle : kBundles) {
    if (std::filesystem::exists(bundle, ignored)) return context.load_verify_file(bundle);
  }
}

std::unique_ptr<ssl::context> make_context(const BeastTransportOptions& options) {
  try {
    auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    if (!options.ca_file.empty()) context->load_verify_file(options.ca_file);
    if (!options.ca_directory.empty()) context->add_verify_path(options.ca_directory);
    if (options.ca_file.empty() && options.ca_directory.empty()) trust_system(*context);
    return context;
  } catch (const boost::system::system_error& error) {
    throw TransportError("TlsError",
                         fmt::format("the certificate authorities in '{}{}' cannot be read: {}",
                                     options.ca_file, options.ca_directory, error.code().message()),
                         true, "give a PEM file or a hashed directory of certificates");
  }
}

}  // namespace

class BeastTransport::Impl {
 public:
  explicit Impl(BeastTransportOptions options) : options_(std::move(options)) {}

  Response send(const Request& request, const SendOptions& options) {
    const Key key{request.scheme, request.host, request.port};
    while (auto pooled = take(key)) {
      try {
        return exchange(key, std::move(pooled), request, options);
      } catch (const ClientConnection::Stale&) {
        continue;
      }
    }
    auto fresh = std::make_unique<ClientConnection>(request.host, request.port, tls_for(request.scheme));
    return exchange(key, std::move(fresh), request, options);
  }

 private:
  using Key = std::tuple<std::string, std::string, unsigned short>;
  struct Idle {
    std::unique_ptr<ClientConnection> connection;
    Duration since;
  };

  Response exchange(const Key& key, std::unique_ptr<ClientConnection> connection, const Request& request,
                    const SendOptions& options) {
    Response response = connection->exchange(request, options);
    if (connection->reusable()) keep(key, std::move(connection));
    return response;
  }

  // The connection used last is the likeliest to be alive.
  std::unique_ptr<ClientConnection> take(const Key& key) {
    const std::lock_guard lock(mutex_);
    const auto found = idle_.find(key);
    if (found == idle_.end()) return nullptr;
    auto& connections = found->second;
    while (!connections.empty()) {
      Idle idle = std::move(connections.back());
      connections.pop_back();
      const bool fresh = clock_.monotonic() - idle.since < options_.idle_max;
      if (fresh && idle.connection->reusable()) return std::move(idle.connection);
    }
    return nullptr;
  }

  void keep(const Key& key, std::unique_ptr<ClientConnection> connection) {
    const std::lock_guard lock(mutex_);
    auto& connections = idle_[key];
    connections.push_back({std::move(connection), clock_.monotonic()});
    if (connections.size() > options_.idle_connections_max) connections.pop_front();
  }

  ssl::context* tls_for(const std::string& scheme) {
    if (scheme != "https") return nullptr;
    const std::lock_guard lock(tls_mutex_);
    if (!tls_) tls_ = make_context(options_);
    return tls_.get();
  }

  const BeastTransportOptions options_;
  const SystemClock clock_;
  std::mutex tls_mutex_;
  std::unique_ptr<ssl::context> tls_;  // outlives the connections below
  std::mutex mutex_;
  std::map<Key, std::deque<Idle>> idle_;
};

BeastTransport::BeastTransport(BeastTransportOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
BeastTransport::~BeastTransport() = default;
Response BeastTransport::send(const Request& request, const SendOptions& options) {
  return impl_->send(request, options);
}

}  // namespace aurora::http
