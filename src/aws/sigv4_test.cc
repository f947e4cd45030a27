// Signatures against literal vectors in the manner of AWS's SigV4 test suite. The canonical requests
// were written by hand from the specification, and the signatures computed from them apart from this
// code.
#include "aws/sigv4.h"

#include <gtest/gtest.h>

#include "base/dates.h"

namespace aurora::aws {
namespace {

const TimePoint kWhen = *parse_basic("20150830T123600Z");

Credentials example_credentials(const std::string& token = "") {
  return {.access_key_id = "AKIDEXAMPLE",
          .secret_access_key = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
          .session_token = Secret(token),
          .expires_at = {}};
}

struct Case {
  const char* name;
  const char* method;
  const char* path;
  const char* query;
  std::vector<http::Headers::Field> headers;
  const char* body;
  const char* service;
  const char* token;
  const char* canonical;
  const char* signature;
};

const Case kCases[] = {
    {.name = "Vanilla",
     .method = "GET",
     .path = "/",
     .query = "",
     .headers = {},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/\n"
                  "\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {.name = "SortedQueryKeys",
     .method = "GET",
     .path = "/",
     .query = "Param2=value2&Param1=value1",
     .headers = {},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/\n"
                  "Param1=value1&Param2=value2\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {.name = "RepeatedQueryKeysSortByValue",
     .method = "GET",
     .path = "/",
     .query = "Param1=value2&Param1=Value1",
     .headers = {},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/\n"
                  "Param1=Value1&Param1=value2\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"},
    {.name = "QueryKeysSortByBytes",
     .method = "GET",
     .path = "/",
     .query = "a=1&b=2&A=3&B=4",
     .headers = {},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/\n"
                  "A=3&B=4&a=1&b=2\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "89a60996500727f639d9355d41b940fa7255a3119860ef44e9fb3f3de7f9eb55"},
    {.name = "PrefixKeysComeFirst",
     .method = "GET",
     .path = "/",
     .query = "foo1=3&foo-bar=2&foo=1",
     .headers = {},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/\n"
                  "foo=1&foo-bar=2&foo1=3\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "a1f41427c81718dbcaac28b6fbcf536983e016d014e5dd1881a88e918ecbabb6"},
    {.name = "KeyWithoutValue",
     .method = "GET",
     .path = "/",
     .query = "versions&acl",
     .headers = {},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/\n"
                  "acl=&versions=\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "5ccf563f114a69590cbf58252b92a1c7172dbc178a983c923fcad1b878320d13"},
    {.name = "RawReservedCharactersInQuery",
     .method = "GET",
     .path = "/",
     .query = "k=a:b/c,d+e@f",
     .headers = {},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/\n"
                  "k=a%3Ab%2Fc%2Cd%2Be%40f\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "c008990a50e213fb4037d7c832122f75be30ec66412f5e9e38ab2fec248cc771"},
    {.name = "LowerCaseEscapesInQuery",
     .method = "GET",
     .path = "/",
     .query = "k=a%3ab%2f%c3%a9",
     .headers = {},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/\n"
                  "k=a%3Ab%2F%C3%A9\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "0d7bddba837481a131d9a37e858922d728b9af063ea4df93521935b6f7d37ccc"},
    {.name = "UnreservedStayAsTheyAre",
     .method = "GET",
     .path = "/",
     .query = "-._~0123ABCxyz=-._~0123ABCxyz",
     .headers = {},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/\n"
                  "-._~0123ABCxyz=-._~0123ABCxyz\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "0c5497858d87d7749bb13d266ac5fc79d50c366d4e00c0370c577a9a78f4fac0"},
    {.name = "SpaceInQuery",
     .method = "GET",
     .path = "/",
     .query = "k=a%20b",
     .headers = {},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/\n"
                  "k=a%20b\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "6a438f2ae7f564af65a73967814b05b466b4279881b9b4099b8881cfd3b4a6fd"},
    {.name = "EqualsInValue",
     .method = "GET",
     .path = "/",
     .query = "k=a=b",
     .headers = {},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/\n"
                  "k=a%3Db\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "b7a085e1ab61c7cbca339c6073a5c37178b8ac65bc2a9947b2b80b46ae55a80c"},
    {.name = "EmptyQueryParts",
     .method = "GET",
     .path = "/",
     .query = "&a=1&&b=2&",
     .headers = {},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/\n"
                  "a=1&b=2\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "50d9917f49da4fae5c9a37e31daa00b4f3c1ee4b3f52484ac1d1b69803616728"},
    {.name = "EscapedPathIsEncodedOnceMore",
     .method = "GET",
     .path = "/a%20b/%C3%A9",
     .query = "",
     .headers = {},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/a%2520b/%25C3%25A9\n"
                  "\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "7feef237926f4f33385aeec1d53d9d5ccf4ca66c7ac2692f357a3e78ff85c310"},
    {.name = "RelativePath",
     .method = "GET",
     .path = "/a/../b/./",
     .query = "",
     .headers = {},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/b/\n"
                  "\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "0b867cc1c01088741ef3c5175a9b8aae7f8e4e32ba46aff9ac2bfc25bbf5791e"},
    {.name = "DoubleSlashes",
     .method = "GET",
     .path = "//example//",
     .query = "",
     .headers = {},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/example/\n"
                  "\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
    {.name = "LambdaVersionSuffix",
     .method = "POST",
     .path = "/2015-03-31/functions/f%24LATEST/invocations",
     .query = "",
     .headers = {},
     .body = "{}",
     .service = "lambda",
     .token = "",
     .canonical = "POST\n"
                  "/2015-03-31/functions/f%2524LATEST/invocations\n"
                  "\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
     .signature = "4265cdc412acdb48468295cf56cfca3966bc6023820e02af2c24b57f510161ec"},
    {.name = "RawDollarLatest",
     .method = "GET",
     .path = "/2015-03-31/functions/f/versions/$LATEST",
     .query = "",
     .headers = {},
     .body = "",
     .service = "lambda",
     .token = "",
     .canonical = "GET\n"
                  "/2015-03-31/functions/f/versions/%24LATEST\n"
                  "\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "c917393c0d02e1c88a85dee5c45d7b680a7c5bd988336407f826d4eb32764f0b"},
    {.name = "EscapedArnInPath",
     .method = "POST",
     .path = "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af/invocations",
     .query = "",
     .headers = {},
     .body = "{}",
     .service = "lambda",
     .token = "",
     .canonical = "POST\n"
                  "/2015-03-31/functions/"
                  "arn%253Aaws%253Alambda%253Aus-east-1%253A123456789012%253Afunction%253Af/invocations\n"
                  "\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
     .signature = "acb9fda52aeea51435ef1b6720837bd24711c0c87e164121a98a2c8c50e8658e"},
    {.name = "RawArnInPath",
     .method = "GET",
     .path = "/tags/arn:aws:lambda:us-east-1:123456789012:function:f",
     .query = "",
     .headers = {},
     .body = "",
     .service = "lambda",
     .token = "",
     .canonical = "GET\n"
                  "/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af\n"
                  "\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "ff784ba5943b8437ff60f37daf1a778a9cc771060b05b6d04c606eacc5e9740c"},
    {.name = "S3EncodesThePathOnce",
     .method = "GET",
     .path = "/bucket/a%20b%2Bc/%c3%a9",
     .query = "",
     .headers = {},
     .body = "",
     .service = "s3",
     .token = "",
     .canonical = "GET\n"
                  "/bucket/a%20b%2Bc/%C3%A9\n"
                  "\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-content-sha256;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "33487274cf11f70d788743ef62e9bcf3707be796d3bd5c169efa10dcdb40cfd7"},
    {.name = "S3KeepsDoubleSlashesAndDots",
     .method = "GET",
     .path = "/bucket//a/../b",
     .query = "",
     .headers = {},
     .body = "",
     .service = "s3",
     .token = "",
     .canonical = "GET\n"
                  "/bucket//a/../b\n"
                  "\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-content-sha256;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "7a3f8a0b51712be15656c125f3b897ae7d1a759a7b30933f4095d0dfc41ba564"},
    {.name = "S3EncodesRawColonAndPlus",
     .method = "GET",
     .path = "/bucket/a:b+c,d",
     .query = "",
     .headers = {},
     .body = "",
     .service = "s3",
     .token = "",
     .canonical = "GET\n"
                  "/bucket/a%3Ab%2Bc%2Cd\n"
                  "\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-content-sha256;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "d30caca26c64eba1fb4c382bea1c00ace57c018178f4c2e973a4f96f8cec0887"},
    {.name = "S3SignsTheBody",
     .method = "PUT",
     .path = "/bucket/key",
     .query = "tagging",
     .headers = {},
     .body = "content",
     .service = "s3",
     .token = "",
     .canonical = "PUT\n"
                  "/bucket/key\n"
                  "tagging=\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-content-sha256:ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-content-sha256;x-amz-date\n"
                  "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73",
     .signature = "b611f640af7f81013d10c224e530f2d0ab8b74dd03f578838924e322d7579982"},
    {.name = "FormBody",
     .method = "POST",
     .path = "/",
     .query = "",
     .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
     .body = "Action=ListUsers&Version=2010-05-08",
     .service = "service",
     .token = "",
     .canonical = "POST\n"
                  "/\n"
                  "\n"
                  "content-type:application/x-www-form-urlencoded; charset=utf-8\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "content-type;host;x-amz-date\n"
                  "b6359072c78d70ebee1e81adcbab4f01bf2c23245fa365ef83fe8f1f955085e2",
     .signature = "7bf7a551911485bb3bd4fd78c64e975f72b2e50877e5d2e1c0add8cbde89a68f"},
    {.name = "HeaderValuesAreTrimmed",
     .method = "GET",
     .path = "/",
     .query = "",
     .headers = {{"My-Header1", "  value1 "}, {"my-header2", "  \"a   b   c\" "}},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/\n"
                  "\n"
                  "host:example.amazonaws.com\n"
                  "my-header1:value1\n"
                  "my-header2:\"a b c\"\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;my-header1;my-header2;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {.name = "DuplicateHeadersJoinInOrder",
     .method = "GET",
     .path = "/",
     .query = "",
     .headers = {{"My-Header1", "value4"}, {"my-header1", "value1"}, {"MY-HEADER1", "value3"}},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/\n"
                  "\n"
                  "host:example.amazonaws.com\n"
                  "my-header1:value4,value1,value3\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;my-header1;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "4308aee29786bd01288955ced08fec4107b7a775176774808d7342b80eec106b"},
    {.name = "UserAgentIsNotSigned",
     .method = "GET",
     .path = "/",
     .query = "",
     .headers = {{"User-Agent", "x/1"}, {"X-Amzn-Trace-Id", "Root=1"}, {"Content-Length", "0"}},
     .body = "",
     .service = "service",
     .token = "",
     .canonical = "GET\n"
                  "/\n"
                  "\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "\n"
                  "host;x-amz-date\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {.name = "SessionToken",
     .method = "GET",
     .path = "/",
     .query = "",
     .headers = {},
     .body = "",
     .service = "service",
     .token = "AQoDYXdzEPT//////////wEXAMPLE==",
     .canonical = "GET\n"
                  "/\n"
                  "\n"
                  "host:example.amazonaws.com\n"
                  "x-amz-date:20150830T123600Z\n"
                  "x-amz-security-token:AQoDYXdzEPT//////////wEXAMPLE==\n"
                  "\n"
                  "host;x-amz-date;x-amz-security-token\n"
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .signature = "f640bdddd120f8bbfeff6de7c205d95a03ef7b8e31ee19bbed59ff8b763f17f1"},
};

http::Request request_of(const Case& given) {
  http::Request request;
  request.method = given.method;
  request.scheme = "https";
  request.host = "example.amazonaws.com";
  request.port = 443;
  request.path = given.path;
  request.query = given.query;
  for (const auto& [name, value] : given.headers) request.headers.add(name, value);
  request.body = given.body;
  return request;
}

class SigV4Vector : public testing::TestWithParam<Case> {};

TEST_P(SigV4Vector, SignsAsTheSpecificationSays) {
  http::Request request = request_of(GetParam());
  sign_request(request, example_credentials(GetParam().token),
               {.region = "us-east-1", .service = GetParam().service}, kWhen);
  const std::string authorization = request.headers.get_or("Authorization", "");
  const std::string canonical = GetParam().canonical;
  // The canonical request's last lines are the names of the signed headers and the hash of the body.
  const std::size_t hash_at = canonical.rfind('\n');
  const std::size_t names_at = canonical.rfind('\n', hash_at - 1);
  const std::string names = canonical.substr(names_at + 1, hash_at - names_at - 1);
  std::vector<std::string> list;
  for (std::size_t begin = 0, end; begin <= names.size(); begin = end + 1) {
    end = std::min(names.find(';', begin), names.size());
    list.push_back(names.substr(begin, end - begin));
  }
  EXPECT_EQ(canonical_request(request, list, canonical.substr(hash_at + 1), GetParam().service), canonical);
  EXPECT_EQ(authorization, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/" +
                               std::string(GetParam().service) + "/aws4_request, SignedHeaders=" + names +
                               ", Signature=" + GetParam().signature);
}

INSTANTIATE_TEST_SUITE_P(All, SigV4Vector, testing::ValuesIn(kCases),
                         [](const auto& given) { return std::string(given.param.name); });

TEST(SigV4, StringToSignIsThatOfTheTestSuite) {
  EXPECT_EQ(
      string_to_sign("20150830T123600Z", "20150830/us-east-1/service/aws4_request", kCases[0].canonical),
      "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n"
      "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63");
}

TEST(SigV4, SigningAgainReplacesTheEarlierSignature) {
  http::Request request = request_of(kCases[0]);
  const SigningScope scope{.region = "us-east-1", .service = "service"};
  sign_request(request, example_credentials("old-token"), scope, kWhen - std::chrono::hours(1));
  sign_request(request, example_credentials(), scope, kWhen);
  EXPECT_TRUE(request.headers.get_or("Authorization", "").ends_with(kCases[0].signature));
  EXPECT_FALSE(request.headers.has("X-Amz-Security-Token"));
}

TEST(SigV4, AnUnusualPortIsPartOfTheHost) {
  http::Request request = request_of(kCases[0]);
  request.scheme = "http";
  request.host = "127.0.0.1";
  request.port = 4566;
  EXPECT_NE(canonical_request(request, {"host"}, "x", "rds").find("host:127.0.0.1:4566\n"),
            std::string::npos);
}

TEST(SigV4, PresignedS3UrlHasAnUnsignedBody) {
  http::Request request = request_of(kCases[0]);
  request.path = "/bucket/a%20b";
  request.query = "versionId=7";
  presign_request(request, example_credentials("AQoDYXdzEPT//////////wEXAMPLE=="),
                  {.region = "us-east-1", .service = "s3"}, kWhen, std::chrono::minutes(15));
  EXPECT_EQ(
      request.query,
      "versionId=7&X-Amz-Algorithm=AWS4-HMAC-SHA256"
      "&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20150830T123600Z"
      "&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
      "&X-Amz-Security-Token=AQoDYXdzEPT%2F%2F%2F%2F%2F%2F%2F%2F%2F%2FwEXAMPLE%3D%3D"
      "&X-Amz-Signature=d4d05ffda819d98c6024abb460b12a4c85022eeb45802bff20159bbf38505e2c");
}

TEST(SigV4, PresignedUrlOfOtherServicesSignsTheEmptyBody) {
  http::Request request = request_of(kCases[0]);
  request.query = "Action=GetCallerIdentity&Version=2011-06-15";
  presign_request(request, example_credentials(), {.region = "us-east-1", .service = "sts"}, kWhen,
                  std::chrono::seconds(60));
  EXPECT_TRUE(request.query.ends_with(
      "&X-Amz-Signature=66ad5abfc8108ce3c950addffb2d53b06a07daabed08f67240acabffe03a50cd"));
}

}  // namespace
}  // namespace aurora::aws
