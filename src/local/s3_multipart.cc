// Multipart uploads to S3.
#include <fmt/format.h>

#include "base/digest.h"
#include "base/ids.h"
#include "base/text.h"
#include "local/s3.h"
#include "local/s3_checksum.h"

namespace aurora::local {
namespace {

constexpr std::int64_t kPartBytesMin = 5 * 1024 * 1024;
constexpr std::int64_t kPartsMax = 10000;

std::string checked_part_etag(std::string etag) {
  return etag.starts_with('"') ? etag : fmt::format("\"{}\"", etag);
}

std::int64_t checked_part_number(const Call& call) {
  const std::int64_t number = int_or(call.input, "PartNumber", 0);
  if (number < 1 || number > kPartsMax)
    throw aws::ServiceError("InvalidArgument",
                            "Part number must be an integer between 1 and 10000, inclusive");
  return number;
}

}  // namespace

Json S3::create_multipart_upload(const Call& call) {
  const std::string bucket = required(call, "Bucket");
  const std::string key = required(call, "Key");
  const std::lock_guard lock(mutex_);
  find_bucket(call);
  // What the object will be is said now: its headers, metadata and tags.
  Json details = Json::object();
  for (const char* member : {"ContentType", "CacheControl", "ContentDisposition", "ContentEncoding",
                             "ContentLanguage", "Expires", "Metadata", "Tagging"})
    if (call.input.contains(member)) details[member] = call.input.at(member);
  const std::string id = random_hex(64);
  SQLite::Statement insert(database_, "INSERT INTO upload VALUES(?, ?, ?, ?, ?)");
  insert.bind(1, id);
  insert.bind(2, bucket);
  insert.bind(3, key);
  insert.bind(4, now_text());
  insert.bind(5, dump_json(details));
  insert.exec();
  return {{"Bucket", bucket}, {"Key", key}, {"UploadId", id}, {"ServerSideEncryption", "AES256"}};
}

Json S3::find_upload(const Call& call) {
  find_bucket(call);
  SQLite::Statement query(database_, "SELECT details FROM upload WHERE id = ? AND bucket = ? AND key = ?");
  query.bind(1, required(call, "UploadId"));
  query.bind(2, text_or(call, "Bucket"));
  query.bind(3, text_or(call, "Key"));
  if (!query.executeStep())
    throw aws::ServiceError(
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have "
        "been aborted or completed.",
        404);
  return parse_json(query.getColumn(0).getString(), "an upload");
}

std::vector<S3::Part> S3::parts_of(const std::string& upload) {
  SQLite::Statement query(
      database_, "SELECT number, size, etag, file, modified FROM part WHERE upload = ? ORDER BY number");
  query.bind(1, upload);
  std::vector<Part> parts;
  while (query.executeStep())
    parts.push_back({query.getColumn(0).getInt64(), query.getColumn(1).getInt64(),
                     query.getColumn(2).getString(), query.getColumn(3).getString(),
                     query.getColumn(4).getString()});
  return parts;
}

void S3::store_part(const std::string& upload, const Part& part) {
  std::vector<std::string> replaced;
  for (const Part& known : parts_of(upload))
    if (known.number == part.number) replaced.push_back(known.file);
  WriteTransaction transaction(database_);
  SQLite::Statement insert(database_, "INSERT OR REPLACE INTO part VALUES(?, ?, ?, ?, ?, ?)");
  insert.bind(1, upload);
  insert.bind(2, part.number);
  insert.bind(3, part.size);
  insert.bind(4, part.etag);
  insert.bind(5, part.file);
  insert.bind(6, part.modified);
  insert.exec();
  commit_and_remove(transaction, replaced);
}

Json S3::upload_part(const Call& call) {
  const std::string body = text_or(call, "Body");
  Json answer = checked_checksums(call.input, body);
  Part part{checked_part_number(call), static_cast<std::int64_t>(body.size()),
            fmt::format("\"{}\"", hex_encode(md5(body))), "", now_text()};
  {
    const std::lock_guard lock(mutex_);
    find_upload(call);
  }
  part.file = files_.write(body);
  const std::lock_guard lock(mutex_);
  try {
    find_upload(call);
    store_part(text_or(call, "UploadId"), part);
  } catch (const std::exception&) {
    files_.remove(part.file);
    throw;
  }
  answer["ETag"] = part.etag;
  return answer;
}

Json S3::upload_part_copy(const Call& call) {
  const std::lock_guard lock(mutex_);
  find_upload(call);
  const Object source = find_source(call);
  const auto range = parse_byte_range(text_or(call, "CopySourceRange"), source.size);
  const ByteRange copied = range.value_or(ByteRange{0, source.size});
  const auto body = files_.read(source.file, static_cast<std::uint64_t>(copied.first),
                                static_cast<std::uint64_t>(copied.length));
  AURORA_INVARIANT(body.has_value());
  const Part part{checked_part_number(call), copied.length, fmt::format("\"{}\"", hex_encode(md5(*body))),
                  files_.write(*body), now_text()};
  store_part(text_or(call, "UploadId"), part);
  return {{"CopyPartResult", {{"ETag", part.etag}, {"LastModified", part.modified}}}};
}

void S3::forget_upload(const std::string& upload) {
  SQLite::Statement remove(database_, "DELETE FROM upload WHERE id = ?");
  remove.bind(1, upload);
  remove.exec();
}

std::string S3::combined_etag(const std::vector<Part>& parts) {
  std::string digests;
  for (const Part& part : parts)
    for (std::size_t i = 1; i + 2 < part.etag.size(); i += 2)
      digests.push_back(static_cast<char>(std::stoi(part.etag.substr(i, 2), nullptr, 16)));
  return fmt::format("\"{}-{}\"", hex_encode(md5(digests)), parts.size());
}

std::vector<S3::Part> S3::chosen_parts(const Json& wanted, const std::vector<Part>& known) {
  if (wanted.empty())
    throw aws::ServiceError(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema");
  std::vector<Part> chosen;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::int64_t number = int_or(wanted[i], "PartNumber", 0);
    const auto part =
        std::find_if(known.begin(), known.end(), [&](const Part& one) { return one.number == number; });
    if (part == known.end() || part->etag != checked_part_etag(string_or(wanted[i], "ETag", "")))
      throw aws::ServiceError(
          "InvalidPart",
          "One or more of the specified parts could not be found. The part may not have been "
          "uploaded, or the specified entity tag may not match the part's entity tag.");
    if (!chosen.empty() && number <= chosen.back().number)
      throw aws::ServiceError(
          "InvalidPartOrder",
          "The list of parts was not in ascending order. Parts must be ordered by part number.");
    if (part->size < kPartBytesMin && i + 1 < wanted.size())
      throw aws::ServiceError("EntityTooSmall",
                              "Your proposed upload is smaller than the minimum allowed size");
    chosen.push_back(*part);
  }
  return chosen;
}

Json S3::complete_multipart_upload(const Call& call) {
  const std::lock_guard lock(mutex_);
  const Json described = find_upload(call);
  const std::string bucket = text_or(call, "Bucket");
  const std::string upload = text_or(call, "UploadId");
  const std::vector<Part> known = parts_of(upload);
  const auto chosen =
      chosen_parts(member_or_null(member_or_null(call.input, "MultipartUpload"), "Parts"), known);
  Object object{.key = text_or(call, "Key"),
                .etag = combined_etag(chosen),
                .modified = now_text(),
                .file = {},
                .details = s3_object_details(described)};
  std::vector<std::string> files;
  for (const Part& part : chosen) {
    object.size += part.size;
    files.push_back(part.file);
  }
  object.file = files_.concatenate(files);
  std::vector<std::string> unneeded;
  for (const Part& part : known) unneeded.push_back(part.file);
  WriteTransaction transaction(database_);
  unneeded.push_back(replace(bucket, object));
  forget_upload(upload);
  commit_and_remove(transaction, unneeded);
  return {{"Location", fmt::format("/{}/{}", bucket, object.key)},
          {"Bucket", bucket},
          {"Key", object.key},
          {"ETag", object.etag},
          {"ServerSideEncryption", "AES256"}};
}

Json S3::abort_multipart_upload(const Call& call) {
  const std::lock_guard lock(mutex_);
  find_upload(call);
  std::vector<std::string> files;
  for (const Part& part : parts_of(text_or(call, "UploadId"))) files.push_back(part.file);
  WriteTransaction transaction(database_);
  forget_upload(text_or(call, "UploadId"));
  commit_and_remove(transaction, files);
  return Json::object();
}

Json S3::list_parts(const Call& call) {
  const std::lock_guard lock(mutex_);
  find_upload(call);
  const std::int64_t after = int_or(call.input, "PartNumberMarker", 0);
  const auto limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(int_or(call.input, "MaxParts", 1000), 1, 1000));
  Json answer = {{"Bucket", text_or(call, "Bucket")},
                 {"Key", text_or(call, "Key")},
                 {"UploadId", text_or(call, "UploadId")},
                 {"PartNumberMarker", after},
                 {"MaxParts", limit},
                 {"IsTruncated", false},
                 {"StorageClass", "STANDARD"}};
  for (const Part& part : parts_of(text_or(call, "UploadId"))) {
    if (part.number <= after) continue;
    if (answer.contains("Parts") && answer["Parts"].size() == limit) {
      answer["IsTruncated"] = true;
      break;
    }
    answer["NextPartNumberMarker"] = part.number;
    answer["Parts"].push_back({{"PartNumber", part.number},
                               {"LastModified", part.modified},
                               {"ETag", part.etag},
                               {"Size", part.size}});
  }
  return answer;
}

Json S3::list_multipart_uploads(const Call& call) {
  const std::lock_guard lock(mutex_);
  find_bucket(call);
  const auto limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(int_or(call.input, "MaxUploads", 1000), 1, 1000));
  SQLite::Statement query(database_,
                          "SELECT id, key, initiated FROM upload WHERE bucket = ?1 AND (key, id) > (?2, ?3) "
                          "AND substr(key, 1, length(?4)) = ?4 ORDER BY key, id");
  query.bind(1, text_or(call, "Bucket"));
  query.bind(2, text_or(call, "KeyMarker"));
  query.bind(3, text_or(call, "UploadIdMarker"));
  query.bind(4, text_or(call, "Prefix"));
  Json answer = {{"Bucket", text_or(call, "Bucket")}, {"MaxUploads", limit}, {"IsTruncated", false}};
  while (query.executeStep()) {
    if (answer.contains("Uploads") && answer["Uploads"].size() == limit) {
      answer["IsTruncated"] = true;
      answer["NextKeyMarker"] = answer["Uploads"].back()["Key"];
      answer["NextUploadIdMarker"] = answer["Uploads"].back()["UploadId"];
      break;
    }
    answer["Uploads"].push_back({{"UploadId", query.getColumn(0).getString()},
                                 {"Key", query.getColumn(1).getString()},
                                 {"Initiated", query.getColumn(2).getString()},
                                 {"StorageClass", "STANDARD"}});
  }
  return answer;
}

}  // namespace aurora::local
