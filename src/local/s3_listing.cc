// Lists of S3's keys, by prefix and delimiter.
#include <fmt/format.h>

#include "base/text.h"
#include "local/s3.h"

namespace aurora::local {

struct S3::Listing {
  std::vector<Json> contents;
  std::vector<std::string> common_prefixes;
  std::string last;  // the last key or common prefix that was given out
  bool is_truncated = false;
};

// Keys in the order of their bytes, those behind `after` only. Keys that go on behind the delimiter stand
// together as one common prefix.
S3::Listing S3::listing(const Call& call, const std::string& after) {
  find_bucket(call);
  const std::string prefix = text_or(call, "Prefix");
  const std::string delimiter = text_or(call, "Delimiter");
  const std::int64_t limit = std::min<std::int64_t>(1000, int_or(call.input, "MaxKeys", 1000));
  if (limit < 0)
    throw aws::ServiceError("InvalidArgument",
                            "Argument maxKeys must be an integer between 0 and 2147483647");
  SQLite::Statement query(
      database_,
      "SELECT key, size, etag, modified FROM object WHERE bucket = ? AND key > ? AND key >= ? ORDER BY key");
  query.bind(1, text_or(call, "Bucket"));
  query.bind(2, after);
  query.bind(3, prefix);
  Listing result;
  std::int64_t count = 0;
  while (query.executeStep()) {
    const std::string key = query.getColumn(0).getString();
    if (!key.starts_with(prefix)) break;
    const auto end = delimiter.empty() ? std::string::npos : key.find(delimiter, prefix.size());
    const std::string item = end == std::string::npos ? key : key.substr(0, end + delimiter.size());
    // The rest of a common prefix that this page or the one before has given out.
    if (item != key && (item <= after || item == result.last)) continue;
    if (count == limit) {
      result.is_truncated = limit > 0;
      break;
    }
    ++count;
    result.last = item;
    if (item != key) {
      result.common_prefixes.push_back(item);
      continue;
    }
    result.contents.push_back({{"Key", key},
                               {"LastModified", query.getColumn(3).getString()},
                               {"ETag", query.getColumn(2).getString()},
                               {"Size", query.getColumn(1).getInt64()},
                               {"StorageClass", "STANDARD"}});
  }
  return result;
}

namespace {

// With EncodingType "url", everything that holds keys is percent-encoded, slashes excepted.
std::string encoded(const Call& call, const std::string& text) {
  return text_or(call, "EncodingType") == "url" ? uri_encode(text, true) : text;
}

void echo(const Call& call, Json& answer, const char* member) {
  if (call.input.contains(member)) answer[member] = encoded(call, text_or(call, member));
}

}  // namespace

Json S3::list_objects_v2(const Call& call) {
  const std::lock_guard lock(mutex_);
  const std::string token = decode_token(call, "ContinuationToken");
  Listing found = listing(call, token.empty() ? text_or(call, "StartAfter") : token);
  Json answer = {{"IsTruncated", found.is_truncated},
                 {"Name", text_or(call, "Bucket")},
                 {"Prefix", encoded(call, text_or(call, "Prefix"))},
                 {"MaxKeys", int_or(call.input, "MaxKeys", 1000)},
                 {"KeyCount", found.contents.size() + found.common_prefixes.size()}};
  echo(call, answer, "Delimiter");
  echo(call, answer, "StartAfter");
  if (call.input.contains("EncodingType")) answer["EncodingType"] = "url";
  if (!token.empty()) answer["ContinuationToken"] = text_or(call, "ContinuationToken");
  if (found.is_truncated) answer["NextContinuationToken"] = encode_token(found.last);
  for (Json& object : found.contents) {
    object["Key"] = encoded(call, object["Key"].get<std::string>());
    if (bool_or(call.input, "FetchOwner", false))
      object["Owner"] = {{"DisplayName", "local"}, {"ID", kAccountId}};
    answer["Contents"].push_back(std::move(object));
  }
  for (const std::string& prefix : found.common_prefixes)
    answer["CommonPrefixes"].push_back({{"Prefix", encoded(call, prefix)}});
  return answer;
}

Json S3::list_objects(const Call& call) {
  const std::lock_guard lock(mutex_);
  Listing found = listing(call, text_or(call, "Marker"));
  Json answer = {{"IsTruncated", found.is_truncated},
                 {"Marker", encoded(call, text_or(call, "Marker"))},
                 {"Name", text_or(call, "Bucket")},
                 {"Prefix", encoded(call, text_or(call, "Prefix"))},
                 {"MaxKeys", int_or(call.input, "MaxKeys", 1000)}};
  echo(call, answer, "Delimiter");
  if (call.input.contains("EncodingType")) answer["EncodingType"] = "url";
  // Without a delimiter the caller goes on from the last key itself.
  if (found.is_truncated && call.input.contains("Delimiter"))
    answer["NextMarker"] = encoded(call, found.last);
  for (Json& object : found.contents) {
    object["Key"] = encoded(call, object["Key"].get<std::string>());
    object["Owner"] = {{"DisplayName", "local"}, {"ID", kAccountId}};
    answer["Contents"].push_back(std::move(object));
  }
  for (const std::string& prefix : found.common_prefixes)
    answer["CommonPrefixes"].push_back({{"Prefix", encoded(call, prefix)}});
  return answer;
}

}  // namespace aurora::local
