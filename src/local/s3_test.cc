#include "local/s3.h"

#include "base/digest.h"
#include "base/text.h"
#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

class Buckets : public testing::EndpointFixture {
 protected:
  Buckets() {
    call("s3", "CreateBucket",
         {{"Bucket", "logs-bucket"}, {"CreateBucketConfiguration", {{"LocationConstraint", "us-west-2"}}}});
  }

  Json put(const std::string& key, const std::string& body, Json more = Json::object()) {
    Json input = {{"Bucket", "logs-bucket"}, {"Key", key}, {"Body", body}};
    input.update(more);
    return call("s3", "PutObject", input);
  }
  Json get(const std::string& key, Json more = Json::object()) {
    Json input = {{"Bucket", "logs-bucket"}, {"Key", key}};
    input.update(more);
    return call("s3", "GetObject", input);
  }
  std::string get_refusal(const std::string& key, Json more = Json::object()) {
    Json input = {{"Bucket", "logs-bucket"}, {"Key", key}};
    input.update(more);
    return refusal("s3", "GetObject", input);
  }
  std::size_t files() const {
    const auto all = std::filesystem::directory_iterator(directory.path() / "s3");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
};

TEST_F(Buckets, KeepBytesHeadersAndMetadataOverARestart) {
  const std::string bytes("\x00\xff\r\n", 4);
  EXPECT_EQ(put("a/b", bytes, {{"ContentType", "text/x"}, {"Metadata", {{"Owner", "dba"}}}})["ETag"],
            "\"" + hex_encode(md5(bytes)) + "\"");
  restart();
  const Json object = get("a/b");
  EXPECT_EQ(object["Body"].get<std::string>(), bytes);
  EXPECT_EQ(object["ContentLength"], 4);
  EXPECT_EQ(object["ContentType"], "text/x");
  EXPECT_EQ(object["Metadata"]["owner"], "dba");
  EXPECT_EQ(object["LastModified"], "2026-11-21T06:20:51.000Z");
}

TEST_F(Buckets, LeaveNoFileOfWhatIsReplacedOrDeleted) {
  put("a", "1");
  put("a", "2");
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(get("a")["Body"], "2");
  call("s3", "DeleteObject", {{"Bucket", "logs-bucket"}, {"Key", "a"}});
  EXPECT_EQ(files(), 0u);
  EXPECT_NO_THROW(call("s3", "DeleteObject", {{"Bucket", "logs-bucket"}, {"Key", "a"}}));
  EXPECT_EQ(get_refusal("a"), "NoSuchKey");
  EXPECT_EQ(last_status, 404);
}

TEST_F(Buckets, DropFilesThatACrashLeftBehind) {
  put("a", "1");
  write_file(directory.path() / "s3" / "0123456789abcdef0123456789abcdef", "half an upload");
  services->s3.start();
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(get("a")["Body"], "1");
}

TEST_F(Buckets, GiveRanges) {
  put("a", "0123456789");
  const auto range = [&](const std::string& header) {
    const Json answer = get("a", {{"Range", header}});
    return answer["Body"].get<std::string>() + " " + string_or(answer, "ContentRange", "whole");
  };
  EXPECT_EQ(range("bytes=2-4"), "234 bytes 2-4/10");
  EXPECT_EQ(range("bytes=8-"), "89 bytes 8-9/10");
  EXPECT_EQ(range("bytes=-3"), "789 bytes 7-9/10");
  EXPECT_EQ(range("bytes=5-100"), "56789 bytes 5-9/10");
  EXPECT_EQ(range("bytes=0-1,3-4"), "0123456789 whole");
  EXPECT_EQ(get_refusal("a", {{"Range", "bytes=10-"}}), "InvalidRange");
  EXPECT_EQ(last_status, 416);
}

TEST_F(Buckets, HoldReadsAndWritesToTheirConditions) {
  const Json etag = put("a", "1")["ETag"];
  EXPECT_EQ(get("a", {{"IfMatch", etag}})["Body"], "1");
  EXPECT_EQ(get_refusal("a", {{"IfMatch", "\"other\""}}), "PreconditionFailed");
  EXPECT_EQ(get_refusal("a", {{"IfNoneMatch", etag}}), "NotModified");
  EXPECT_EQ(last_status, 304);
  EXPECT_EQ(get_refusal("a", {{"IfModifiedSince", "2026-11-21T06:20:51Z"}}), "NotModified");
  EXPECT_EQ(refusal("s3", "PutObject",
                    {{"Bucket", "logs-bucket"}, {"Key", "a"}, {"Body", "2"}, {"IfNoneMatch", "*"}}),
            "PreconditionFailed");
  EXPECT_EQ(last_status, 412);
  EXPECT_EQ(get("a")["Body"], "1");
  EXPECT_EQ(files(), 1u);
}

TEST_F(Buckets, ListKeysByPrefixAndDelimiter) {
  for (const char* key : {"2026/a", "2026/b", "2027/a", "readme", "x y"}) put(key, "1");
  const Json top = call("s3", "ListObjectsV2", {{"Bucket", "logs-bucket"}, {"Delimiter", "/"}});
  EXPECT_EQ(top["CommonPrefixes"], Json::parse(R"([{"Prefix":"2026/"},{"Prefix":"2027/"}])"));
  EXPECT_EQ(top["Contents"].size(), 2u);
  EXPECT_EQ(top["KeyCount"], 4);
  const Json below =
      call("s3", "ListObjectsV2", {{"Bucket", "logs-bucket"}, {"Delimiter", "/"}, {"Prefix", "2026/"}});
  EXPECT_EQ(below["Contents"].size(), 2u);
  EXPECT_FALSE(below.contains("CommonPrefixes"));
  EXPECT_EQ(call("s3", "ListObjectsV2",
                 {{"Bucket", "logs-bucket"}, {"Prefix", "x"}, {"EncodingType", "url"}})["Contents"][0]["Key"],
            "x%20y");
  EXPECT_EQ(call("s3", "ListObjectsV2", {{"Bucket", "logs-bucket"}, {"StartAfter", "readme"}})["KeyCount"],
            1);
}

TEST_F(Buckets, ListInPagesWithoutLosingOrRepeating) {
  for (const char* key : {"a", "b/1", "b/2", "c", "d/1", "e"}) put(key, "1");
  std::vector<std::string> seen;
  Json input = {{"Bucket", "logs-bucket"}, {"Delimiter", "/"}, {"MaxKeys", 1}};
  for (int page = 0; page < 10; ++page) {
    const Json answer = call("s3", "ListObjectsV2", input);
    for (const Json& object : member_or_null(answer, "Contents")) seen.push_back(object["Key"]);
    for (const Json& prefix : member_or_null(answer, "CommonPrefixes")) seen.push_back(prefix["Prefix"]);
    if (answer["IsTruncated"] == false) break;
    input["ContinuationToken"] = answer["NextContinuationToken"];
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "b/", "c", "d/", "e"}));
  const Json first =
      call("s3", "ListObjects", {{"Bucket", "logs-bucket"}, {"Delimiter", "/"}, {"MaxKeys", 2}});
  EXPECT_EQ(first["NextMarker"], "b/");
  EXPECT_EQ(call("s3", "ListObjects",
                 {{"Bucket", "logs-bucket"}, {"Delimiter", "/"}, {"Marker", "b/"}})["Contents"][0]["Key"],
            "c");
}

TEST_F(Buckets, CopyObjectsWithTheirMetadataOrOther) {
  put("a b", "1", {{"Metadata", {{"x", "y"}}}, {"Tagging", "env=dev"}});
  call("s3", "CopyObject", {{"Bucket", "logs-bucket"}, {"Key", "copy"}, {"CopySource", "logs-bucket/a%20b"}});
  EXPECT_EQ(get("copy")["Metadata"]["x"], "y");
  EXPECT_EQ(get("copy")["TagCount"], 1);
  call("s3", "CopyObject",
       {{"Bucket", "logs-bucket"},
        {"Key", "copy"},
        {"CopySource", "/logs-bucket/copy"},
        {"MetadataDirective", "REPLACE"},
        {"Metadata", {{"x", "z"}}}});
  EXPECT_EQ(get("copy")["Metadata"]["x"], "z");
  EXPECT_EQ(refusal("s3", "CopyObject",
                    {{"Bucket", "logs-bucket"}, {"Key", "copy"}, {"CopySource", "logs-bucket/copy"}}),
            "InvalidRequest");
  EXPECT_EQ(refusal("s3", "CopyObject",
                    {{"Bucket", "logs-bucket"}, {"Key", "c"}, {"CopySource", "logs-bucket/none"}}),
            "NoSuchKey");
  EXPECT_EQ(files(), 2u);
}

TEST_F(Buckets, PutPartsTogether) {
  const Json target = {{"Bucket", "logs-bucket"}, {"Key", "big"}};
  const auto with = [&](Json more) {
    Json input = target;
    input.update(more);
    return input;
  };
  const Json id = call("s3", "CreateMultipartUpload", with({{"ContentType", "text/x"}}))["UploadId"];
  const std::string large(5 * 1024 * 1024, 'x');
  const Json first =
      call("s3", "UploadPart", with({{"UploadId", id}, {"PartNumber", 1}, {"Body", large}}))["ETag"];
  const Json second =
      call("s3", "UploadPart", with({{"UploadId", id}, {"PartNumber", 2}, {"Body", "end"}}))["ETag"];
  restart();
  EXPECT_EQ(call("s3", "ListParts", with({{"UploadId", id}}))["Parts"].size(), 2u);
  const auto parts = [&](Json list) {
    return with({{"UploadId", id}, {"MultipartUpload", {{"Parts", list}}}});
  };
  EXPECT_EQ(refusal("s3", "CompleteMultipartUpload",
                    parts({{{"PartNumber", 2}, {"ETag", second}}, {{"PartNumber", 1}, {"ETag", first}}})),
            "EntityTooSmall");
  EXPECT_EQ(refusal("s3", "CompleteMultipartUpload", parts({{{"PartNumber", 1}, {"ETag", second}}})),
            "InvalidPart");
  const Json done =
      call("s3", "CompleteMultipartUpload",
           parts({{{"PartNumber", 1}, {"ETag", first}}, {{"PartNumber", 2}, {"ETag", second}}}));
  EXPECT_EQ(done["ETag"], "\"" + hex_encode(md5(md5(large) + md5("end"))) + "-2\"");
  EXPECT_EQ(get("big")["Body"].get<std::string>(), large + "end");
  EXPECT_EQ(get("big")["ContentType"], "text/x");
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(refusal("s3", "ListParts", with({{"UploadId", id}})), "NoSuchUpload");
}

TEST_F(Buckets, ForgetAnAbortedUpload) {
  const Json id = call("s3", "CreateMultipartUpload", {{"Bucket", "logs-bucket"}, {"Key", "k"}})["UploadId"];
  call("s3", "UploadPart",
       {{"Bucket", "logs-bucket"}, {"Key", "k"}, {"UploadId", id}, {"PartNumber", 1}, {"Body", "x"}});
  EXPECT_EQ(call("s3", "ListMultipartUploads", {{"Bucket", "logs-bucket"}})["Uploads"].size(), 1u);
  call("s3", "AbortMultipartUpload", {{"Bucket", "logs-bucket"}, {"Key", "k"}, {"UploadId", id}});
  EXPECT_EQ(files(), 0u);
  EXPECT_FALSE(call("s3", "ListMultipartUploads", {{"Bucket", "logs-bucket"}}).contains("Uploads"));
}

TEST_F(Buckets, AreNamedAndPlacedByTheRules) {
  EXPECT_EQ(refusal("s3", "CreateBucket", {{"Bucket", "Bad_Name"}}, "us-east-1"), "InvalidBucketName");
  EXPECT_EQ(refusal("s3", "CreateBucket", {{"Bucket", "127.0.0.1"}}, "us-east-1"), "InvalidBucketName");
  EXPECT_EQ(refusal("s3", "CreateBucket", {{"Bucket", "other-bucket"}}),
            "IllegalLocationConstraintException");
  EXPECT_EQ(refusal("s3", "CreateBucket",
                    {{"Bucket", "logs-bucket"},
                     {"CreateBucketConfiguration", {{"LocationConstraint", "us-west-2"}}}}),
            "BucketAlreadyOwnedByYou");
  EXPECT_EQ(call("s3", "GetBucketLocation", {{"Bucket", "logs-bucket"}})["LocationConstraint"], "us-west-2");
  call("s3", "CreateBucket", {{"Bucket", "east-bucket"}}, "us-east-1");
  EXPECT_EQ(call("s3", "GetBucketLocation", {{"Bucket", "east-bucket"}}), Json::object());
  EXPECT_EQ(call("s3", "ListBuckets")["Buckets"].size(), 2u);
}

TEST_F(Buckets, AreDeletedWhenTheyAreEmpty) {
  put("a", "1");
  EXPECT_EQ(refusal("s3", "DeleteBucket", {{"Bucket", "logs-bucket"}}), "BucketNotEmpty");
  const Json answer =
      call("s3", "DeleteObjects",
           {{"Bucket", "logs-bucket"}, {"Delete", {{"Objects", {{{"Key", "a"}}, {{"Key", "b"}}}}}}});
  EXPECT_EQ(answer["Deleted"].size(), 2u);
  call("s3", "DeleteBucket", {{"Bucket", "logs-bucket"}});
  EXPECT_EQ(refusal("s3", "ListObjectsV2", {{"Bucket", "logs-bucket"}}), "NoSuchBucket");
}

TEST_F(Buckets, TagThemselvesAndTheirObjects) {
  EXPECT_EQ(refusal("s3", "GetBucketTagging", {{"Bucket", "logs-bucket"}}), "NoSuchTagSet");
  const Json tagging = {{"TagSet", {{{"Key", "env"}, {"Value", "dev"}}}}};
  call("s3", "PutBucketTagging", {{"Bucket", "logs-bucket"}, {"Tagging", tagging}});
  EXPECT_EQ(call("s3", "GetBucketTagging", {{"Bucket", "logs-bucket"}})["TagSet"], tagging["TagSet"]);
  put("a", "1", {{"Tagging", "a=1&b=x%20y"}});
  EXPECT_EQ(call("s3", "GetObjectTagging", {{"Bucket", "logs-bucket"}, {"Key", "a"}})["TagSet"][1]["Value"],
            "x y");
  call("s3", "DeleteObjectTagging", {{"Bucket", "logs-bucket"}, {"Key", "a"}});
  EXPECT_FALSE(get("a").contains("TagCount"));
}

TEST_F(Buckets, RefuseToClaimVersions) {
  EXPECT_EQ(call("s3", "GetBucketVersioning", {{"Bucket", "logs-bucket"}}), Json::object());
  EXPECT_EQ(refusal("s3", "PutBucketVersioning",
                    {{"Bucket", "logs-bucket"}, {"VersioningConfiguration", {{"Status", "Enabled"}}}}),
            "MethodNotAllowed");
}

}  // namespace
}  // namespace aurora::local
