// What somebody asks of local/faults.h, checked against what the services can really answer; and the path of
// the endpoint under which it is asked.
#pragma once
#include <optional>
#include <vector>

#include "http/message.h"
#include "local/faults.h"

namespace aurora::local {

inline constexpr char kFaultsPath[] = "/_aurora/faults";

// `order` has "service" and "operation" ("*": every one), as AWS writes them or as its command line does
// (create-db-instance), and "code" or "delay_ms" (900,000 at most); and may have "region", "message",
// "times" (1; 0: until it is removed) and "after_work". The code must be one of the operation's in its
// model, with or without its last word, or one that every operation of the protocol may answer. Throws Error
// "InvalidInput", which names the nearest of what there is.
Fault checked_fault(const Json& order, const std::vector<std::string>& services);

// Nothing for a request of another path. GET lists; POST adds what its body orders; DELETE removes all, or
// the one whose number ends the path. Refusals are {"error", "message", "hint"}. Pages of other origins,
// which a browser on this machine may show, are refused.
std::optional<http::Response> serve_faults(Faults& faults, const std::vector<std::string>& services,
                                           const http::Request& request);

}  // namespace aurora::local
