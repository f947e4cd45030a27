#include "restore/scripts_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"

namespace aurora::restore {
namespace {

constexpr std::size_t kHashDigits = 64;

bool is_hash(std::string_view text) {
  return text.size() == kHashDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string hash_of(std::string_view text) {
  return hex_encode(sha256(text));
}

}  // namespace

std::optional<S3Place> parse_s3_uri(std::string_view uri) {
  constexpr std::string_view kScheme = "s3://";
  if (!uri.starts_with(kScheme)) return std::nullopt;
  uri.remove_prefix(kScheme.size());
  const std::size_t slash = uri.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == uri.size()) return std::nullopt;
  return S3Place{std::string(uri.substr(0, slash)), std::string(uri.substr(slash + 1))};
}

std::string read_s3_text(aws::Api& api, const std::string& region, const std::string& uri,
                         std::string_view what) {
  const auto place = parse_s3_uri(uri);
  if (!place)
    throw Error("InvalidInput", fmt::format("{} {} is no address of the form s3://bucket/key.", what, uri),
                "The command line uploads files of this machine; functions read from S3 only.");
  try {
    const Json answer = api.call("s3", region, "GetObject", {{"Bucket", place->bucket}, {"Key", place->key}});
    return string_or(answer, "Body", "");
  } catch (const aws::ServiceError& e) {
    if (!e.is("NoSuchKey") && !e.is("NoSuchBucket") && !e.is("AccessDenied")) throw;
    throw Error("ObjectNotFound", fmt::format("{} {} cannot be read: {}.", what, uri, e.code()),
                "See that the object is there, in the pipeline's Region, and that the functions' role may "
                "read it.");
  }
}

void write_s3_text(aws::Api& api, const std::string& region, const S3Place& place,
                   std::string_view content_type, const std::string& text) {
  api.call("s3", region, "PutObject",
           {{"Bucket", place.bucket}, {"Key", place.key}, {"ContentType", content_type}, {"Body", text}});
}

std::string content_addressed_key(std::string_view name, std::string_view text) {
  return fmt::format("scripts/{}-{}", hash_of(text), name);
}

SqlFile fetch_sql_file(aws::Api& api, const std::string& region, const std::string& uri) {
  SqlFile file{.uri = uri, .name = {}, .sha256 = {}, .text = read_s3_text(api, region, uri, "SQL file")};
  file.sha256 = hash_of(file.text);
  file.name = uri.substr(uri.rfind('/') + 1);
  if (file.name.size() > kHashDigits + 1 && file.name[kHashDigits] == '-' &&
      is_hash(std::string_view(file.name).substr(0, kHashDigits))) {
    if (file.name.substr(0, kHashDigits) != file.sha256)
      throw Error("ScriptChanged",
                  fmt::format("{} holds other content than was uploaded under that name: its SHA-256 is {}.",
                              uri, file.sha256),
                  "Nothing of it was run. Start the restore again from the original file.");
    file.name.erase(0, kHashDigits + 1);
  }
  return file;
}

std::optional<std::string> header_value(const SqlComment& comment, std::string_view key) {
  const std::size_t colon = comment.text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  const std::string_view text = comment.text;
  if (!equals_ignore_case(trim(text.substr(0, colon)), key)) return std::nullopt;
  return std::string(trim(text.substr(colon + 1)));
}

}  // namespace aurora::restore
