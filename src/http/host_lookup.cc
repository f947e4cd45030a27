#include "http/host_lookup.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "http/transport.h"

namespace aurora::http {
namespace {

struct Lookup {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool done = false;
  int error = 0;
  std::vector<std::string> addresses;
};

std::string to_text(const addrinfo& entry) {
  char text[NI_MAXHOST] = {};
  ::getnameinfo(entry.ai_addr, entry.ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
  return text;
}

void run(const std::string& host, Lookup& lookup) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  const std::lock_guard lock(lookup.mutex);
  for (const addrinfo* entry = found; error == 0 && entry != nullptr; entry = entry->ai_next) {
    lookup.addresses.push_back(to_text(*entry));
  }
  lookup.error = error;
  lookup.done = true;
  lookup.changed.notify_all();
}

bool is_numeric(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

}  // namespace

std::vector<std::string> look_up_host(const std::string& host, std::chrono::milliseconds timeout,
                                      std::stop_token stop) {
  if (is_numeric(host)) return {host};
  // The system's resolver cannot be interrupted and can hang for half a minute. Its thread owns all that it
  // touches, so that it may finish after the caller has gone.
  const auto lookup = std::make_shared<Lookup>();
  std::thread([host, lookup] { run(host, *lookup); }).detach();

  std::unique_lock lock(lookup->mutex);
  const bool done = lookup->changed.wait_for(lock, stop, timeout, [&] { return lookup->done; });
  if (stop.stop_requested()) throw Cancelled(fmt::format("the request to {} was cancelled", host));
  if (!done) {
    throw TransportError("ConnectTimeout", fmt::format("no answer from the name servers about '{}'", host),
                         true, "check the machine's name resolution");
  }
  if (lookup->error != 0 || lookup->addresses.empty()) {
    throw TransportError(
        "HostNotFound",
        fmt::format("the host name '{}' is not known: {}", host, ::gai_strerror(lookup->error)), true,
        "check the spelling of the Region or endpoint, and the machine's name resolution");
  }
  return lookup->addresses;
}

}  // namespace aurora::http
