#include "aws/sigv4_verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/sigv4.h"
#include "base/dates.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

using namespace std::chrono_literals;

const TimePoint kWhen = *parse_basic("20150830T123600Z");

Credentials credentials(const std::string& token = "") {
  return {.access_key_id = "AKIDEXAMPLE",
          .secret_access_key = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
          .session_token = Secret(token),
          .expires_at = {}};
}

std::optional<Credentials> lookup(std::string_view id) {
  if (id == "AKIDEXAMPLE") return credentials();
  if (id == "ASIATEMPORARY") {
    Credentials temporary = credentials("token");
    temporary.access_key_id = id;
    temporary.expires_at = kWhen + 1h;
    return temporary;
  }
  return std::nullopt;
}

http::Request plain_request() {
  http::Request request;
  request.method = "POST";
  request.scheme = "http";
  request.host = "127.0.0.1";
  request.port = 4566;
  request.headers.set("Host", "127.0.0.1:4566");
  request.headers.set("Content-Type", "application/x-amz-json-1.0");
  request.body = "{}";
  return request;
}

const SigningScope kScope{.region = "us-west-2", .service = "dynamodb"};

http::Request signed_request(const SigningScope& scope = kScope, const Credentials& with = credentials()) {
  http::Request request = plain_request();
  sign_request(request, with, scope, kWhen);
  return request;
}

std::string refusal(const http::Request& request, TimePoint now = kWhen) {
  try {
    verify_request(request, lookup, now);
    return "accepted";
  } catch (const ServiceError& error) {
    EXPECT_EQ(error.message().find("wJalr"), std::string::npos) << "a secret in a message";
    return error.code();
  }
}

// A request whose signature was computed apart from this code: the test suite's vanilla request.
TEST(SigV4Verify, AcceptsTheTestSuitesVanillaRequest) {
  http::Request request;
  request.headers.set("Host", "example.amazonaws.com");
  request.headers.set("X-Amz-Date", "20150830T123600Z");
  request.headers.set("Authorization",
                      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                      "SignedHeaders=host;x-amz-date, "
                      "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  const SignatureClaim claim = verify_request(request, lookup, kWhen);
  EXPECT_EQ(claim.access_key_id, "AKIDEXAMPLE");
  EXPECT_EQ(claim.scope.region, "us-east-1");
  EXPECT_EQ(claim.scope.service, "service");
  EXPECT_FALSE(claim.presigned);
}

TEST(SigV4Verify, AcceptsFieldsWithoutSpacesBetween) {
  http::Request request = signed_request();
  request.headers.set("Authorization", replace_all(request.headers.get_or("Authorization", ""), ", ", ","));
  EXPECT_EQ(refusal(request), "accepted");
}

TEST(SigV4Verify, RefusesWhatIsNotSigned) {
  EXPECT_EQ(refusal(plain_request()), "MissingAuthenticationToken");
}

TEST(SigV4Verify, ClaimOfAnUnsignedRequestIsNothing) {
  EXPECT_FALSE(signature_claim(plain_request()));
}

TEST(SigV4Verify, RefusesAnIncompleteSignature) {
  for (const char* text :
       {"Basic dXNlcg==", "AWS4-HMAC-SHA256 Credential=A/20150830/r/s/aws4_request, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=A/20150830/r/s, SignedHeaders=host, Signature=0"}) {
    http::Request request = signed_request();
    request.headers.set("Authorization", text);
    EXPECT_EQ(refusal(request), "IncompleteSignature") << text;
  }
  http::Request request = signed_request();
  request.headers.remove("X-Amz-Date");
  EXPECT_EQ(refusal(request), "IncompleteSignature");
}

TEST(SigV4Verify, RefusesAnUnknownKey) {
  Credentials other = credentials();
  other.access_key_id = "AKIDOTHER";
  EXPECT_EQ(refusal(signed_request(kScope, other)), "InvalidClientTokenId");
  EXPECT_EQ(refusal(signed_request({.region = "us-west-2", .service = "s3"}, other)), "InvalidAccessKeyId");
}

TEST(SigV4Verify, RefusesAnotherSecret) {
  Credentials wrong = credentials();
  wrong.secret_access_key = Secret("guessed");
  EXPECT_EQ(refusal(signed_request(kScope, wrong)), "SignatureDoesNotMatch");
}

TEST(SigV4Verify, NoticesEveryChange) {
  ASSERT_EQ(refusal(signed_request()), "accepted");
  http::Request request = signed_request();
  request.body = "{ }";
  EXPECT_EQ(refusal(request), "SignatureDoesNotMatch") << "body";
  request = signed_request();
  request.path = "/other";
  EXPECT_EQ(refusal(request), "SignatureDoesNotMatch") << "path";
  request = signed_request();
  request.query = "a=b";
  EXPECT_EQ(refusal(request), "SignatureDoesNotMatch") << "query";
  request = signed_request();
  request.method = "PUT";
  EXPECT_EQ(refusal(request), "SignatureDoesNotMatch") << "method";
  request = signed_request();
  request.headers.set("Content-Type", "text/plain");
  EXPECT_EQ(refusal(request), "SignatureDoesNotMatch") << "a signed header";
  request = signed_request();
  request.headers.set("X-Amz-Target", "DynamoDB_20120810.DeleteTable");
  EXPECT_EQ(refusal(request), "SignatureDoesNotMatch") << "an added X-Amz- header";
  request = signed_request();
  request.headers.set("User-Agent", "changed/1");
  EXPECT_EQ(refusal(request), "accepted") << "what is not signed may change";
}

TEST(SigV4Verify, AllowsClocksFifteenMinutesApart) {
  EXPECT_EQ(refusal(signed_request(), kWhen + 15min), "accepted");
  EXPECT_EQ(refusal(signed_request(), kWhen - 15min), "accepted");
  EXPECT_EQ(refusal(signed_request(), kWhen + 15min + 1s), "RequestTimeTooSkewed");
  EXPECT_EQ(refusal(signed_request(), kWhen - 15min - 1s), "RequestTimeTooSkewed");
}

TEST(SigV4Verify, ScopeMustBeOfTheRequestsDay) {
  http::Request request = signed_request();
  request.headers.set("Authorization",
                      replace_all(request.headers.get_or("Authorization", ""), "/20150830/", "/20150829/"));
  EXPECT_EQ(refusal(request), "SignatureDoesNotMatch");
}

TEST(SigV4Verify, TemporaryKeysNeedTheirTokenAndTime) {
  Credentials temporary = credentials("token");
  temporary.access_key_id = "ASIATEMPORARY";
  EXPECT_EQ(refusal(signed_request(kScope, temporary)), "accepted");
  Credentials bare = temporary;
  bare.session_token = Secret();
  EXPECT_EQ(refusal(signed_request(kScope, bare)), "InvalidClientTokenId");
  Credentials wrong = temporary;
  wrong.session_token = Secret("other");
  EXPECT_EQ(refusal(signed_request(kScope, wrong)), "InvalidClientTokenId");
  http::Request late = plain_request();
  sign_request(late, temporary, kScope, kWhen + 2h);
  EXPECT_EQ(refusal(late, kWhen + 2h), "ExpiredToken");
}

http::Request presigned() {
  http::Request request = plain_request();
  request.method = "GET";
  request.body.clear();
  request.headers.remove("Content-Type");
  request.path = "/bucket/key";
  presign_request(request, credentials(), {.region = "us-west-2", .service = "s3"}, kWhen, 60s);
  return request;
}

TEST(SigV4Verify, PresignedUrlHoldsForItsTime) {
  EXPECT_TRUE(verify_request(presigned(), lookup, kWhen + 60s).presigned);
  EXPECT_EQ(refusal(presigned(), kWhen + 61s), "RequestExpired");
  EXPECT_EQ(refusal(presigned(), kWhen - 16min), "RequestTimeTooSkewed");
}

TEST(SigV4Verify, PresignedUrlCannotBeStretched) {
  http::Request request = presigned();
  request.query = replace_all(request.query, "X-Amz-Expires=60", "X-Amz-Expires=6000");
  EXPECT_EQ(refusal(request), "SignatureDoesNotMatch");
  request.query = replace_all(request.query, "X-Amz-Expires=6000", "X-Amz-Expires=604801");
  EXPECT_EQ(refusal(request), "IncompleteSignature");
}

TEST(SigV4Verify, S3BodyMustHaveTheHashThatItsHeaderSays) {
  http::Request request = signed_request({.region = "us-west-2", .service = "s3"});
  EXPECT_EQ(refusal(request), "accepted");
  request.body = "other";
  EXPECT_EQ(refusal(request), "XAmzContentSHA256Mismatch");
}

}  // namespace
}  // namespace aurora::aws
