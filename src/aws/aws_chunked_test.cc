#include "aws/aws_chunked.h"

#include <gtest/gtest.h>

#include "aws/error.h"
#include "aws/sigv4.h"

namespace aurora::aws {
namespace {

http::Request upload(std::string body) {
  http::Request request;
  request.method = "PUT";
  request.headers = {{"X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
                     {"Content-Encoding", "aws-chunked"},
                     {"X-Amz-Decoded-Content-Length", "11"}};
  request.body = std::move(body);
  return request;
}

std::string refusal(const std::string& body) {
  http::Request request = upload(body);
  try {
    remove_aws_chunking(request);
    return "accepted";
  } catch (const ServiceError& error) {
    return error.code();
  }
}

TEST(AwsChunked, UploadOfBoto3BecomesItsContent) {
  http::Request request = upload("6\r\nhello \r\n5\r\nworld\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n");
  remove_aws_chunking(request);
  EXPECT_EQ(request.body, "hello world");
  EXPECT_EQ(request.headers.get("x-amz-checksum-crc32"), "DUoRhQ==");
  EXPECT_FALSE(request.headers.has("Content-Encoding"));
}

TEST(AwsChunked, KeepsTheOtherEncodings) {
  http::Request request = upload("b\r\nhello world\r\n0\r\n\r\n");
  request.headers.set("Content-Encoding", "gzip, aws-chunked");
  remove_aws_chunking(request);
  EXPECT_EQ(request.headers.get("Content-Encoding"), "gzip");
}

TEST(AwsChunked, LeavesAPlainBodyAlone) {
  http::Request request = upload("5\r\n");
  request.headers.set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD");
  remove_aws_chunking(request);
  EXPECT_EQ(request.body, "5\r\n");
}

TEST(AwsChunked, RefusesWhatIsCutShort) {
  EXPECT_EQ(refusal("b\r\nhello world\r\n0\r\n\r\n"), "accepted");
  EXPECT_EQ(refusal("b\r\nhello wor"), "IncompleteBody");
  EXPECT_EQ(refusal("b\r\nhello world\r\n"), "IncompleteBody");
  EXPECT_EQ(refusal("5\r\nhello\r\n0\r\n\r\n"), "IncompleteBody") << "less than the header promised";
  EXPECT_EQ(refusal("hello\r\n"), "InvalidRequest");
  EXPECT_EQ(refusal("fffffffffffffffff\r\n"), "InvalidRequest") << "a size beyond all numbers";
}

// Signatures computed apart from this code.
constexpr char kSigned[] =
    "6;chunk-signature=bc63bf6c28d9995586d9130c5f3818b1d41c8b660fcf7b726a0a97bebccf150c\r\nhello \r\n"
    "5;chunk-signature=0a6c5633f6e942d4dc086d17228323c023bdca65160930bcbb82e6e791a3a4f8\r\nworld\r\n"
    "0;chunk-signature=dfd6273056ca0c11f6fde5fc2a30625ee6bf98c418046d70934b1ff4593d240b\r\n\r\n";

ChunkSigning signing() {
  return {.key = signing_key(Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                             {.region = "us-east-1", .service = "s3"}, "20150830"),
          .timestamp = "20150830T123600Z",
          .credential_scope = "20150830/us-east-1/s3/aws4_request",
          .seed_signature = std::string(64, 'a')};
}

TEST(AwsChunked, AcceptsAChainOfSignedChunks) {
  EXPECT_NO_THROW(verify_chunk_signatures(kSigned, signing()));
}

TEST(AwsChunked, NoticesAChangedChunk) {
  std::string body = kSigned;
  body[body.find("world")] = 'W';
  EXPECT_THROW(verify_chunk_signatures(body, signing()), ServiceError);
  ChunkSigning other = signing();
  other.seed_signature = std::string(64, 'b');
  EXPECT_THROW(verify_chunk_signatures(kSigned, other), ServiceError);
}

}  // namespace
}  // namespace aurora::aws
