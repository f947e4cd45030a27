// The services' wire formats, in both directions: clients encode requests and decode answers, servers
// decode requests and encode answers. Values are JSON by the conventions of client.h.
//
// Encoding throws Error "InvalidParameter" for a value that does not fit the model. Decoding a request
// throws the ServiceError that the service answers to a malformed one; decoding an answer throws Error
// "InvalidResponse".
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "aws/error.h"
#include "aws/model.h"
#include "base/json.h"
#include "http/message.h"

namespace aurora::aws {

// Without host, signature and what the transport adds. `input` should have passed validate().
http::Request encode_request(const Service& service, const Operation& operation, const Json& input);

// Throws ServiceError for status 300 and above.
Json decode_response(const Service& service, const Operation& operation, const http::Response& response);
ServiceError decode_error(const Service& service, const Operation& operation, const http::Response& response);

// How one request is written: in a protocol of the models, or in RPC v2 CBOR, which no model of ours is in.
class Dialect {
 public:
  constexpr Dialect(Protocol protocol) : protocol_(protocol) {}
  static constexpr Dialect cbor() {
    Dialect dialect(Protocol::kJson);
    dialect.is_cbor_ = true;
    return dialect;
  }
  constexpr bool is_cbor() const { return is_cbor_; }
  // The protocol whose rules hold beside the form of the body.
  constexpr Protocol protocol() const { return protocol_; }
  friend constexpr bool operator==(Dialect, Dialect) = default;

 private:
  Protocol protocol_;
  bool is_cbor_ = false;
};

// What a request speaks: SQS and CloudWatch take Query requests beside their own protocol, and CBOR.
Dialect request_protocol(const Service& service, const http::Request& request);
// The operation that a request means: by Action, X-Amz-Target, or method and URI. Nothing when the
// service has no such operation.
const Operation* match_operation(const Service& service, const http::Request& request);
// The name that a request gives its operation, known or not, for the answer to an unknown one.
std::string requested_operation(const Service& service, const http::Request& request);
Json decode_request(const Service& service, const Operation& operation, const http::Request& request);

// Answers in `dialect`, which is the service's own protocol where it is left out.
http::Response encode_response(const Service& service, const Operation& operation, const Json& output,
                               std::string_view request_id, std::optional<Dialect> dialect = {});
// An error of a known shape takes that shape's status, unless it says another than 400 itself. It may be
// named by its code or by its shape.
http::Response encode_error(const Service& service, const ServiceError& error, std::string_view request_id,
                            std::optional<Dialect> dialect = {});

// Throws Error "InvalidParameter" that names every fault of `input`: missing and unknown members (with
// the nearest known), wrong types, values below the model's minimum.
void validate(const Service& service, const Operation& operation, const Json& input);

}  // namespace aurora::aws
