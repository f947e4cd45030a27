#include "local/kms.h"

#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

class KmsService : public testing::EndpointFixture {
 protected:
  std::string new_key(const Json& input = Json::object()) {
    return call("kms", "CreateKey", input)["KeyMetadata"]["KeyId"];
  }
  std::string encrypted(const std::string& key, const std::string& text,
                        const Json& context = Json::object()) {
    return call("kms", "Encrypt",
                {{"KeyId", key}, {"Plaintext", text}, {"EncryptionContext", context}})["CiphertextBlob"];
  }
};

TEST_F(KmsService, DescribesAKeyByIdArnAliasAndAliasArn) {
  const Json made = call("kms", "CreateKey", {{"Description", "for snapshots"}})["KeyMetadata"];
  const std::string id = made["KeyId"];
  call("kms", "CreateAlias", {{"AliasName", "alias/restore"}, {"TargetKeyId", id}});
  const std::string arn = "arn:aws:kms:us-west-2:123456789012:key/" + id;
  EXPECT_EQ(made["Arn"], arn);
  for (const std::string& reference : {id, arn, std::string("alias/restore"),
                                       std::string("arn:aws:kms:us-west-2:123456789012:alias/restore")})
    EXPECT_EQ(call("kms", "DescribeKey", {{"KeyId", reference}})["KeyMetadata"]["Description"],
              "for snapshots");
  EXPECT_EQ(made["KeyManager"], "CUSTOMER");
  EXPECT_EQ(made["KeyState"], "Enabled");
}

TEST_F(KmsService, NamesAKeyThatIsNotThere) {
  EXPECT_EQ(refusal("kms", "DescribeKey", {{"KeyId", "12345678-1234-1234-1234-123456789012"}}),
            "NotFoundException");
  EXPECT_EQ(
      last_message,
      "Key 'arn:aws:kms:us-west-2:123456789012:key/12345678-1234-1234-1234-123456789012' does not exist");
  EXPECT_EQ(refusal("kms", "DescribeKey", {{"KeyId", "alias/none"}}), "NotFoundException");
  EXPECT_EQ(refusal("kms", "DescribeKey", {{"KeyId", "alias/aws/nosuchservice"}}), "NotFoundException");
}

TEST_F(KmsService, MakesAnAwsManagedKeyWhenItIsFirstAskedForAndKeepsIt) {
  const Json first = call("kms", "DescribeKey", {{"KeyId", "alias/aws/rds"}})["KeyMetadata"];
  EXPECT_EQ(first["KeyManager"], "AWS");
  restart();
  EXPECT_EQ(call("kms", "DescribeKey", {{"KeyId", "alias/aws/rds"}})["KeyMetadata"]["KeyId"], first["KeyId"]);
  EXPECT_NE(call("kms", "DescribeKey", {{"KeyId", "alias/aws/rds"}}, "us-east-1")["KeyMetadata"]["KeyId"],
            first["KeyId"]);
  EXPECT_EQ(refusal("kms", "DisableKey", {{"KeyId", first["KeyId"]}}), "AccessDeniedException");
}

TEST_F(KmsService, DecryptsWhatItEncryptedAfterARestartAndOnlyInTheSameContext) {
  const std::string key = new_key();
  const std::string blob = encrypted(key, "hello", {{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(blob.find("hello"), std::string::npos);
  restart();
  const Json answer =
      call("kms", "Decrypt", {{"CiphertextBlob", blob}, {"EncryptionContext", {{"b", "2"}, {"a", "1"}}}});
  EXPECT_EQ(answer["Plaintext"], "hello");
  EXPECT_EQ(answer["KeyId"], "arn:aws:kms:us-west-2:123456789012:key/" + key);
  EXPECT_EQ(refusal("kms", "Decrypt", {{"CiphertextBlob", blob}}), "InvalidCiphertextException");
  EXPECT_EQ(refusal("kms", "Decrypt", {{"CiphertextBlob", "rubbish"}}), "InvalidCiphertextException");
}

TEST_F(KmsService, RefusesAnotherKeyAndAnotherRegionToDecrypt) {
  const std::string blob = encrypted(new_key(), "x");
  EXPECT_EQ(refusal("kms", "Decrypt", {{"CiphertextBlob", blob}, {"KeyId", new_key()}}),
            "IncorrectKeyException");
  EXPECT_EQ(refusal("kms", "Decrypt", {{"CiphertextBlob", blob}}, "us-east-1"), "AccessDeniedException");
}

TEST_F(KmsService, RefusesToWorkWithADisabledKey) {
  const std::string key = new_key();
  const std::string blob = encrypted(key, "x");
  call("kms", "DisableKey", {{"KeyId", key}});
  EXPECT_EQ(refusal("kms", "Decrypt", {{"CiphertextBlob", blob}}), "DisabledException");
  EXPECT_EQ(refusal("kms", "GenerateDataKey", {{"KeyId", key}, {"KeySpec", "AES_256"}}), "DisabledException");
  call("kms", "EnableKey", {{"KeyId", key}});
  EXPECT_EQ(call("kms", "Decrypt", {{"CiphertextBlob", blob}})["Plaintext"], "x");
}

TEST_F(KmsService, DeletesAKeyWhenItsTimeComesUnlessThatIsCancelled) {
  const std::string kept = new_key();
  const std::string lost = new_key();
  call("kms", "CreateAlias", {{"AliasName", "alias/lost"}, {"TargetKeyId", lost}});
  for (const std::string& key : {kept, lost})
    call("kms", "ScheduleKeyDeletion", {{"KeyId", key}, {"PendingWindowInDays", 7}});
  EXPECT_EQ(refusal("kms", "Encrypt", {{"KeyId", kept}, {"Plaintext", "x"}}), "KMSInvalidStateException");
  EXPECT_EQ(refusal("kms", "EnableKey", {{"KeyId", kept}}), "KMSInvalidStateException");
  call("kms", "CancelKeyDeletion", {{"KeyId", kept}});
  EXPECT_EQ(call("kms", "DescribeKey", {{"KeyId", kept}})["KeyMetadata"]["KeyState"], "Disabled");
  clock.advance(std::chrono::days(8));
  EXPECT_EQ(refusal("kms", "DescribeKey", {{"KeyId", lost}}), "NotFoundException");
  EXPECT_EQ(call("kms", "ListAliases")["Aliases"].size(), 0u);
  EXPECT_EQ(call("kms", "ListKeys")["Keys"].size(), 1u);
}

TEST_F(KmsService, GivesDataKeysThatDecryptToTheirPlaintext) {
  const std::string key = new_key();
  const Json made = call("kms", "GenerateDataKey", {{"KeyId", key}, {"KeySpec", "AES_256"}});
  EXPECT_EQ(made["Plaintext"].get<std::string>().size(), 32u);
  EXPECT_EQ(call("kms", "Decrypt", {{"CiphertextBlob", made["CiphertextBlob"]}})["Plaintext"],
            made["Plaintext"]);
  EXPECT_FALSE(call("kms", "GenerateDataKeyWithoutPlaintext", {{"KeyId", key}, {"NumberOfBytes", 64}})
                   .contains("Plaintext"));
  EXPECT_EQ(refusal("kms", "GenerateDataKey", {{"KeyId", key}}), "ValidationException");
}

TEST_F(KmsService, ReEncryptsUnderAnotherKey) {
  const std::string to = new_key();
  const Json answer =
      call("kms", "ReEncrypt", {{"CiphertextBlob", encrypted(new_key(), "x")}, {"DestinationKeyId", to}});
  EXPECT_EQ(
      call("kms", "Decrypt", {{"CiphertextBlob", answer["CiphertextBlob"]}, {"KeyId", to}})["Plaintext"],
      "x");
}

TEST_F(KmsService, DecryptsInTheReplicaRegionOfAMultiRegionKey) {
  const std::string key = new_key({{"MultiRegion", true}});
  EXPECT_TRUE(key.starts_with("mrk-"));
  call("kms", "ReplicateKey", {{"KeyId", key}, {"ReplicaRegion", "us-east-1"}});
  const std::string blob = encrypted(key, "x");
  EXPECT_EQ(call("kms", "Decrypt", {{"CiphertextBlob", blob}}, "us-east-1")["Plaintext"], "x");
  EXPECT_EQ(refusal("kms", "ReplicateKey", {{"KeyId", new_key()}, {"ReplicaRegion", "us-east-1"}}),
            "UnsupportedOperationException");
}

TEST_F(KmsService, RefusesKindsOfKeysWhoseWorkItDoesNotDo) {
  EXPECT_EQ(refusal("kms", "CreateKey", {{"KeySpec", "RSA_2048"}}), "UnsupportedOperationException");
  EXPECT_EQ(refusal("kms", "CreateKey", {{"Policy", "{"}}), "MalformedPolicyDocumentException");
}

TEST_F(KmsService, MovesAliasesAndRefusesReservedOnes) {
  const std::string first = new_key();
  const std::string second = new_key();
  call("kms", "CreateAlias", {{"AliasName", "alias/a"}, {"TargetKeyId", first}});
  EXPECT_EQ(refusal("kms", "CreateAlias", {{"AliasName", "alias/a"}, {"TargetKeyId", second}}),
            "AlreadyExistsException");
  EXPECT_EQ(refusal("kms", "CreateAlias", {{"AliasName", "alias/aws/mine"}, {"TargetKeyId", second}}),
            "NotAuthorizedException");
  call("kms", "UpdateAlias", {{"AliasName", "alias/a"}, {"TargetKeyId", second}});
  EXPECT_EQ(call("kms", "DescribeKey", {{"KeyId", "alias/a"}})["KeyMetadata"]["KeyId"], second);
  call("kms", "DeleteAlias", {{"AliasName", "alias/a"}});
  EXPECT_EQ(refusal("kms", "DeleteAlias", {{"AliasName", "alias/a"}}), "NotFoundException");
}

TEST_F(KmsService, ListsInPages) {
  for (int i = 0; i < 5; ++i) new_key();
  const Json first = call("kms", "ListKeys", {{"Limit", 3}});
  EXPECT_EQ(first["Keys"].size(), 3u);
  EXPECT_EQ(first["Truncated"], true);
  const Json second = call("kms", "ListKeys", {{"Limit", 3}, {"Marker", first["NextMarker"]}});
  EXPECT_EQ(second["Keys"].size(), 2u);
  EXPECT_EQ(second["Truncated"], false);
  EXPECT_NE(first["Keys"][2], second["Keys"][0]);
}

TEST_F(KmsService, KeepsGrantsPoliciesAndTags) {
  const std::string key = new_key({{"Tags", {{{"TagKey", "env"}, {"TagValue", "dev"}}}}});
  const Json grant = {{"KeyId", key},
                      {"Name", "once"},
                      {"GranteePrincipal", "arn:aws:iam::123456789012:role/r"},
                      {"Operations", Json::array({"Decrypt"})}};
  const Json made = call("kms", "CreateGrant", grant);
  EXPECT_EQ(call("kms", "CreateGrant", grant)["GrantId"], made["GrantId"])
      << "a repeated grant is the same grant";
  restart();
  EXPECT_EQ(call("kms", "ListGrants", {{"KeyId", key}})["Grants"].size(), 1u);
  call("kms", "RevokeGrant", {{"KeyId", key}, {"GrantId", made["GrantId"]}});
  EXPECT_EQ(call("kms", "ListGrants", {{"KeyId", key}})["Grants"].size(), 0u);
  call("kms", "PutKeyPolicy", {{"KeyId", key}, {"Policy", "{\"Version\":\"2012-10-17\"}"}});
  EXPECT_EQ(call("kms", "GetKeyPolicy", {{"KeyId", key}})["Policy"], "{\"Version\":\"2012-10-17\"}");
  EXPECT_EQ(call("kms", "ListResourceTags", {{"KeyId", key}})["Tags"][0]["TagValue"], "dev");
}

}  // namespace
}  // namespace aurora::local
