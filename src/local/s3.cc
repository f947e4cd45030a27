#include "local/s3.h"

#include <fmt/format.h>

#include <regex>
#include <set>

#include "base/dates.h"

namespace aurora::local {
namespace {

constexpr char kEverywhere[] = "";  // bucket names are global
constexpr char kObjects[] =
    "CREATE TABLE object(bucket TEXT NOT NULL, key TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,"
    "modified TEXT NOT NULL, file TEXT NOT NULL, details TEXT NOT NULL, PRIMARY KEY(bucket, key)) WITHOUT "
    "ROWID;"
    "CREATE TABLE upload(id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, initiated TEXT NOT "
    "NULL,"
    "details TEXT NOT NULL);"
    "CREATE TABLE part(upload TEXT NOT NULL REFERENCES upload(id) ON DELETE CASCADE, number INTEGER NOT NULL,"
    "size INTEGER NOT NULL, etag TEXT NOT NULL, file TEXT NOT NULL, modified TEXT NOT NULL,"
    "PRIMARY KEY(upload, number)) WITHOUT ROWID";

void check_bucket_name(const std::string& name) {
  static const std::regex kName("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  static const std::regex kAddress("[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+");
  if (!std::regex_match(name, kName) || std::regex_match(name, kAddress) ||
      name.find("..") != std::string::npos)
    throw aws::ServiceError("InvalidBucketName", "The specified bucket is not valid.");
}

// The Region of a new bucket: the request's own, said again in the body everywhere but in us-east-1.
std::string checked_location(const Call& call) {
  const std::string given =
      string_or(member_or_null(call.input, "CreateBucketConfiguration"), "LocationConstraint", "");
  if (given.empty() && call.region == "us-east-1") return call.region;
  if (given == "us-east-1")
    throw aws::ServiceError("InvalidLocationConstraint", "The specified location-constraint is not valid");
  if (given != call.region)
    throw aws::ServiceError(
        "IllegalLocationConstraintException",
        fmt::format("The {} location constraint is incompatible for the region specific endpoint "
                    "this request was sent to.",
                    given.empty() ? "unspecified" : given));
  return given;
}

}  // namespace

S3::S3(const std::filesystem::path& directory, Clock& clock)
    : clock_(clock),
      files_(directory / "s3"),
      database_(open_store(directory, "s3", {Documents::schema("buckets"), kObjects})),
      buckets_(database_, "buckets") {}

void S3::start() {
  const std::lock_guard lock(mutex_);
  std::set<std::string> named;
  SQLite::Statement query(database_, "SELECT file FROM object UNION ALL SELECT file FROM part");
  while (query.executeStep()) named.insert(query.getColumn(0).getString());
  for (const std::string& file : files_.list())
    if (!named.contains(file)) files_.remove(file);
}

Json S3::handle(const Call& call) {
  static const Handlers<S3> kHandlers = {
      {"CreateBucket", &S3::create_bucket},
      {"DeleteBucket", &S3::delete_bucket},
      {"HeadBucket", &S3::head_bucket},
      {"ListBuckets", &S3::list_buckets},
      {"GetBucketLocation", &S3::get_bucket_location},
      {"GetBucketVersioning", &S3::get_bucket_versioning},
      {"PutBucketTagging", &S3::put_bucket_tagging},
      {"GetBucketTagging", &S3::get_bucket_tagging},
      {"DeleteBucketTagging", &S3::delete_bucket_tagging},
      {"PutObject", &S3::put_object},
      {"GetObject", &S3::get_object},
      {"HeadObject", &S3::head_object},
      {"CopyObject", &S3::copy_object},
      {"DeleteObject", &S3::delete_object},
      {"DeleteObjects", &S3::delete_objects},
      {"PutObjectTagging", &S3::put_object_tagging},
      {"GetObjectTagging", &S3::get_object_tagging},
      {"DeleteObjectTagging", &S3::delete_object_tagging},
      {"ListObjects", &S3::list_objects},
      {"ListObjectsV2", &S3::list_objects_v2},
      {"CreateMultipartUpload", &S3::create_multipart_upload},
      {"UploadPart", &S3::upload_part},
      {"UploadPartCopy", &S3::upload_part_copy},
      {"CompleteMultipartUpload", &S3::complete_multipart_upload},
      {"AbortMultipartUpload", &S3::abort_multipart_upload},
      {"ListParts", &S3::list_parts},
      {"ListMultipartUploads", &S3::list_multipart_uploads},
  };
  return dispatch(*this, kHandlers, call);
}

std::string S3::now_text() const {
  return format_iso_millis(clock_.now());
}

Json S3::find_bucket(const Call& call) {
  if (auto bucket = buckets_.get(kEverywhere, text_or(call, "Bucket"))) return *bucket;
  throw aws::ServiceError({.code = "NoSuchBucket",
                           .message = "The specified bucket does not exist",
                           .status = 404,
                           .service = {},
                           .operation = {},
                           .request_id = {},
                           .members = {{"BucketName", text_or(call, "Bucket")}}});
}

void S3::commit_and_remove(WriteTransaction& transaction, const std::vector<std::string>& files) {
  transaction.commit();
  for (const std::string& file : files)
    if (!file.empty()) files_.remove(file);
}

Json S3::create_bucket(const Call& call) {
  const std::string name = required(call, "Bucket");
  check_bucket_name(name);
  const std::string region = checked_location(call);
  const std::lock_guard lock(mutex_);
  const Json answer = {{"Location", "/" + name}};
  if (buckets_.get(kEverywhere, name)) {
    if (call.region == "us-east-1") return answer;  // S3's oldest Region lets this pass
    throw aws::ServiceError(
        "BucketAlreadyOwnedByYou",
        "Your previous request to create the named bucket succeeded and you already own it.", 409);
  }
  buckets_.put(kEverywhere, name, {{"region", region}, {"created", now_text()}});
  return answer;
}

Json S3::delete_bucket(const Call& call) {
  const std::lock_guard lock(mutex_);
  find_bucket(call);
  const std::string name = required(call, "Bucket");
  SQLite::Statement any(database_, "SELECT 1 FROM object WHERE bucket = ? LIMIT 1");
  any.bind(1, name);
  if (any.executeStep())
    throw aws::ServiceError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409);
  std::vector<std::string> files;
  SQLite::Statement parts(database_,
                          "SELECT file FROM part JOIN upload ON upload.id = part.upload WHERE bucket = ?");
  parts.bind(1, name);
  while (parts.executeStep()) files.push_back(parts.getColumn(0).getString());
  WriteTransaction transaction(database_);
  SQLite::Statement uploads(database_, "DELETE FROM upload WHERE bucket = ?");
  uploads.bind(1, name);
  uploads.exec();
  buckets_.erase(kEverywhere, name);
  commit_and_remove(transaction, files);
  return Json::object();
}

Json S3::head_bucket(const Call& call) {
  const std::lock_guard lock(mutex_);
  return {{"BucketRegion", find_bucket(call).at("region")}};
}

Json S3::list_buckets(const Call& call) {
  const std::lock_guard lock(mutex_);
  auto found = buckets_.list(kEverywhere, text_or(call, "Prefix"));
  const std::string region = text_or(call, "BucketRegion");
  std::erase_if(found,
                [&](const auto& entry) { return !region.empty() && entry.document.at("region") != region; });
  const auto [page, next] =
      take_page(call, {"MaxBuckets", "ContinuationToken", 10000, 10000}, std::move(found),
                [](const Documents::Entry& entry) { return entry.name; });
  Json answer = {{"Buckets", Json::array()}, {"Owner", {{"DisplayName", "local"}, {"ID", kAccountId}}}};
  for (const auto& entry : page)
    answer["Buckets"].push_back({{"Name", entry.name},
                                 {"CreationDate", entry.document.at("created")},
                                 {"BucketRegion", entry.document.at("region")}});
  if (!next.empty()) answer["ContinuationToken"] = next;
  return answer;
}

// us-east-1 is told by saying nothing.
Json S3::get_bucket_location(const Call& call) {
  const std::lock_guard lock(mutex_);
  const std::string region = find_bucket(call).at("region").get<std::string>();
  return region == "us-east-1" ? Json::object() : Json{{"LocationConstraint", region}};
}

// Without a status: versioning was never on.
Json S3::get_bucket_versioning(const Call& call) {
  const std::lock_guard lock(mutex_);
  find_bucket(call);
  return Json::object();
}

Json S3::put_bucket_tagging(const Call& call) {
  const std::lock_guard lock(mutex_);
  Json bucket = find_bucket(call);
  bucket["tags"] = Json::object();
  add_tags(bucket["tags"], member_or_null(member_or_null(call.input, "Tagging"), "TagSet"));
  buckets_.put(kEverywhere, required(call, "Bucket"), bucket);
  return Json::object();
}

Json S3::get_bucket_tagging(const Call& call) {
  const std::lock_guard lock(mutex_);
  const Json bucket = find_bucket(call);
  if (member_or_null(bucket, "tags").empty())
    throw aws::ServiceError("NoSuchTagSet", "The TagSet does not exist", 404);
  return {{"TagSet", tag_list(bucket.at("tags"))}};
}

Json S3::delete_bucket_tagging(const Call& call) {
  const std::lock_guard lock(mutex_);
  Json bucket = find_bucket(call);
  bucket.erase("tags");
  buckets_.put(kEverywhere, required(call, "Bucket"), bucket);
  return Json::object();
}

}  // namespace aurora::local
