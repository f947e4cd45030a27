// Calls of the RDS service inside a test, without wire and signatures.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "local/rds.h"

namespace aurora::local::testing {

class RdsDriver {
 public:
  explicit RdsDriver(RdsService& service, std::string region = "us-west-2", std::string account = kAccountId)
      : service_(service), region_(std::move(region)), account_(std::move(account)) {}

  RdsDriver in(const std::string& region) const { return RdsDriver(service_, region); }
  const std::string& region() const { return region_; }

  Json call(const std::string& operation, const Json& input = Json::object()) {
    Call call;
    call.service = "rds";
    call.region = region_;
    call.account = account_;
    call.operation = operation;
    call.input = input;
    return service_.handle(call);
  }

  // The code of the error that the call must end with, or what it answered instead.
  std::string refusal(const std::string& operation, const Json& input = Json::object()) {
    try {
      return "answered: " + call(operation, input).dump();
    } catch (const aws::ServiceError& error) {
      last_message_ = error.message();
      last_status_ = error.status();
      return error.code();
    }
  }
  const std::string& last_message() const { return last_message_; }
  int last_status() const { return last_status_; }

  Json cluster(const std::string& id) {
    return call("DescribeDBClusters", {{"DBClusterIdentifier", id}})["DBClusters"][0];
  }
  Json instance(const std::string& id) {
    return call("DescribeDBInstances", {{"DBInstanceIdentifier", id}})["DBInstances"][0];
  }
  Json snapshot(const std::string& id) {
    return call("DescribeDBClusterSnapshots", {{"DBClusterSnapshotIdentifier", id}})["DBClusterSnapshots"][0];
  }
  std::string cluster_status(const std::string& id) { return cluster(id)["Status"]; }
  std::string instance_status(const std::string& id) { return instance(id)["DBInstanceStatus"]; }
  std::string snapshot_status(const std::string& id) { return snapshot(id)["Status"]; }

  Json create_cluster(const std::string& id, const Json& more = Json::object()) {
    Json input = {{"DBClusterIdentifier", id},
                  {"Engine", "aurora-postgresql"},
                  {"MasterUsername", "clusteradmin"},
                  {"MasterUserPassword", "first-Password1"}};
    input.update(more);
    return call("CreateDBCluster", input)["DBCluster"];
  }
  Json create_instance(const std::string& id, const std::string& cluster, const Json& more = Json::object()) {
    Json input = {{"DBInstanceIdentifier", id},
                  {"DBClusterIdentifier", cluster},
                  {"DBInstanceClass", "db.r6g.large"},
                  {"Engine", "aurora-postgresql"}};
    input.update(more);
    return call("CreateDBInstance", input)["DBInstance"];
  }
  Json create_snapshot(const std::string& id, const std::string& cluster) {
    return call("CreateDBClusterSnapshot",
                {{"DBClusterSnapshotIdentifier", id}, {"DBClusterIdentifier", cluster}})["DBClusterSnapshot"];
  }
  Json restore(const std::string& id, const std::string& snapshot, const Json& more = Json::object()) {
    Json input = {
        {"DBClusterIdentifier", id}, {"SnapshotIdentifier", snapshot}, {"Engine", "aurora-postgresql"}};
    input.update(more);
    return call("RestoreDBClusterFromSnapshot", input)["DBCluster"];
  }

 private:
  RdsService& service_;
  std::string region_;
  std::string account_;
  std::string last_message_;
  int last_status_ = 0;
};

}  // namespace aurora::local::testing
