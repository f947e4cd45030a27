#include "local/s3_checksum.h"

#include <gtest/gtest.h>

#include "aws/error.h"

namespace aurora::local {
namespace {

// The check values of the catalogue of parametrised CRC algorithms, for the text "123456789".
TEST(S3Checksum, AgreesWithTheCataloguesCheckValues) {
  EXPECT_EQ(s3_checksum("ChecksumCRC32", "123456789"), "y/Q5Jg==");
  EXPECT_EQ(s3_checksum("ChecksumCRC32C", "123456789"), "4waSgw==");
  EXPECT_EQ(s3_checksum("ChecksumCRC64NVME", "123456789"), "rosUhgp5mIg=");
  EXPECT_EQ(s3_checksum("ChecksumSHA1", "123456789"), "98O8HYCOBHMq32eZZczDTKeuNEE=");
  EXPECT_EQ(s3_checksum("ChecksumSHA256", "123456789"), "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=");
  EXPECT_EQ(s3_checksum("ChecksumXXHASH64", "123456789"), std::nullopt);
}

TEST(S3Checksum, RefusesBytesThatArrivedOtherwise) {
  const auto code = [](const Json& input) -> std::string {
    try {
      checked_checksums(input, "123456789");
      return "accepted";
    } catch (const aws::ServiceError& error) {
      return error.code();
    }
  };
  EXPECT_EQ(code({{"ChecksumCRC32", "y/Q5Jg=="}, {"ContentMD5", "JfnnlDI7RTiF9RgfG2JNCw=="}}), "accepted");
  EXPECT_EQ(code({{"ChecksumCRC32", "AAAAAA=="}}), "BadDigest");
  EXPECT_EQ(code({{"ContentMD5", "AAAAAAAAAAAAAAAAAAAAAA=="}}), "BadDigest");
  EXPECT_EQ(code({{"ChecksumXXHASH64", "AAAAAAAAAAA="}}), "InvalidRequest");
}

}  // namespace
}  // namespace aurora::local
