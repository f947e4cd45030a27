#include "local/ssm.h"

#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

class ParameterStore : public testing::EndpointFixture {
 protected:
  Json put(const std::string& name, const std::string& value, Json more = Json::object()) {
    Json input = {{"Name", name}, {"Value", value}, {"Type", "String"}};
    input.update(more);
    return call("ssm", "PutParameter", input);
  }
  Json get(const std::string& name, bool decrypt = false) {
    return call("ssm", "GetParameter", {{"Name", name}, {"WithDecryption", decrypt}})["Parameter"];
  }
};

TEST_F(ParameterStore, KeepsAParameterOverARestart) {
  put("/aurora-restore/dev/config", "{}");
  restart();
  const Json parameter = get("/aurora-restore/dev/config");
  EXPECT_EQ(parameter["Value"], "{}");
  EXPECT_EQ(parameter["Version"], 1);
  EXPECT_EQ(parameter["LastModifiedDate"], "2026-11-21T06:20:51.000Z");
  EXPECT_EQ(parameter["ARN"], "arn:aws:ssm:us-west-2:123456789012:parameter/aurora-restore/dev/config");
}

TEST_F(ParameterStore, ReplacesAParameterOnlyWhenAskedTo) {
  put("/a", "1");
  EXPECT_EQ(refusal("ssm", "PutParameter", {{"Name", "/a"}, {"Value", "2"}, {"Type", "String"}}),
            "ParameterAlreadyExists");
  EXPECT_EQ(put("/a", "2", {{"Overwrite", true}})["Version"], 2);
  EXPECT_EQ(get("/a")["Value"], "2");
  EXPECT_EQ(get("/a:1")["Value"], "1");
  EXPECT_EQ(get("/a:1")["Selector"], ":1");
  EXPECT_EQ(refusal("ssm", "GetParameter", {{"Name", "/a:7"}}), "ParameterVersionNotFound");
}

TEST_F(ParameterStore, RefusesToChangeATypeAndToCreateWithoutOne) {
  put("/a", "1");
  EXPECT_EQ(refusal("ssm", "PutParameter",
                    {{"Name", "/a"}, {"Value", "2"}, {"Type", "SecureString"}, {"Overwrite", true}}),
            "HierarchyTypeMismatchException");
  EXPECT_EQ(refusal("ssm", "PutParameter", {{"Name", "/b"}, {"Value", "2"}}), "ValidationException");
  EXPECT_EQ(call("ssm", "PutParameter", {{"Name", "/a"}, {"Value", "2"}, {"Overwrite", true}})["Version"], 2);
}

TEST_F(ParameterStore, EncryptsSecureStringsOnTheDiskAndInAnswersWithoutDecryption) {
  put("/aurora-restore/dev/db_users", "a-very-secret-word", {{"Type", "SecureString"}});
  services.reset();
  EXPECT_FALSE(is_on_disk("a-very-secret-word"));
  restart();
  EXPECT_EQ(get("/aurora-restore/dev/db_users", true)["Value"], "a-very-secret-word");
  EXPECT_NE(get("/aurora-restore/dev/db_users", false)["Value"], "a-very-secret-word");
}

TEST_F(ParameterStore, NeedsTheKeyOfASecureString) {
  const std::string key = call("kms", "CreateKey")["KeyMetadata"]["KeyId"];
  put("/s", "x", {{"Type", "SecureString"}, {"KeyId", key}});
  call("kms", "DisableKey", {{"KeyId", key}});
  EXPECT_EQ(refusal("ssm", "GetParameter", {{"Name", "/s"}, {"WithDecryption", true}}), "InvalidKeyId");
  EXPECT_EQ(refusal("ssm", "PutParameter",
                    {{"Name", "/t"}, {"Value", "x"}, {"Type", "SecureString"}, {"KeyId", "alias/none"}}),
            "InvalidKeyId");
}

TEST_F(ParameterStore, HoldsFourKilobytesAndNoMore) {
  put("/a", std::string(4096, 'x'));
  EXPECT_EQ(
      refusal("ssm", "PutParameter", {{"Name", "/b"}, {"Value", std::string(4097, 'x')}, {"Type", "String"}}),
      "ValidationException");
  EXPECT_NE(last_message.find("4096 characters"), std::string::npos);
  EXPECT_EQ(put("/c", std::string(8192, 'x'), {{"Tier", "Advanced"}})["Tier"], "Advanced");
  EXPECT_EQ(put("/d", std::string(5000, 'x'), {{"Tier", "Intelligent-Tiering"}})["Tier"], "Advanced");
}

TEST_F(ParameterStore, RefusesNamesThatAwsRefuses) {
  const auto put_refusal = [&](const std::string& name) {
    return refusal("ssm", "PutParameter", {{"Name", name}, {"Value", "x"}, {"Type", "String"}});
  };
  EXPECT_EQ(put_refusal("a/b"), "ValidationException");
  EXPECT_EQ(put_refusal("/a b"), "ValidationException");
  EXPECT_EQ(put_refusal("/aws/x"), "AccessDeniedException");
  EXPECT_EQ(put_refusal("ssm-x"), "AccessDeniedException");
  EXPECT_EQ(put_refusal("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16"), "HierarchyLevelLimitExceededException");
}

TEST_F(ParameterStore, HoldsAValueToItsAllowedPattern) {
  put("/n", "123", {{"AllowedPattern", "[0-9]+"}});
  EXPECT_EQ(refusal("ssm", "PutParameter",
                    {{"Name", "/m"}, {"Value", "x"}, {"Type", "String"}, {"AllowedPattern", "[0-9]+"}}),
            "ParameterPatternMismatchException");
  EXPECT_EQ(refusal("ssm", "PutParameter",
                    {{"Name", "/m"}, {"Value", "x"}, {"Type", "String"}, {"AllowedPattern", "["}}),
            "InvalidAllowedPatternException");
}

TEST_F(ParameterStore, GetsSeveralAndNamesTheMissing) {
  put("/a", "1");
  put("/b", "2");
  const Json answer = call("ssm", "GetParameters", {{"Names", {"/a", "/none", "/b"}}});
  EXPECT_EQ(answer["Parameters"].size(), 2u);
  EXPECT_EQ(answer["InvalidParameters"], Json::array({"/none"}));
}

TEST_F(ParameterStore, ListsOneLevelOrAllBelowAPathInPages) {
  for (int i = 0; i < 12; ++i) put("/p/deep/" + std::to_string(i), "x");
  put("/p/top", "x");
  put("/pq", "x");
  EXPECT_EQ(call("ssm", "GetParametersByPath", {{"Path", "/p"}})["Parameters"].size(), 1u);
  const Json first = call("ssm", "GetParametersByPath", {{"Path", "/p/"}, {"Recursive", true}});
  EXPECT_EQ(first["Parameters"].size(), 10u);
  const Json second = call("ssm", "GetParametersByPath",
                           {{"Path", "/p"}, {"Recursive", true}, {"NextToken", first["NextToken"]}});
  EXPECT_EQ(second["Parameters"].size(), 3u);
  EXPECT_FALSE(second.contains("NextToken"));
  EXPECT_EQ(refusal("ssm", "GetParametersByPath", {{"Path", "/p"}, {"MaxResults", 11}}),
            "ValidationException");
  EXPECT_EQ(refusal("ssm", "GetParametersByPath", {{"Path", "p"}}), "ValidationException");
  EXPECT_EQ(refusal("ssm", "GetParametersByPath", {{"Path", "/p"}, {"NextToken", "made up"}}),
            "ValidationException");
}

TEST_F(ParameterStore, DescribesByFilters) {
  put("/aurora-restore/dev/config", "x",
      {{"Tags", {{{"Key", "env"}, {"Value", "dev"}}}}, {"Description", "d"}});
  put("/other", "x", {{"Type", "SecureString"}});
  const auto names = [&](const Json& filters) {
    std::vector<std::string> found;
    const Json answer = call("ssm", "DescribeParameters", {{"ParameterFilters", filters}});
    for (const Json& one : answer["Parameters"]) found.push_back(one["Name"]);
    return found;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names({{{"Key", "Name"}, {"Option", "BeginsWith"}, {"Values", {"/aurora"}}}}),
            Names{"/aurora-restore/dev/config"});
  EXPECT_EQ(names({{{"Key", "Type"}, {"Values", {"SecureString"}}}}), Names{"/other"});
  EXPECT_EQ(names({{{"Key", "tag:env"}, {"Values", {"dev"}}}}), Names{"/aurora-restore/dev/config"});
  EXPECT_EQ(names({{{"Key", "Path"}, {"Option", "Recursive"}, {"Values", {"/aurora-restore"}}}}),
            Names{"/aurora-restore/dev/config"});
  EXPECT_EQ(refusal("ssm", "DescribeParameters",
                    {{"ParameterFilters", {{{"Key", "Colour"}, {"Values", {"red"}}}}}}),
            "InvalidFilterKey");
}

TEST_F(ParameterStore, MovesALabelAndKeepsTheHistory) {
  put("/a", "1");
  put("/a", "2", {{"Overwrite", true}});
  call("ssm", "LabelParameterVersion", {{"Name", "/a"}, {"ParameterVersion", 1}, {"Labels", {"good"}}});
  EXPECT_EQ(get("/a:good")["Value"], "1");
  call("ssm", "LabelParameterVersion", {{"Name", "/a"}, {"Labels", {"good"}}});
  EXPECT_EQ(get("/a:good")["Value"], "2");
  const Json history = call("ssm", "GetParameterHistory", {{"Name", "/a"}})["Parameters"];
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[0]["Value"], "1");
  EXPECT_EQ(history[1]["Labels"], Json::array({"good"}));
}

TEST_F(ParameterStore, DeletesAndSaysWhatWasNotThere) {
  put("/a", "1");
  EXPECT_EQ(call("ssm", "DeleteParameters", {{"Names", {"/a", "/b"}}})["InvalidParameters"],
            Json::array({"/b"}));
  EXPECT_EQ(refusal("ssm", "DeleteParameter", {{"Name", "/a"}}), "ParameterNotFound");
  EXPECT_EQ(refusal("ssm", "GetParameter", {{"Name", "/a"}}), "ParameterNotFound");
}

TEST_F(ParameterStore, IsFoundByItsArnToo) {
  put("/a/b", "1");
  put("plain", "2");
  EXPECT_EQ(get("arn:aws:ssm:us-west-2:123456789012:parameter/a/b")["Value"], "1");
  EXPECT_EQ(get("arn:aws:ssm:us-west-2:123456789012:parameter/plain")["Value"], "2");
}

TEST_F(ParameterStore, IsAnotherOneInEachRegion) {
  put("/a", "1");
  EXPECT_EQ(refusal("ssm", "GetParameter", {{"Name", "/a"}}, "us-east-1"), "ParameterNotFound");
}

}  // namespace
}  // namespace aurora::local
