#include "restore/archive.h"

#include "local/s3.h"
#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

class Archive : public testing::StepWorld {
 protected:
  Archive() {
    endpoint.add("s3", s3);
    api.call("s3", "us-west-2", "CreateBucket",
             {{"Bucket", "logs"}, {"CreateBucketConfiguration", {{"LocationConstraint", "us-west-2"}}}});
  }
  std::vector<std::string> objects() {
    std::vector<std::string> found;
    const Json answer = api.call("s3", "us-west-2", "ListObjectsV2", {{"Bucket", "logs"}});
    for (const Json& object : member_or_null(answer, "Contents")) found.push_back(object["Key"]);
    return found;
  }
  std::string object(const std::string& name) {
    return api.call("s3", "us-west-2", "GetObject",
                    {{"Bucket", "logs"}, {"Key", "aurora-restore-logs/op-1/" + name}})["Body"];
  }
  local::S3 s3{data.path(), clock};
};

TEST_F(Archive, EndOfAnOperationWritesItsStory) {
  restore({{"log_bucket", "logs"}});
  mark_verified();
  until_done("cleanup");
  EXPECT_EQ(objects(), (std::vector<std::string>{
                           "aurora-restore-logs/op-1/audit.json", "aurora-restore-logs/op-1/report.html",
                           "aurora-restore-logs/op-1/report.json", "aurora-restore-logs/op-1/state.json"}));
  const Json report = parse_json(object("report.json"), "the report");
  EXPECT_EQ(report["operation_id"], "op-1");
  EXPECT_EQ(report["source"]["snapshot_name"], kSnapshot);
  EXPECT_FALSE(report["timeline"].empty());
  EXPECT_TRUE(object("report.html").starts_with("<!DOCTYPE html>"));
  for (const char* name : {"state.json", "audit.json", "report.json", "report.html"})
    EXPECT_EQ(object(name).find("canary"), std::string::npos) << name;
}

TEST_F(Archive, DeletingLogsDeletesAllOfIt) {
  restore({{"log_bucket", "logs"}});
  mark_verified();
  until_done("cleanup");
  until_done("cleanup", {{"delete_logs", true}});
  EXPECT_TRUE(objects().empty());
}

}  // namespace
}  // namespace aurora::restore
