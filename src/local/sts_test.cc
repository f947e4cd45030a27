#include "local/sts.h"

#include "base/text.h"
#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

using StsService = testing::EndpointFixture;

aws::Credentials credentials_of(const Json& answer) {
  const Json& given = answer["Credentials"];
  aws::Credentials credentials;
  credentials.access_key_id = given["AccessKeyId"];
  credentials.secret_access_key = Secret(given["SecretAccessKey"].get<std::string>());
  credentials.session_token = Secret(given["SessionToken"].get<std::string>());
  return credentials;
}

const Json kRole = {{"RoleArn", "arn:aws:iam::123456789012:role/path/restore"},
                    {"RoleSessionName", "nightly"}};

TEST_F(StsService, SaysWhoSigned) {
  const Json identity = client()->call("sts", "us-west-2", "GetCallerIdentity", Json::object());
  EXPECT_EQ(identity["Account"], "123456789012");
  EXPECT_EQ(identity["Arn"], "arn:aws:iam::123456789012:user/local");
}

TEST_F(StsService, GivesCredentialsThatTheEndpointAcceptsOverARestart) {
  const aws::Credentials role = credentials_of(call("sts", "AssumeRole", kRole));
  restart();
  EXPECT_EQ(client(role)->call("sts", "us-west-2", "GetCallerIdentity", Json::object())["Arn"],
            "arn:aws:sts::123456789012:assumed-role/restore/nightly");
}

TEST_F(StsService, EndsItsCredentialsWhenTheyExpire) {
  const aws::Credentials role = credentials_of(call("sts", "AssumeRole", kRole));
  clock.advance(std::chrono::hours(1));
  try {
    client(role)->call("ssm", "us-west-2", "DescribeParameters", Json::object());
    FAIL() << "the hour is over";
  } catch (const aws::ServiceError& error) {
    EXPECT_EQ(error.code(), "ExpiredTokenException");
  }
}

TEST_F(StsService, RefusesACredentialWithoutItsToken) {
  aws::Credentials role = credentials_of(call("sts", "AssumeRole", kRole));
  role.session_token = Secret();
  EXPECT_THROW(client(role)->call("ssm", "us-west-2", "DescribeParameters", Json::object()),
               aws::ServiceError);
}

TEST_F(StsService, KeepsSecretsFromTheDisk) {
  const Json answer = call("sts", "AssumeRole", kRole);
  services.reset();
  EXPECT_FALSE(is_on_disk(answer["Credentials"]["SecretAccessKey"]));
}

TEST_F(StsService, HoldsRolesSessionsAndDurationsToTheirRules) {
  const auto refused = [&](Json change) {
    Json input = kRole;
    input.update(change);
    return refusal("sts", "AssumeRole", input);
  };
  EXPECT_EQ(refused({{"RoleArn", "restore"}}), "ValidationError");
  EXPECT_EQ(refused({{"RoleSessionName", "a b"}}), "ValidationError");
  EXPECT_EQ(refused({{"DurationSeconds", 899}}), "ValidationError");
  EXPECT_EQ(refused({{"DurationSeconds", 43201}}), "ValidationError");
}

TEST_F(StsService, TakesAWebIdentityUnlessItIsExpired) {
  const auto token = [](const std::string& claims) {
    std::string payload = replace_all(base64_encode(claims), "=", "");
    return "e30." + replace_all(replace_all(payload, "+", "-"), "/", "_") + ".c2ln";
  };
  Json input = kRole;
  input["WebIdentityToken"] =
      token(R"({"sub":"system:serviceaccount:a:b","iss":"https://oidc","exp":1795242052})");
  const Json answer = call("sts", "AssumeRoleWithWebIdentity", input);
  EXPECT_EQ(answer["SubjectFromWebIdentityToken"], "system:serviceaccount:a:b");
  EXPECT_TRUE(answer["Credentials"]["AccessKeyId"].get<std::string>().starts_with("ASIA"));
  clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(refusal("sts", "AssumeRoleWithWebIdentity", input), "ExpiredTokenException");
  input["WebIdentityToken"] = "nonsense";
  EXPECT_EQ(refusal("sts", "AssumeRoleWithWebIdentity", input), "InvalidIdentityToken");
}

}  // namespace
}  // namespace aurora::local
