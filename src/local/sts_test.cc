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

aws::Credentials other_credentials() {
  aws::Credentials credentials;
  credentials.access_key_id = kOtherAccessKeyId;
  credentials.secret_access_key = Secret(kOtherSecretAccessKey);
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

TEST_F(StsService, AccountOfARequestIsThatOfItsCredentials) {
  const auto other = client(other_credentials());
  EXPECT_EQ(other->call("sts", "us-west-2", "GetCallerIdentity", Json::object())["Account"], "210987654321");
  EXPECT_EQ(other->call("kms", "us-west-2", "CreateKey", Json::object())["KeyMetadata"]["AWSAccountId"],
            "210987654321");
  EXPECT_EQ(call("sts", "GetAccessKeyInfo", {{"AccessKeyId", kOtherAccessKeyId}})["Account"], "210987654321");
}

TEST_F(StsService, RoleOfAnotherAccountActsInThatAccount) {
  const aws::Credentials role = credentials_of(client()->call(
      "sts", "us-west-2", "AssumeRole",
      {{"RoleArn", "arn:aws:iam::210987654321:role/backup-reader"}, {"RoleSessionName", "aurora-restore"}}));
  const auto there = client(role);
  EXPECT_EQ(there->call("sts", "us-west-2", "GetCallerIdentity", Json::object())["Arn"],
            "arn:aws:sts::210987654321:assumed-role/backup-reader/aurora-restore");
  const std::string arn = there->call("secretsmanager", "us-west-2", "CreateSecret",
                                      {{"Name", "theirs"}, {"SecretString", "x"}})["ARN"];
  EXPECT_TRUE(arn.starts_with("arn:aws:secretsmanager:us-west-2:210987654321:secret:theirs-")) << arn;
  EXPECT_EQ(there->call("secretsmanager", "us-west-2", "GetSecretValue", {{"SecretId", arn}})["SecretString"],
            "x");
  EXPECT_EQ(refusal("secretsmanager", "GetSecretValue", {{"SecretId", "theirs"}}),
            "ResourceNotFoundException");
}

TEST_F(StsService, RoleThatAsksForAnExternalIdIsRefusedWithoutIt) {
  Json input{{"RoleArn", "arn:aws:iam::210987654321:role/external-id/team-7/reader"},
             {"RoleSessionName", "aurora-restore"}};
  EXPECT_EQ(refusal("sts", "AssumeRole", input), "AccessDenied");
  input["ExternalId"] = "team-8";
  EXPECT_EQ(refusal("sts", "AssumeRole", input), "AccessDenied");
  input["ExternalId"] = "team-7";
  EXPECT_TRUE(call("sts", "AssumeRole", input).contains("Credentials"));
}

TEST_F(StsService, OtherAccountIsNotShownWhatTheFirstOneHas) {
  try {
    client(other_credentials())->call("ssm", "us-west-2", "DescribeParameters", Json::object());
    FAIL() << "parameters are the first account's";
  } catch (const aws::ServiceError& error) {
    EXPECT_EQ(error.code(), "AccessDenied");
  }
}

TEST_F(StsService, KeyOfAnotherAccountServesOnlyWhomItsPolicyNames) {
  const auto other = client(other_credentials());
  const std::string key = other->call("kms", "us-west-2", "CreateKey", Json::object())["KeyMetadata"]["Arn"];
  EXPECT_EQ(refusal("kms", "DescribeKey", {{"KeyId", key}}), "AccessDeniedException");
  other->call("kms", "us-west-2", "PutKeyPolicy",
              {{"KeyId", key},
               {"PolicyName", "default"},
               {"Policy", R"({"Statement":[{"Effect":"Allow","Principal":)"
                          R"({"AWS":["arn:aws:iam::210987654321:root","arn:aws:iam::123456789012:root"]},)"
                          R"("Action":"kms:*","Resource":"*"}]})"}});
  EXPECT_EQ(call("kms", "DescribeKey", {{"KeyId", key}})["KeyMetadata"]["AWSAccountId"], "210987654321");
  EXPECT_EQ(refusal("kms", "DisableKey", {{"KeyId", key}}), "AccessDeniedException");
}

}  // namespace
}  // namespace aurora::local
