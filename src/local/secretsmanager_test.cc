#include "local/secretsmanager.h"

#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

class Secrets : public testing::EndpointFixture {
 protected:
  Json create(const std::string& name, const std::string& value, Json more = Json::object()) {
    Json input = {{"Name", name}, {"SecretString", value}};
    input.update(more);
    return call("secretsmanager", "CreateSecret", input);
  }
  Json put(const std::string& id, const std::string& value, Json more = Json::object()) {
    Json input = {{"SecretId", id}, {"SecretString", value}};
    input.update(more);
    return call("secretsmanager", "PutSecretValue", input);
  }
  Json get(const std::string& id, Json more = Json::object()) {
    Json input = {{"SecretId", id}};
    input.update(more);
    return call("secretsmanager", "GetSecretValue", input);
  }
};

TEST_F(Secrets, AreFoundByNameArnAndArnWithoutItsEnd) {
  const std::string arn = create("aurora-restore/master", "hush")["ARN"];
  EXPECT_TRUE(arn.starts_with("arn:aws:secretsmanager:us-west-2:123456789012:secret:aurora-restore/master-"));
  EXPECT_EQ(
      arn.size(),
      std::string("arn:aws:secretsmanager:us-west-2:123456789012:secret:aurora-restore/master-").size() + 6);
  restart();
  EXPECT_EQ(get("aurora-restore/master")["SecretString"], "hush");
  EXPECT_EQ(get(arn)["SecretString"], "hush");
  EXPECT_EQ(get(arn.substr(0, arn.size() - 7))["SecretString"], "hush");
  EXPECT_EQ(
      refusal("secretsmanager", "GetSecretValue", {{"SecretId", arn.substr(0, arn.size() - 6) + "zzzzzz"}}),
      "ResourceNotFoundException");
}

TEST_F(Secrets, AreNotReadableOnTheDisk) {
  create("a", "a-very-secret-word");
  put("a", "another-secret-word");
  services.reset();
  EXPECT_FALSE(is_on_disk("a-very-secret-word"));
  EXPECT_FALSE(is_on_disk("another-secret-word"));
}

TEST_F(Secrets, MoveTheirLabelsWithANewValue) {
  const std::string first = create("a", "1")["VersionId"];
  const std::string second = put("a", "2")["VersionId"];
  EXPECT_EQ(get("a")["VersionId"], second);
  EXPECT_EQ(get("a", {{"VersionStage", "AWSPREVIOUS"}})["SecretString"], "1");
  EXPECT_EQ(get("a", {{"VersionId", first}})["SecretString"], "1");
  put("a", "3");
  EXPECT_EQ(get("a", {{"VersionStage", "AWSPREVIOUS"}})["SecretString"], "2");
  EXPECT_EQ(call("secretsmanager", "ListSecretVersionIds", {{"SecretId", "a"}})["Versions"].size(), 2u);
  EXPECT_EQ(call("secretsmanager", "ListSecretVersionIds",
                 {{"SecretId", "a"}, {"IncludeDeprecated", true}})["Versions"]
                .size(),
            3u);
}

TEST_F(Secrets, KeepAPendingValueAsideUntilItIsMadeCurrent) {
  const std::string current = create("a", "1")["VersionId"];
  const std::string pending = put("a", "2", {{"VersionStages", {"AWSPENDING"}}})["VersionId"];
  EXPECT_EQ(get("a")["SecretString"], "1");
  EXPECT_EQ(refusal("secretsmanager", "UpdateSecretVersionStage",
                    {{"SecretId", "a"}, {"VersionStage", "AWSCURRENT"}, {"MoveToVersionId", pending}}),
            "InvalidParameterException");
  call("secretsmanager", "UpdateSecretVersionStage",
       {{"SecretId", "a"},
        {"VersionStage", "AWSCURRENT"},
        {"MoveToVersionId", pending},
        {"RemoveFromVersionId", current}});
  EXPECT_EQ(get("a")["SecretString"], "2");
  EXPECT_EQ(get("a", {{"VersionStage", "AWSPREVIOUS"}})["SecretString"], "1");
}

TEST_F(Secrets, TakeARepeatedRequestOnce) {
  const Json token = {{"ClientRequestToken", "01234567-89ab-cdef-0123-456789abcdef"}};
  const Json made = create("a", "1", token);
  EXPECT_EQ(create("a", "1", token)["ARN"], made["ARN"]);
  EXPECT_EQ(put("a", "1", token)["VersionId"], made["VersionId"]);
  EXPECT_EQ(refusal("secretsmanager", "PutSecretValue",
                    {{"SecretId", "a"},
                     {"SecretString", "other"},
                     {"ClientRequestToken", token["ClientRequestToken"]}}),
            "ResourceExistsException");
  EXPECT_EQ(refusal("secretsmanager", "CreateSecret", {{"Name", "a"}, {"SecretString", "1"}}),
            "ResourceExistsException");
  EXPECT_EQ(last_message, "The operation failed because the secret a already exists.");
}

TEST_F(Secrets, ComeBackWithinTheRecoveryWindowOnly) {
  create("a", "1");
  EXPECT_EQ(call("secretsmanager", "DeleteSecret",
                 {{"SecretId", "a"}, {"RecoveryWindowInDays", 7}})["DeletionDate"],
            "2026-11-28T06:20:51.000Z");
  EXPECT_EQ(refusal("secretsmanager", "GetSecretValue", {{"SecretId", "a"}}), "InvalidRequestException");
  EXPECT_EQ(refusal("secretsmanager", "CreateSecret", {{"Name", "a"}, {"SecretString", "1"}}),
            "InvalidRequestException");
  EXPECT_EQ(call("secretsmanager", "ListSecrets")["SecretList"].size(), 0u);
  EXPECT_EQ(call("secretsmanager", "ListSecrets", {{"IncludePlannedDeletion", true}})["SecretList"].size(),
            1u);
  call("secretsmanager", "RestoreSecret", {{"SecretId", "a"}});
  EXPECT_EQ(get("a")["SecretString"], "1");
  call("secretsmanager", "DeleteSecret", {{"SecretId", "a"}});
  clock.advance(std::chrono::days(31));
  EXPECT_EQ(refusal("secretsmanager", "RestoreSecret", {{"SecretId", "a"}}), "ResourceNotFoundException");
}

TEST_F(Secrets, GoAtOnceWhenForced) {
  const std::string arn = create("a", "1")["ARN"];
  call("secretsmanager", "DeleteSecret", {{"SecretId", "a"}, {"ForceDeleteWithoutRecovery", true}});
  EXPECT_NE(create("a", "2")["ARN"], arn) << "a successor has an ARN of its own";
  EXPECT_EQ(refusal("secretsmanager", "DeleteSecret",
                    {{"SecretId", "a"}, {"ForceDeleteWithoutRecovery", true}, {"RecoveryWindowInDays", 7}}),
            "InvalidParameterException");
}

TEST_F(Secrets, KeepBytesAsTheyAre) {
  const std::string bytes("\x00\xff\x80 bin", 7);
  call("secretsmanager", "CreateSecret", {{"Name", "b"}, {"SecretBinary", bytes}});
  restart();
  EXPECT_EQ(get("b")["SecretBinary"].get<std::string>(), bytes);
  EXPECT_FALSE(get("b").contains("SecretString"));
}

TEST_F(Secrets, NeedTheirKey) {
  const std::string key = call("kms", "CreateKey")["KeyMetadata"]["KeyId"];
  create("a", "1", {{"KmsKeyId", key}});
  call("kms", "DisableKey", {{"KeyId", key}});
  EXPECT_EQ(refusal("secretsmanager", "GetSecretValue", {{"SecretId", "a"}}), "DecryptionFailure");
  EXPECT_EQ(refusal("secretsmanager", "CreateSecret",
                    {{"Name", "c"}, {"SecretString", "1"}, {"KmsKeyId", "alias/none"}}),
            "EncryptionFailure");
}

TEST_F(Secrets, AreListedByFilters) {
  create("dev/master", "1", {{"Tags", {{{"Key", "env"}, {"Value", "dev"}}}}, {"Description", "The master"}});
  create("prod/master", "1");
  const auto names = [&](const Json& filters) {
    std::vector<std::string> found;
    const Json answer = call("secretsmanager", "ListSecrets", {{"Filters", filters}});
    for (const Json& one : answer["SecretList"]) found.push_back(one["Name"]);
    return found;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names({{{"Key", "name"}, {"Values", {"dev"}}}}), Names{"dev/master"});
  EXPECT_EQ(names({{{"Key", "name"}, {"Values", {"!dev"}}}}), Names{"prod/master"});
  EXPECT_EQ(names({{{"Key", "tag-value"}, {"Values", {"DEV"}}}}), Names{"dev/master"});
  EXPECT_EQ(names({{{"Key", "description"}, {"Values", {"the"}}}}), Names{"dev/master"});
}

TEST_F(Secrets, MakePasswordsAsAskedFor) {
  const auto password = [&](const Json& input) -> std::string {
    return call("secretsmanager", "GetRandomPassword", input)["RandomPassword"];
  };
  EXPECT_EQ(password(Json::object()).size(), 32u);
  const std::string plain =
      password({{"PasswordLength", 200}, {"ExcludePunctuation", true}, {"ExcludeCharacters", "abc"}});
  EXPECT_EQ(plain.find_first_of("abc!/\"@"), std::string::npos);
  EXPECT_NE(plain.find_first_of("0123456789"), std::string::npos);
  EXPECT_NE(password({}), password({}));
  EXPECT_EQ(refusal("secretsmanager", "GetRandomPassword",
                    {{"ExcludeLowercase", true},
                     {"ExcludeUppercase", true},
                     {"ExcludeNumbers", true},
                     {"ExcludePunctuation", true}}),
            "InvalidParameterException");
}

TEST_F(Secrets, RefuseWhatDoesNotFit) {
  EXPECT_EQ(refusal("secretsmanager", "CreateSecret", {{"Name", "a b"}, {"SecretString", "1"}}),
            "ValidationException");
  EXPECT_EQ(refusal("secretsmanager", "CreateSecret",
                    {{"Name", "a"}, {"SecretString", "1"}, {"SecretBinary", "2"}}),
            "InvalidParameterException");
  EXPECT_EQ(
      refusal("secretsmanager", "CreateSecret", {{"Name", "a"}, {"SecretString", std::string(65537, 'x')}}),
      "ValidationException");
  call("secretsmanager", "CreateSecret", {{"Name", "empty"}});
  EXPECT_EQ(refusal("secretsmanager", "GetSecretValue", {{"SecretId", "empty"}}),
            "ResourceNotFoundException");
  EXPECT_EQ(last_message,
            "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT");
}

TEST_F(Secrets, AreReadSeveralAtATime) {
  create("a", "1");
  const Json answer = call("secretsmanager", "BatchGetSecretValue", {{"SecretIdList", {"a", "none"}}});
  EXPECT_EQ(answer["SecretValues"][0]["SecretString"], "1");
  EXPECT_EQ(answer["Errors"][0]["ErrorCode"], "ResourceNotFoundException");
}

}  // namespace
}  // namespace aurora::local
