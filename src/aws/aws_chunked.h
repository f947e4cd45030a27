// The content encoding "aws-chunked", in which the SDKs upload S3 objects: chunks with or without
// signatures, and trailers with checksums. See "Authenticating requests: transferring payload in
// multiple chunks" of the S3 API reference.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace aurora::aws {

// Of the header X-Amz-Content-Sha256.
bool is_chunked_payload(std::string_view content_sha256);
bool is_signed_chunked_payload(std::string_view content_sha256);

// Chains each chunk's signature to the one before it.
struct ChunkSigning {
  std::string key;  // the signing key, raw bytes
  std::string timestamp;
  std::string credential_scope;
  std::string seed_signature;
};
// Throws ServiceError "SignatureDoesNotMatch", or what decode throws.
void verify_chunk_signatures(std::string_view body, const ChunkSigning& signing);

// Replaces a chunked body by its content, and Content-Encoding and the trailers accordingly; leaves other
// requests alone. Throws ServiceError "IncompleteBody" when the body ends early or has another length
// than X-Amz-Decoded-Content-Length says, "InvalidRequest" when it is no chunked body.
void remove_aws_chunking(http::Request& request);

}  // namespace aurora::aws
