// Which operation a request means.
#include <tuple>

#include "aws/cbor_codec.h"
#include "aws/rest_codec.h"
#include "aws/wire.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string action_of(const http::Request& request) {
  for (const std::string* text : {&request.body, &request.query})
    for (const auto& [key, value] : http::parse_query(*text))
      if (key == "Action") return value;
  return {};
}

bool has_pair(const Pairs& pairs, std::string_view key, std::string_view value) {
  for (const auto& [given_key, given_value] : pairs)
    if (given_key == key && (value.empty() || given_value == value)) return true;
  return false;
}

// How well a request fits an operation of a REST service; the greatest wins.
struct Fit {
  int literals = 0;  // path segments and query parameters that the URI template prescribes
  int missing = 0;   // required header and query members that the request lacks, as a negative number
  int present = 0;   // those that it has
  auto operator<=>(const Fit&) const = default;
};

bool carries(const http::Request& request, const Pairs& query, const Member& member) {
  if (member.location == Location::kHeader) return request.headers.has(member.wire_name);
  return has_pair(query, member.wire_name, "");
}

std::optional<Fit> fit_of(const Operation& operation, const http::Request& request, const Pairs& query) {
  if (operation.method != request.method || !match_path(operation.uri, request.path)) return std::nullopt;
  Fit fit;
  const std::size_t mark = operation.uri.find('?');
  const std::string_view path = operation.uri.substr(0, mark);
  for (const std::string& segment : split(path, '/'))
    if (!segment.empty() && segment[0] != '{') ++fit.literals;
  if (mark != std::string_view::npos)
    for (const auto& [key, value] : http::parse_query(operation.uri.substr(mark + 1))) {
      if (!has_pair(query, key, value)) return std::nullopt;
      ++fit.literals;
    }
  if (!operation.input) return fit;
  for (const Member& member : operation.input->members) {
    if (!member.required ||
        (member.location != Location::kHeader && member.location != Location::kQueryString))
      continue;
    if (carries(request, query, member))
      ++fit.present;
    else
      --fit.missing;
  }
  return fit;
}

const Operation* match_rest(const Service& service, const http::Request& request) {
  const Pairs query = http::parse_query(request.query);
  const Operation* best = nullptr;
  std::optional<Fit> best_fit;
  for (const Operation& operation : service.operations) {
    const std::optional<Fit> fit = fit_of(operation, request, query);
    // On a tie the earlier name stands: ListObjects, not one of its later kin.
    if (fit && (!best_fit || *fit > *best_fit)) {
      best = &operation;
      best_fit = fit;
    }
  }
  return best;
}

bool is_rest(const Service& service) {
  return service.protocol == Protocol::kRestJson || service.protocol == Protocol::kRestXml;
}

}  // namespace

Dialect request_protocol(const Service& service, const http::Request& request) {
  if (request.headers.get_or("smithy-protocol", "") == "rpc-v2-cbor" && !is_rest(service))
    return Dialect::cbor();
  if (!service.query_compatible || request.headers.has("X-Amz-Target")) return service.protocol;
  return Protocol::kQuery;
}

std::string requested_operation(const Service& service, const http::Request& request) {
  if (is_rest(service)) return request.method + " " + request.path;
  const Dialect dialect = request_protocol(service, request);
  if (dialect.is_cbor()) return std::string(cbor_operation(request.path));
  if (dialect.protocol() != Protocol::kJson) return action_of(request);
  const std::string target = request.headers.get_or("X-Amz-Target", "");
  return target.substr(target.rfind('.') + 1);
}

const Operation* match_operation(const Service& service, const http::Request& request) {
  return is_rest(service) ? match_rest(service, request)
                          : service.operation(requested_operation(service, request));
}

}  // namespace aurora::aws
