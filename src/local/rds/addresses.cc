#include "local/rds/addresses.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"

namespace aurora::local::rds {
namespace {

constexpr unsigned kAttemptsMax = 200;

std::vector<std::string> taken(Context& context, const std::string& own) {
  std::vector<std::string> addresses;
  for (const Resource& cluster : context.records.list_everywhere(Kind::kCluster)) {
    if (cluster.resource == own) continue;
    addresses.push_back(string_or(cluster.internal, "address", ""));
    addresses.push_back(string_or(cluster.internal, "next_address", ""));
  }
  return addresses;
}

}  // namespace

std::string loopback_address(const std::filesystem::path& root, std::string_view region,
                             std::string_view cluster, unsigned attempt) {
  const std::string hash = sha256(fmt::format("{}/{}/{}/{}", root.string(), region, cluster, attempt));
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(hash[i])); };
  return fmt::format("127.{}.{}.{}", 16 + byte(0) % 239, byte(1), 1 + byte(2) % 254);
}

std::string free_address(Context& context, const engines::Engine& engine, const std::string& cluster,
                         unsigned short port, const std::string& own) {
  const std::vector<std::string> others = taken(context, own);
  for (unsigned attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const std::string address = loopback_address(context.root, context.region, cluster, attempt);
    const bool known = std::find(others.begin(), others.end(), address) != others.end();
    if (!known && engine.address_is_free(address, port)) return address;
  }
  throw fault(
      "InvalidVPCNetworkStateFault",
      fmt::format("No loopback address has port {} free. Choose another Port for {}.", port, cluster));
}

}  // namespace aurora::local::rds
