#include "aws/model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/json.h"

namespace aurora::aws {
namespace {

TEST(Model, HasEveryServiceWithSortedTables) {
  std::set<std::string_view> names;
  for (const Service* service : all_services()) {
    names.insert(service->name);
    const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
    EXPECT_TRUE(std::ranges::is_sorted(service->operations, by_name)) << service->name;
    EXPECT_TRUE(std::ranges::is_sorted(service->shapes, by_name)) << service->name;
    EXPECT_FALSE(service->signing_name.empty()) << service->name;
  }
  for (const char* name :
       {"rds", "dynamodb", "stepfunctions", "lambda", "sns", "sqs", "secretsmanager", "ssm", "kms", "logs",
        "s3", "sts", "events", "scheduler", "cloudwatch", "ec2", "cloudformation", "iam"})
    EXPECT_TRUE(names.contains(name)) << name;
}

TEST(Model, EveryPaginatorNamesMembersThatExist) {
  for (const Service* service : all_services())
    for (const Operation& operation : service->operations) {
      if (!operation.paginator) continue;
      EXPECT_EQ(operation.paginator->input_tokens.size(), operation.paginator->output_tokens.size())
          << operation.name;
      for (const std::string_view token : operation.paginator->input_tokens)
        EXPECT_TRUE(operation.input && operation.input->member(token)) << operation.name << " " << token;
    }
}

TEST(Model, FindsByNameAndBySignature) {
  EXPECT_EQ(find_service("stepfunctions")->target_prefix, "AWSStepFunctions");
  EXPECT_EQ(find_service_by_signing_name("states"), find_service("stepfunctions"));
  EXPECT_EQ(find_service_by_signing_name("monitoring"), find_service("cloudwatch"));
  EXPECT_FALSE(find_service("nothing"));
}

TEST(Model, MisspeltNamesGetASuggestion) {
  try {
    require_operation(require_service("rds"), "DescribeDBCluster");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "UnknownOperation");
    EXPECT_EQ(error.hint(), "Did you mean DescribeDBClusters?");
  }
}

TEST(Model, KnowsWhatIsRequiredAndHowErrorsTravel) {
  const Operation& restore = require_operation(require_service("rds"), "RestoreDBClusterFromSnapshot");
  for (const char* name : {"DBClusterIdentifier", "SnapshotIdentifier", "Engine"})
    EXPECT_TRUE(restore.input->member(name)->required) << name;
  EXPECT_FALSE(restore.input->member("Port")->required);
  const Service& rds = require_service("rds");
  EXPECT_EQ(rds.error("DBInstanceNotFound"), rds.error("DBInstanceNotFoundFault"));
  EXPECT_EQ(rds.error("DBInstanceNotFound")->error_status, 404);
  EXPECT_EQ(rds.error("DBClusterQuotaExceededFault")->error_status, 403);
  EXPECT_FALSE(rds.error("NoSuchError"));
}

}  // namespace
}  // namespace aurora::aws
