// The pipeline's account and another one beside it, both called through signatures.
#pragma once
#include "aws/credentials.h"
#include "http/in_process_transport.h"
#include "local/sts.h"
#include "restore/testing/step_world.h"

namespace aurora::restore::testing {

class SourceAccountWorld : public StepWorld {
 protected:
  static constexpr char kTheirRole[] = "arn:aws:iam::210987654321:role/backup-reader";
  static constexpr char kTheirPlace[] = "210987654321/us-east-1";

  SourceAccountWorld() { endpoint.add("sts", sts); }

  std::unique_ptr<aws::Client> client(const char* id, const char* secret) {
    aws::ClientConfig config;
    config.endpoint_url = "http://127.0.0.1:4566";
    config.retry.attempts_max = 1;
    aws::Credentials credentials;
    credentials.access_key_id = id;
    credentials.secret_access_key = Secret(secret);
    return std::make_unique<aws::Client>(config, transport, clock, Log::none(),
                                         std::make_shared<aws::StaticCredentials>(credentials));
  }

  std::string make_their_key() {
    return theirs->call("kms", "us-east-1", "CreateKey", Json::object())["KeyMetadata"]["Arn"];
  }
  void allow_us(const std::string& key) {
    theirs->call("kms", "us-east-1", "PutKeyPolicy",
                 {{"KeyId", key},
                  {"PolicyName", "default"},
                  {"Policy", R"({"Statement":[{"Effect":"Allow","Principal":{"AWS":)"
                             R"(["arn:aws:iam::210987654321:root","arn:aws:iam::123456789012:root"]},)"
                             R"("Action":"kms:*","Resource":"*"}]})"}});
  }

  // Their cluster "orders" with its manual snapshot "nightly".
  void make_orders(const Json& more = Json::object()) {
    Json cluster{{"DBClusterIdentifier", "orders"},
                 {"Engine", "aurora-postgresql"},
                 {"MasterUsername", "dbmaster"},
                 {"MasterUserPassword", "old-password-1"}};
    cluster.update(more);
    theirs->call("rds", "us-east-1", "CreateDBCluster", cluster);
    work();
    theirs->call("rds", "us-east-1", "CreateDBClusterSnapshot",
                 {{"DBClusterSnapshotIdentifier", "nightly"}, {"DBClusterIdentifier", "orders"}});
    work();
  }

  // Whether our account may take it.
  bool is_shared(const std::string& snapshot) {
    return ours->call("rds", "us-east-1", "DescribeDBClusterSnapshots", {{"IncludeShared", true}})
               .dump()
               .find("210987654321:cluster-snapshot:" + snapshot) != std::string::npos;
  }

  local::Sts sts{keys, clock};
  http::InProcessTransport transport{
      [this](const http::Request& request, std::stop_token stop) { return endpoint.handle(request, stop); }};
  std::unique_ptr<aws::Client> ours = client(local::kLocalAccessKeyId, local::kLocalSecretAccessKey);
  std::unique_ptr<aws::Client> theirs = client(local::kOtherAccessKeyId, local::kOtherSecretAccessKey);
};

}  // namespace aurora::restore::testing
