#include "aws/endpoint.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace aurora::aws {
namespace {

using Variables = std::map<std::string, std::string>;

EndpointConfig config_of(Variables variables, SharedConfig shared = {}) {
  EndpointConfig config;
  config.environment = [variables =
                            std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  config.shared = std::move(shared);
  return config;
}

std::string url_of(const EndpointConfig& config, std::string_view service_name,
                   std::string_view operation_name, const Json& input = Json::object(),
                   std::string path = "/", std::string_view region = "us-west-2") {
  const Service& service = require_service(service_name);
  http::Request request;
  request.path = std::move(path);
  address_request(request, config, service, require_operation(service, operation_name), input, region);
  return fmt::format("{}://{}:{}{}", request.scheme, request.host, request.port, request.path);
}

TEST(Endpoint, IsTheRegionsOwn) {
  const EndpointConfig config = config_of({});
  EXPECT_EQ(url_of(config, "rds", "DescribeDBClusters"), "https://rds.us-west-2.amazonaws.com:443/");
  EXPECT_EQ(url_of(config, "stepfunctions", "StartExecution"), "https://states.us-west-2.amazonaws.com:443/");
  EXPECT_EQ(url_of(config, "cloudwatch", "PutMetricData"), "https://monitoring.us-west-2.amazonaws.com:443/");
  EXPECT_EQ(url_of(config, "sts", "GetCallerIdentity"), "https://sts.us-west-2.amazonaws.com:443/");
  EXPECT_EQ(url_of(config, "cloudformation", "DescribeStacks"),
            "https://cloudformation.us-west-2.amazonaws.com:443/");
  EXPECT_EQ(url_of(config, "iam", "SimulatePrincipalPolicy"), "https://iam.amazonaws.com:443/");
  EXPECT_EQ(url_of(config, "stepfunctions", "TestState"), "https://sync-states.us-west-2.amazonaws.com:443/");
  EXPECT_EQ(url_of(config, "rds", "DescribeDBClusters", {}, "/", "cn-north-1"),
            "https://rds.cn-north-1.amazonaws.com.cn:443/");
}

TEST(Endpoint, RegionCannotLeadElsewhere) {
  EXPECT_THROW(url_of(config_of({}), "rds", "DescribeDBClusters", {}, "/", "evil.example/"), Error);
}

TEST(Endpoint, TheNearestWordCounts) {
  EndpointConfig config = config_of({{"AWS_ENDPOINT_URL", "http://127.0.0.1:4566"},
                                     {"AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://secrets:1"}});
  EXPECT_EQ(url_of(config, "rds", "DescribeDBClusters"), "http://127.0.0.1:4566/");
  EXPECT_EQ(url_of(config, "secretsmanager", "GetSecretValue"), "http://secrets:1/");
  config.url = "http://flag:2/base/";
  EXPECT_EQ(url_of(config, "secretsmanager", "GetSecretValue"), "http://flag:2/base/");
  config.urls["rds"] = "https://one.test";
  EXPECT_EQ(url_of(config, "rds", "DescribeDBClusters"), "https://one.test:443/");
}

TEST(Endpoint, ProfilesAreTheLastWord) {
  const SharedConfig shared = SharedConfig::parse(
      "[default]\nendpoint_url = http://profile:1\nservices = s\n[services s]\ncloudwatch_logs =\n  "
      "endpoint_url = http://logs:2\n",
      "");
  EXPECT_EQ(url_of(config_of({}, shared), "rds", "DescribeDBClusters"), "http://profile:1/");
  EXPECT_EQ(url_of(config_of({}, shared), "logs", "DescribeLogGroups"), "http://logs:2/");
  EXPECT_EQ(url_of(config_of({{"AWS_ENDPOINT_URL", "http://env:3"}}, shared), "logs", "DescribeLogGroups"),
            "http://env:3/");
  EXPECT_EQ(url_of(config_of({{"AWS_ENDPOINT_URL", "http://env:3"},
                              {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}},
                             shared),
                   "rds", "DescribeDBClusters"),
            "https://rds.us-west-2.amazonaws.com:443/");
}

TEST(Endpoint, S3BucketsStandInTheHostNameAtAwsOnly) {
  const Json input = {{"Bucket", "my-bucket"}, {"Key", "k"}};
  EXPECT_EQ(url_of(config_of({}), "s3", "GetObject", input, "/my-bucket/k"),
            "https://my-bucket.s3.us-west-2.amazonaws.com:443/k");
  EXPECT_EQ(url_of(config_of({}), "s3", "ListObjectsV2", input, "/my-bucket"),
            "https://my-bucket.s3.us-west-2.amazonaws.com:443/");
  EXPECT_EQ(url_of(config_of({}), "s3", "GetObject", {{"Bucket", "with.dots"}}, "/with.dots/k"),
            "https://s3.us-west-2.amazonaws.com:443/with.dots/k");
  EXPECT_EQ(url_of(config_of({{"AWS_ENDPOINT_URL", "http://127.0.0.1:4566"}}), "s3", "GetObject", input,
                   "/my-bucket/k"),
            "http://127.0.0.1:4566/my-bucket/k");
}

TEST(DefaultRegion, ComesFromTheEnvironmentOrTheProfile) {
  EXPECT_EQ(default_region(config_of({{"AWS_REGION", "a"}, {"AWS_DEFAULT_REGION", "b"}})), "a");
  EXPECT_EQ(default_region(config_of({{"AWS_DEFAULT_REGION", "b"}})), "b");
  EXPECT_EQ(default_region(config_of({}, SharedConfig::parse("[default]\nregion = c", ""))), "c");
  EXPECT_THROW(default_region(config_of({})), Error);
}

}  // namespace
}  // namespace aurora::aws
