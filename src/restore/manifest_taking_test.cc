#include "restore/manifest_taking.h"

#include "local/s3.h"
#include "restore/manifest_store.h"
#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

using db::testing::rows;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ManifestTaking : public testing::StepWorld {
 protected:
  ManifestTaking() {
    endpoint.add("s3", s3);
    api.call("s3", "us-west-2", "CreateBucket",
             {{"Bucket", "kept"}, {"CreateBucketConfiguration", {{"LocationConstraint", "us-west-2"}}}});
    database.answer("count(*)", rows({"n"}, {{"0"}}));
    database.answer("pg_database", rows({"datname"}, {{"shop"}}));
    database.answer("rolcanlogin", rows({"rolname"}, {{"app"}}));
  }

  Json take(const Json& order) {
    return step("verify_restore", {{"operation_id", "manifest"},
                                   {kManifestOrder, order},
                                   {"source_cluster_id", "dev-source-cluster"},
                                   {"source_region", "us-east-1"}});
  }

  local::S3 s3{data.path(), clock};
};

TEST_F(ManifestTaking, WritesWhatTheSourceHoldsAndNoOperation) {
  const Json answer =
      take({{"place", "s3://kept/m.json"}, {"snapshot_name", kSnapshot}, {"snapshot_arn", "arn:x"}});
  EXPECT_EQ(answer["status"], "success");
  EXPECT_EQ(answer["tables_pending"], 0);
  EXPECT_FALSE(answer.contains("retry_after"));
  const Manifest manifest = load_manifest(api, "us-west-2", "s3://kept/m.json");
  EXPECT_EQ(manifest.cluster_id, "dev-source-cluster");
  EXPECT_EQ(manifest.engine, "aurora-postgresql");
  EXPECT_EQ(manifest.snapshot_name, kSnapshot);
  EXPECT_EQ(manifest.databases.at(0).contents.name, "shop");
  EXPECT_THAT(manifest.users, ElementsAre("app"));
  EXPECT_FALSE(operations.load("manifest")) << "a manifest is a snapshot's, not an operation's";
}

TEST_F(ManifestTaking, SourceThatIsGoneAndPlaceThatIsNoneAreNamed) {
  EXPECT_THAT(error_of([&] {
                take({{"place", "/tmp/m.json"}});
              }),
              AllOf(HasSubstr("InvalidInput"), HasSubstr("s3://bucket/key")));
  EXPECT_THAT(error_of([&] {
                step("verify_restore", {{"operation_id", "manifest"},
                                        {kManifestOrder, {{"place", "s3://kept/m.json"}}},
                                        {"source_cluster_id", "nobody"},
                                        {"source_region", "us-east-1"}});
              }),
              AllOf(HasSubstr("SourceUnavailable"), HasSubstr("nobody")));
}

}  // namespace
}  // namespace aurora::restore
