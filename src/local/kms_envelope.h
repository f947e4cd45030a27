// Values under a KMS key, as AWS's own services keep them: a data key of the service KMS encrypts the
// value, and the encrypted data key lies beside it. So a key that is disabled locks its values.
#pragma once
#include <string>
#include <string_view>

#include "local/service.h"

namespace aurora::local {

// Thread-safe. Calls the KMS of the endpoint: hold no lock around it. Its refusals
// (NotFoundException, DisabledException, KMSInvalidStateException) pass through.
class KmsEnvelope {
 public:
  explicit KmsEnvelope(Router& router) : router_(router) {}

  // `resource` (an ARN) is bound to the result: it opens for no other. Base64.
  std::string seal(const std::string& region, const std::string& key_id, std::string_view plain,
                   const std::string& resource) const;
  std::string open(const std::string& region, const std::string& sealed, const std::string& resource) const;

 private:
  Json kms(const std::string& region, const char* operation, Json input) const;
  Router& router_;
};

}  // namespace aurora::local
