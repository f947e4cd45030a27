// What steps that speak SQL need, without RDS: the state table and S3 of the local endpoint inside the
// process, an operation, and settings as a test wants them.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/dates.h"
#include "local/dynamodb.h"
#include "local/endpoint.h"
#include "local/router_api.h"
#include "local/s3.h"
#include "local/testing/temporary_directory.h"
#include "restore/step.h"

namespace aurora::restore::testing {

class SqlWorld : public ::testing::Test {
 protected:
  static constexpr char kBucket[] = "scripts-of-the-team";

  SqlWorld() {
    endpoint.add("dynamodb", dynamodb);
    endpoint.add("s3", s3);
    make_table(names.state_table(), false);
    make_table(names.audit_table(), true);
    api.call("s3", names.region, "CreateBucket",
             {{"Bucket", kBucket}, {"CreateBucketConfiguration", {{"LocationConstraint", names.region}}}});
    set("target_cluster_id", "dev-target-cluster");
    set("verification_budget_seconds", 600);
    operation["step"] = "verify_restore";
    operation["snapshot_details"] = {{"snapshot_name", "snap-1"}, {"engine", "aurora-postgresql"}};
    operations.save(operation, clock.now());
  }

  void make_table(const std::string& name, bool with_time) {
    Json attributes = Json::array({{{"AttributeName", "operation_id"}, {"AttributeType", "S"}}});
    Json schema = Json::array({{{"AttributeName", "operation_id"}, {"KeyType", "HASH"}}});
    if (with_time) {
      attributes.push_back({{"AttributeName", "timestamp"}, {"AttributeType", "S"}});
      schema.push_back({{"AttributeName", "timestamp"}, {"KeyType", "RANGE"}});
    }
    api.call("dynamodb", names.region, "CreateTable",
             {{"TableName", name},
              {"AttributeDefinitions", attributes},
              {"KeySchema", schema},
              {"BillingMode", "PAY_PER_REQUEST"}});
  }

  void set(const std::string& name, Json value) { settings.set(name, std::move(value), Source::kEvent); }

  std::string put(const std::string& key, const std::string& text) {
    api.call("s3", names.region, "PutObject", {{"Bucket", kBucket}, {"Key", key}, {"Body", text}});
    return std::string("s3://") + kBucket + "/" + key;
  }

  // The world of a step, as the next call of its function has it.
  StepContext context(db::Connector& databases) {
    return StepContext{api,   databases,  clock,    log,       environment, names,
                       audit, operations, settings, operation, event};
  }

  static std::string error_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& e) {
      return e.what();
    }
    return "none";
  }

  std::vector<std::string> audited(const std::string& status) {
    std::vector<std::string> found;
    for (const Json& one : audit.events(operation.id()))
      if (one["status"] == status) found.push_back(dump_json(one));
    return found;
  }

  local::testing::TemporaryDirectory data;
  ManualClock clock{*parse_iso("2026-11-21T03:15:00Z"), false};
  PipelineNames names;
  local::SessionKeys keys{data.path(), clock};
  local::Endpoint endpoint{{.version = "test"}, keys, clock, Log::none()};
  local::DynamoDbService dynamodb{data.path(), clock};
  local::S3 s3{data.path(), clock};
  local::RouterApi api{endpoint};
  AuditTrail audit{aws::DynamoDb(api, names.region), names.audit_table(), clock};
  OperationStore operations{aws::DynamoDb(api, names.region), names.state_table()};
  Log log = Log::none();
  Environment environment = [](const std::string&) { return std::nullopt; };
  Configuration settings;
  Operation operation{"op-1", clock.now()};
  Json event = Json::object();
};

}  // namespace aurora::restore::testing
