// Names to addresses, with a deadline. Internal to src/http.
#pragma once
#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

namespace aurora::http {

// Numeric addresses in the order to try them. A numeric host is answered at once. Throws TransportError
// "HostNotFound" or "ConnectTimeout", or Cancelled.
std::vector<std::string> look_up_host(const std::string& host, std::chrono::milliseconds timeout,
                                      std::stop_token stop);

}  // namespace aurora::http
