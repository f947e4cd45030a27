// The objects of S3.
#include <fmt/format.h>

#include "base/dates.h"
#include "base/digest.h"
#include "base/text.h"
#include "local/s3.h"
#include "local/s3_checksum.h"

namespace aurora::local {
namespace {

constexpr std::size_t kKeyBytesMax = 1024;
constexpr std::size_t kTagsMax = 10;
// What a caller says about an object when it writes it, and hears when it reads it.
constexpr const char* kHeaders[] = {"ContentType",     "CacheControl",    "ContentDisposition",
                                    "ContentEncoding", "ContentLanguage", "Expires"};

aws::ServiceError no_such_key(const std::string& key) {
  return aws::ServiceError({.code = "NoSuchKey",
                            .message = "The specified key does not exist.",
                            .status = 404,
                            .service = {},
                            .operation = {},
                            .request_id = {},
                            .members = {{"Key", key}}});
}

aws::ServiceError precondition_failed() {
  return {"PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412};
}

std::string quoted_etag(std::string_view bytes) {
  return fmt::format("\"{}\"", hex_encode(md5(bytes)));
}

bool same_etag(std::string given, const std::string& etag) {
  if (given == "*") return true;
  if (!given.starts_with('"')) given = fmt::format("\"{}\"", given);
  return given == etag;
}

// "key=value&key2=value2", as in the header x-amz-tagging.
Json tags_of_header(const std::string& header) {
  Json tags = Json::object();
  for (const auto& [key, value] : http::parse_query(header)) tags[key] = value;
  return tags;
}

void check_tags(const Json& tags) {
  if (tags.size() > kTagsMax)
    throw aws::ServiceError("BadRequest", fmt::format("Object tags cannot be greater than {}", kTagsMax));
}

// The conditions of a read (RFC 9110, section 13.2.2). Times count in whole seconds, as headers have them.
void check_read_conditions(const Call& call, const std::string& etag, const std::string& modified) {
  const auto seconds = [](const std::string& text) {
    return std::chrono::floor<std::chrono::seconds>(parse_iso(text).value_or(TimePoint()));
  };
  const std::string match = text_or(call, "IfMatch");
  const std::string unmodified = text_or(call, "IfUnmodifiedSince");
  if (!match.empty() ? !same_etag(match, etag)
                     : !unmodified.empty() && seconds(modified) > seconds(unmodified))
    throw precondition_failed();
  const std::string none = text_or(call, "IfNoneMatch");
  const std::string since = text_or(call, "IfModifiedSince");
  if (!none.empty() ? same_etag(none, etag) : !since.empty() && seconds(modified) <= seconds(since))
    throw aws::ServiceError("NotModified", "Not Modified", 304);
}

}  // namespace

Json s3_object_details(const Json& input) {
  Json details = {{"headers", Json::object()}, {"metadata", Json::object()}};
  for (const char* header : kHeaders)
    if (input.contains(header)) details["headers"][header] = input.at(header);
  if (!details["headers"].contains("ContentType")) details["headers"]["ContentType"] = "binary/octet-stream";
  // "aws-chunked" is how the bytes travelled, not what they are.
  if (string_or(details["headers"], "ContentEncoding", "").starts_with("aws-chunked"))
    details["headers"].erase("ContentEncoding");
  const Json& metadata = member_or_null(input, "Metadata");
  for (const auto& [name, value] : metadata.items()) details["metadata"][to_lower(name)] = value;
  details["tags"] = tags_of_header(string_or(input, "Tagging", ""));
  check_tags(details["tags"]);
  return details;
}

std::optional<ByteRange> parse_byte_range(const std::string& header, std::int64_t size) {
  if (!header.starts_with("bytes=") || header.find(',') != std::string::npos) return std::nullopt;
  const auto parts = split(std::string_view(header).substr(6), '-');
  if (parts.size() != 2 || parts[0].size() + parts[1].size() == 0) return std::nullopt;
  for (const std::string& part : parts)
    if (part.find_first_not_of("0123456789") != std::string::npos || part.size() > 18) return std::nullopt;
  const auto number = [](const std::string& text) -> std::int64_t { return std::stoll(text); };
  ByteRange range;
  if (parts[0].empty()) {
    range.length = std::min(number(parts[1]), size);
    range.first = size - range.length;
  } else {
    range.first = number(parts[0]);
    const std::int64_t last = parts[1].empty() ? size - 1 : std::min(number(parts[1]), size - 1);
    if (!parts[1].empty() && number(parts[1]) < range.first) return std::nullopt;
    range.length = last - range.first + 1;
  }
  if (range.length <= 0)
    throw aws::ServiceError("InvalidRange", "The requested range is not satisfiable", 416);
  return range;
}

std::optional<S3::Object> S3::load(const std::string& bucket, const std::string& key) {
  SQLite::Statement query(
      database_, "SELECT size, etag, modified, file, details FROM object WHERE bucket = ? AND key = ?");
  query.bind(1, bucket);
  query.bind(2, key);
  if (!query.executeStep()) return std::nullopt;
  return Object{key,
                query.getColumn(0).getInt64(),
                query.getColumn(1).getString(),
                query.getColumn(2).getString(),
                query.getColumn(3).getString(),
                parse_json(query.getColumn(4).getString(), "an object's details")};
}

S3::Object S3::find(const Call& call) {
  find_bucket(call);
  const std::string key = required(call, "Key");
  if (auto object = load(text_or(call, "Bucket"), key)) return *object;
  throw no_such_key(key);
}

std::string S3::replace(const std::string& bucket, const Object& object) {
  const auto before = load(bucket, object.key);
  SQLite::Statement insert(database_, "INSERT OR REPLACE INTO object VALUES(?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, bucket);
  insert.bind(2, object.key);
  insert.bind(3, object.size);
  insert.bind(4, object.etag);
  insert.bind(5, object.modified);
  insert.bind(6, object.file);
  insert.bind(7, dump_json(object.details));
  insert.exec();
  return before && before->file != object.file ? before->file : "";
}

std::string S3::erase(const std::string& bucket, const std::string& key) {
  const auto before = load(bucket, key);
  if (!before) return {};
  SQLite::Statement remove(database_, "DELETE FROM object WHERE bucket = ? AND key = ?");
  remove.bind(1, bucket);
  remove.bind(2, key);
  remove.exec();
  return before->file;
}

Json S3::put_object(const Call& call) {
  const std::string bucket = required(call, "Bucket");
  const std::string key = required(call, "Key");
  if (key.size() > kKeyBytesMax) throw aws::ServiceError("KeyTooLongError", "Your key is too long");
  const std::string body = text_or(call, "Body");
  Json checksums = checked_checksums(call.input, body);
  Object object{key, static_cast<std::int64_t>(body.size()), quoted_etag(body), now_text(),
                "",  s3_object_details(call.input)};
  object.details["checksums"] = checksums;
  {
    const std::lock_guard lock(mutex_);
    find_bucket(call);
  }
  object.file = files_.write(body);
  const std::lock_guard lock(mutex_);
  try {
    find_bucket(call);
    const auto known = load(bucket, key);
    if (!text_or(call, "IfNoneMatch").empty() && known) throw precondition_failed();
    const std::string match = text_or(call, "IfMatch");
    if (!match.empty() && !known) throw no_such_key(key);
    if (!match.empty() && !same_etag(match, known->etag)) throw precondition_failed();
    WriteTransaction transaction(database_);
    const std::string before = replace(bucket, object);
    commit_and_remove(transaction, {before});
  } catch (const std::exception&) {
    files_.remove(object.file);
    throw;
  }
  Json answer = {{"ETag", object.etag}, {"ServerSideEncryption", "AES256"}};
  answer.update(checksums);
  if (!checksums.empty()) answer["ChecksumType"] = "FULL_OBJECT";
  return answer;
}

Json S3::shown(const Call& call, const Object& object) const {
  Json answer = {{"AcceptRanges", "bytes"},
                 {"LastModified", object.modified},
                 {"ContentLength", object.size},
                 {"ETag", object.etag},
                 {"ServerSideEncryption", "AES256"}};
  answer.update(object.details.at("headers"));
  if (const Json& metadata = object.details.at("metadata"); !metadata.empty()) answer["Metadata"] = metadata;
  if (const Json& tags = object.details.at("tags"); !tags.empty()) answer["TagCount"] = tags.size();
  static constexpr std::pair<const char*, const char*> kOverrides[] = {
      {"ResponseContentType", "ContentType"},         {"ResponseCacheControl", "CacheControl"},
      {"ResponseContentLanguage", "ContentLanguage"}, {"ResponseContentDisposition", "ContentDisposition"},
      {"ResponseContentEncoding", "ContentEncoding"}, {"ResponseExpires", "Expires"}};
  for (const auto& [asked, header] : kOverrides)
    if (call.input.contains(asked)) answer[header] = call.input.at(asked);
  if (text_or(call, "ChecksumMode") == "ENABLED" && !call.input.contains("Range")) {
    const Json& checksums = member_or_null(object.details, "checksums");
    answer.update(checksums.is_null() ? Json::object() : checksums);
    if (!checksums.empty()) answer["ChecksumType"] = "FULL_OBJECT";
  }
  return answer;
}

Json S3::head_object(const Call& call) {
  const std::lock_guard lock(mutex_);
  const Object object = find(call);
  check_read_conditions(call, object.etag, object.modified);
  return shown(call, object);
}

Json S3::get_object(const Call& call) {
  // The file can be replaced between the look at its row and the reading: then the new row is looked at.
  constexpr int kAttemptsMax = 10;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    Object object;
    {
      const std::lock_guard lock(mutex_);
      object = find(call);
    }
    check_read_conditions(call, object.etag, object.modified);
    const auto range = parse_byte_range(text_or(call, "Range"), object.size);
    const ByteRange read = range.value_or(ByteRange{0, object.size});
    auto body = files_.read(object.file, static_cast<std::uint64_t>(read.first),
                            static_cast<std::uint64_t>(read.length));
    if (!body) continue;
    Json answer = shown(call, object);
    answer["ContentLength"] = read.length;
    if (range)
      answer["ContentRange"] =
          fmt::format("bytes {}-{}/{}", read.first, read.first + read.length - 1, object.size);
    answer["Body"] = std::move(*body);
    return answer;
  }
  throw aws::ServiceError("SlowDown", "Please reduce your request rate.", 503);
}

S3::Object S3::find_source(const Call& call) {
  std::string source = uri_decode(required(call, "CopySource"));
  if (source.starts_with("/")) source.erase(0, 1);
  source = source.substr(0, source.find("?versionId="));
  const auto slash = source.find('/');
  if (slash == std::string::npos || slash + 1 == source.size())
    throw aws::ServiceError("InvalidArgument",
                            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
  Call of_source = call;
  of_source.input = {{"Bucket", source.substr(0, slash)}, {"Key", source.substr(slash + 1)}};
  Object object = find(of_source);
  Call conditions;
  for (const char* name : {"IfMatch", "IfNoneMatch", "IfModifiedSince", "IfUnmodifiedSince"})
    if (const std::string given = text_or(call, std::string("CopySource") + name); !given.empty())
      conditions.input[name] = given;
  try {
    check_read_conditions(conditions, object.etag, object.modified);
  } catch (const aws::ServiceError&) {
    throw precondition_failed();
  }
  return object;
}

Json S3::copy_object(const Call& call) {
  const std::string bucket = required(call, "Bucket");
  const std::string key = required(call, "Key");
  const bool replaces_details = text_or(call, "MetadataDirective", "COPY") == "REPLACE";
  const std::lock_guard lock(mutex_);
  find_bucket(call);
  Object object = find_source(call);
  const auto known = load(bucket, key);
  if (known && known->file == object.file && !replaces_details)
    throw aws::ServiceError(
        "InvalidRequest",
        "This copy request is illegal because it is trying to copy an object to itself without "
        "changing the object's metadata, storage class, website redirect location or encryption "
        "attributes.");
  Json details = s3_object_details(call.input);
  if (!replaces_details) {
    details["headers"] = object.details.at("headers");
    details["metadata"] = object.details.at("metadata");
  }
  if (text_or(call, "TaggingDirective", "COPY") == "COPY") details["tags"] = object.details.at("tags");
  details["checksums"] = member_or_null(object.details, "checksums");
  object.file = files_.concatenate({object.file});
  object.key = key;
  object.modified = now_text();
  object.details = std::move(details);
  WriteTransaction transaction(database_);
  const std::string before = replace(bucket, object);
  commit_and_remove(transaction, {before});
  return {{"CopyObjectResult", {{"ETag", object.etag}, {"LastModified", object.modified}}},
          {"ServerSideEncryption", "AES256"}};
}

// Deleting what is not there succeeds.
Json S3::delete_object(const Call& call) {
  const std::lock_guard lock(mutex_);
  find_bucket(call);
  WriteTransaction transaction(database_);
  const std::string file = erase(text_or(call, "Bucket"), required(call, "Key"));
  commit_and_remove(transaction, {file});
  return Json::object();
}

Json S3::delete_objects(const Call& call) {
  const Json& request = member_or_null(call.input, "Delete");
  const Json& objects = member_or_null(request, "Objects");
  if (objects.empty() || objects.size() > 1000)
    throw aws::ServiceError("MalformedXML",
                            "The XML you provided was not well-formed or did not validate against our "
                            "published schema");
  const std::lock_guard lock(mutex_);
  find_bucket(call);
  Json answer = {{"Deleted", Json::array()}};
  std::vector<std::string> files;
  WriteTransaction transaction(database_);
  for (const Json& object : objects) {
    const std::string key = string_or(object, "Key", "");
    files.push_back(erase(text_or(call, "Bucket"), key));
    if (!bool_or(request, "Quiet", false)) answer["Deleted"].push_back({{"Key", key}});
  }
  commit_and_remove(transaction, files);
  return answer;
}

Json S3::put_object_tagging(const Call& call) {
  const std::lock_guard lock(mutex_);
  Object object = find(call);
  Json tags = Json::object();
  add_tags(tags, member_or_null(member_or_null(call.input, "Tagging"), "TagSet"));
  check_tags(tags);
  object.details["tags"] = std::move(tags);
  replace(text_or(call, "Bucket"), object);
  return Json::object();
}

Json S3::get_object_tagging(const Call& call) {
  const std::lock_guard lock(mutex_);
  return {{"TagSet", tag_list(find(call).details.at("tags"))}};
}

Json S3::delete_object_tagging(const Call& call) {
  const std::lock_guard lock(mutex_);
  Object object = find(call);
  object.details["tags"] = Json::object();
  replace(text_or(call, "Bucket"), object);
  return Json::object();
}

}  // namespace aurora::local
