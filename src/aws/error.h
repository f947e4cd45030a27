// An answer of an AWS service that is an error.
#pragma once
#include <string>

#include "base/error.h"
#include "base/json.h"

namespace aurora::aws {

// `code` is as on the wire ("DBInstanceNotFound", "ConditionalCheckFailedException"), without the
// namespace before '#' and without what follows ':'. It is the Error's name too.
class ServiceError : public Error {
 public:
  struct Details {
    std::string code;
    std::string message;
    int status = 400;
    std::string service;    // "rds"
    std::string operation;  // "CopyDBClusterSnapshot"
    std::string request_id;
    // What else the error's shape carries ("CancellationReasons", "Item"); message and code excluded.
    Json members = Json::object();
  };
  explicit ServiceError(Details details);
  // For servers: an error answered by the service at hand.
  ServiceError(std::string code, std::string message, int status = 400);

  const std::string& code() const { return name(); }
  int status() const { return details_.status; }
  const Details& details() const { return details_; }
  // Compares with and without a trailing "Fault" or "Exception": about half of RDS's codes differ from
  // the shape's name in that.
  bool is(std::string_view code) const;

 private:
  Details details_;
};

}  // namespace aurora::aws
