// The server's side of Signature Version 4.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "aws/error.h"
#include "aws/identity.h"
#include "http/message.h"

namespace aurora::aws {

// What a request says of itself, verified or not.
struct SignatureClaim {
  std::string access_key_id;
  std::string date;  // of the scope: 20261121
  SigningScope scope;
  bool presigned = false;
};

// Nothing when the request is not signed. Throws ServiceError "IncompleteSignature" when it is signed in
// a way that cannot be read.
std::optional<SignatureClaim> signature_claim(const http::Request& request);

// The credentials that an access key id stands for; nothing for an unknown one. Where they have a session
// token, the request must carry it.
using CredentialsLookup = std::function<std::optional<Credentials>(std::string_view access_key_id)>;

// Recomputes the signature from the request itself. Throws the ServiceError with which AWS refuses:
// MissingAuthenticationToken, IncompleteSignature, InvalidClientTokenId (S3: InvalidAccessKeyId),
// ExpiredToken, RequestTimeTooSkewed (more than 15 minutes), RequestExpired (presigned),
// SignatureDoesNotMatch, XAmzContentSHA256Mismatch. Messages hold no secret.
SignatureClaim verify_request(const http::Request& request, const CredentialsLookup& lookup, TimePoint now);

}  // namespace aurora::aws
