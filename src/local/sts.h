// AWS Security Token Service.
#pragma once
#include "local/service_support.h"
#include "local/session_keys.h"

namespace aurora::local {

// Gives out temporary credentials that the endpoint then accepts, of the account that the role is of. Roles
// are taken at their word: the endpoint has no IAM, and every key may do everything in its own account. A
// role under the path /external-id/<id>/ (arn:aws:iam::210987654321:role/external-id/team-7/restore) has a
// trust policy that asks for that external id; no other asks for one.
class Sts final : public Service {
 public:
  Sts(SessionKeys& keys, Clock& clock) : keys_(keys), clock_(clock) {}
  Json handle(const Call& call) override;

 private:
  Json get_caller_identity(const Call& call);
  Json get_session_token(const Call& call);
  Json assume_role(const Call& call);
  Json assume_role_with_web_identity(const Call& call);
  Json get_access_key_info(const Call& call);

  Json assumed(const Call& call);
  AccessKey caller(const Call& call) const;

  SessionKeys& keys_;
  Clock& clock_;
};

// The access key id that a request is signed with, from its Authorization header or its presigned query;
// empty when it is not signed.
std::string signing_key_id(const http::Request& request);

}  // namespace aurora::local
