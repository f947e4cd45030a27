#include "aws/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "aws/credential_sources.h"
#include "base/dates.h"
#include "base/files.h"
#include "base/ids.h"
#include "http/in_process_transport.h"

namespace aurora::aws {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const TimePoint kStart = *parse_iso("2026-11-21T06:20:51Z");

// Loads the chain's credentials with given variables and files, from a network of one handler.
class Chain {
 public:
  Credentials load() {
    CredentialsConfig config;
    config.endpoints.environment = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    config.endpoints.shared = SharedConfig::parse(config_file, credentials_file);
    config.endpoints.profile = profile.empty() ? "default" : profile;
    config.profile_is_explicit = !profile.empty();
    return default_credentials(std::move(config), network_, clock)->get();
  }

  Error failure() {
    try {
      load();
    } catch (const Error& error) {
      return error;
    }
    return Error("None", "nothing failed");
  }

  std::map<std::string, std::string> variables;
  std::string config_file;
  std::string credentials_file;
  std::string profile;
  std::vector<http::Request> sent;
  std::function<http::Response(const http::Request&)> answer = [](const http::Request&) -> http::Response {
    throw http::TransportError("ConnectTimeout", "nobody there", true);
  };
  ManualClock clock{kStart};

 private:
  http::InProcessTransport network_{[this](const http::Request& request, std::stop_token) {
    sent.push_back(request);
    return answer(request);
  }};
};

http::Response ok(std::string body) {
  return {.status = 200, .headers = {}, .body = std::move(body)};
}

std::string sts_answer(const std::string& operation) {
  return "<" + operation + "Response><" + operation +
         "Result><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role-secret</"
         "SecretAccessKey>"
         "<SessionToken>role-token</SessionToken><Expiration>2026-11-21T07:20:51Z</Expiration></"
         "Credentials></" +
         operation + "Result></" + operation + "Response>";
}

TEST(Credentials, OfTheEnvironmentComeFirst) {
  Chain chain;
  chain.variables = {
      {"AWS_ACCESS_KEY_ID", "AKIAENV"}, {"AWS_SECRET_ACCESS_KEY", "s"}, {"AWS_SESSION_TOKEN", "t"}};
  chain.credentials_file = "[default]\naws_access_key_id=AKIAFILE\naws_secret_access_key=f\n";
  const Credentials found = chain.load();
  EXPECT_EQ(found.access_key_id, "AKIAENV");
  EXPECT_EQ(found.session_token.reveal(), "t");
  EXPECT_TRUE(chain.sent.empty());
}

TEST(Credentials, OfAProfileAskedForByNameGoBeforeTheEnvironment) {
  Chain chain;
  chain.variables = {{"AWS_ACCESS_KEY_ID", "AKIAENV"}, {"AWS_SECRET_ACCESS_KEY", "s"}};
  chain.credentials_file = "[work]\naws_access_key_id=AKIAFILE\naws_secret_access_key=f\n";
  chain.profile = "work";
  EXPECT_EQ(chain.load().access_key_id, "AKIAFILE");
}

TEST(Credentials, ProfileThatDoesNotExistIsAnError) {
  Chain chain;
  chain.profile = "wrok";
  EXPECT_EQ(chain.failure().name(), "InvalidProfile");
  EXPECT_THAT(chain.failure().message(), HasSubstr("wrok"));
}

TEST(Credentials, WithoutAnyTheErrorSaysWhatWasTried) {
  Chain chain;
  const Error error = chain.failure();
  EXPECT_EQ(error.name(), "NoCredentials");
  for (const char* part : {"AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "\"default\"", "AWS_CONTAINER",
                           "instance metadata"})
    EXPECT_THAT(error.message(), HasSubstr(part));
  EXPECT_THAT(error.hint(), HasSubstr("AWS_PROFILE"));
}

TEST(Credentials, OfARoleAreAskedFromSts) {
  Chain chain;
  chain.variables["AWS_REGION"] = "eu-west-1";
  chain.config_file =
      "[default]\nrole_arn=arn:aws:iam::1:role/r\nsource_profile=base\nexternal_id=x\nrole_session_name=me\n";
  chain.credentials_file = "[base]\naws_access_key_id=AKIABASE\naws_secret_access_key=b\n";
  chain.answer = [](const http::Request&) { return ok(sts_answer("AssumeRole")); };
  const Credentials found = chain.load();
  EXPECT_EQ(found.access_key_id, "ASIAROLE");
  EXPECT_EQ(found.session_token.reveal(), "role-token");
  EXPECT_EQ(found.expires_at, kStart + 1h);
  ASSERT_EQ(chain.sent.size(), 1u);
  EXPECT_EQ(chain.sent[0].host, "sts.eu-west-1.amazonaws.com");
  EXPECT_EQ(chain.sent[0].body,
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName="
            "me&ExternalId=x");
  EXPECT_THAT(chain.sent[0].headers.get_or("Authorization", ""),
              HasSubstr("Credential=AKIABASE/20261121/eu-west-1/sts/"));
}

TEST(Credentials, RolesThatNameEachOtherAreRefused) {
  Chain chain;
  chain.config_file =
      "[default]\nrole_arn=r\nsource_profile=b\n[profile b]\nrole_arn=r\nsource_profile=default\n";
  EXPECT_EQ(chain.failure().name(), "InvalidProfile");
}

TEST(Credentials, RoleWithASecondFactorIsRefused) {
  Chain chain;
  chain.config_file =
      "[default]\nrole_arn=r\nmfa_serial=m\nsource_profile=default\naws_access_key_id=A\naws_secret_access_"
      "key=s\n";
  EXPECT_THAT(chain.failure().message(), HasSubstr("second factor"));
}

TEST(Credentials, SingleSignOnIsRefusedWithAWayOut) {
  Chain chain;
  chain.config_file = "[default]\nsso_session=corp\n";
  EXPECT_EQ(chain.failure().name(), "InvalidProfile");
  EXPECT_THAT(chain.failure().hint(), HasSubstr("aws configure export-credentials"));
}

TEST(Credentials, OfWebIdentityGoToStsUnsigned) {
  const auto file = std::filesystem::temp_directory_path() / ("token-" + random_hex(8));
  write_file(file, "the-token\n");
  Chain chain;
  chain.variables = {
      {"AWS_WEB_IDENTITY_TOKEN_FILE", file}, {"AWS_ROLE_ARN", "arn"}, {"AWS_ROLE_SESSION_NAME", "pod"}};
  chain.answer = [](const http::Request&) { return ok(sts_answer("AssumeRoleWithWebIdentity")); };
  EXPECT_EQ(chain.load().access_key_id, "ASIAROLE");
  std::filesystem::remove(file);
  EXPECT_THAT(chain.sent[0].body, HasSubstr("&RoleSessionName=pod&WebIdentityToken=the-token"));
  EXPECT_FALSE(chain.sent[0].headers.has("Authorization"));
}

TEST(Credentials, OfAProcessAreRead) {
  Chain chain;
  chain.config_file =
      R"([default]
credential_process = echo '{"Version":1,"AccessKeyId":"AKIAPROC","SecretAccessKey":"p","Expiration":"2026-11-21T08:00:00Z"}'
)";
  EXPECT_EQ(chain.load().access_key_id, "AKIAPROC");
  chain.config_file = "[default]\ncredential_process = echo secret-on-stdout; exit 3\n";
  EXPECT_EQ(chain.failure().name(), "CredentialProcessFailed");
  EXPECT_THAT(chain.failure().message(), Not(HasSubstr("secret-on-stdout")));
}

TEST(Credentials, OfAContainerNeedItsToken) {
  Chain chain;
  chain.variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"},
                     {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "abc"}};
  chain.answer = [](const http::Request&) {
    return ok(
        R"({"AccessKeyId":"ASIACONT","SecretAccessKey":"c","Token":"t","Expiration":"2026-11-21T07:00:00Z"})");
  };
  EXPECT_EQ(chain.load().access_key_id, "ASIACONT");
  EXPECT_EQ(chain.sent[0].headers.get("Authorization"), "abc");
  chain.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://evil.example/";
  EXPECT_EQ(chain.failure().name(), "InvalidCredentialsEndpoint");
}

TEST(Credentials, OfAnInstanceTakeASessionTokenFirst) {
  Chain chain;
  chain.answer = [](const http::Request& request) {
    if (request.method == "PUT") return ok("metadata-token");
    if (request.headers.get("X-aws-ec2-metadata-token") != "metadata-token")
      return http::Response{.status = 401, .headers = {}, .body = {}};
    if (request.path == "/latest/meta-data/iam/security-credentials/") return ok("my-role\n");
    EXPECT_EQ(request.path, "/latest/meta-data/iam/security-credentials/my-role");
    return ok(
        R"({"Code":"Success","AccessKeyId":"ASIAEC2","SecretAccessKey":"e","Token":"t","Expiration":"2026-11-21T12:00:00Z"})");
  };
  EXPECT_EQ(chain.load().access_key_id, "ASIAEC2");
  EXPECT_EQ(chain.sent[0].host, "169.254.169.254");
  chain.sent.clear();
  chain.variables["AWS_EC2_METADATA_DISABLED"] = "true";
  EXPECT_EQ(chain.failure().name(), "NoCredentials");
  EXPECT_TRUE(chain.sent.empty());
}

TEST(CachedCredentials, AreLoadedAgainBeforeTheyExpire) {
  ManualClock clock(kStart);
  int loads = 0;
  CachedCredentials cached(
      [&] {
        ++loads;
        Credentials credentials;
        credentials.expires_at = clock.now() + 1h;
        return credentials;
      },
      clock);
  cached.get();
  cached.get();
  EXPECT_EQ(loads, 1);
  clock.advance(54min);
  cached.get();
  EXPECT_EQ(loads, 1);
  clock.advance(1min);
  cached.get();
  EXPECT_EQ(loads, 2);
}

TEST(CachedCredentials, HoldOnWhileTheirSourceIsAway) {
  ManualClock clock(kStart);
  bool away = false;
  CachedCredentials cached(
      [&] {
        if (away) throw Error("Away", "away");
        Credentials credentials;
        credentials.expires_at = clock.now() + 1h;
        return credentials;
      },
      clock);
  cached.get();
  away = true;
  clock.advance(58min);
  EXPECT_NO_THROW(cached.get());
  clock.advance(2min);
  EXPECT_THROW(cached.get(), Error);
}

}  // namespace
}  // namespace aurora::aws
