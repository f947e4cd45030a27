#include "base/secret.h"

#include <openssl/crypto.h>

namespace aurora {

Secret::~Secret() { OPENSSL_cleanse(value_.data(), value_.size()); }

}  // namespace aurora
