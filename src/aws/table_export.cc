#include "aws/table_export.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/gzip.h"
#include "base/ids.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

constexpr std::size_t kFileNameLength = 26;

// Applies `change` to the content of each binary value, however deep.
template <typename Change>
void for_each_binary(Json& value, const Change& change) {
  if (!value.is_object() || value.size() != 1) return;
  const std::string kind = value.begin().key();
  Json& content = value.begin().value();
  if (kind == "B" && content.is_string()) {
    content = change(content.get_ref<const std::string&>());
  } else if (kind == "BS" && content.is_array()) {
    for (Json& member : content)
      if (member.is_string()) member = change(member.get_ref<const std::string&>());
  } else if ((kind == "L" && content.is_array()) || (kind == "M" && content.is_object())) {
    for (Json& element : content) for_each_binary(element, change);
  }
}

std::string base64_digest(std::string_view bytes) {
  return base64_encode(md5(bytes));
}

Error malformed(const std::string& what) {
  return Error("ExportMalformed", what, "Is it an export of a DynamoDB table in the format DYNAMODB_JSON?");
}

}  // namespace

std::string export_line(const Json& item) {
  Json shown = item;
  for (Json& value : shown) for_each_binary(value, [](const std::string& raw) { return base64_encode(raw); });
  return dump_json({{"Item", std::move(shown)}}) + "\n";
}

Json parse_export_line(std::string_view line) {
  Json object = parse_json_or_discard(line);
  if (!object.is_object() || !object.contains("Item") || !object["Item"].is_object())
    throw malformed("a line is not of the form {\"Item\": {...}}");
  Json item = std::move(object["Item"]);
  for (Json& value : item)
    for_each_binary(value, [](const std::string& text) {
      const auto raw = base64_decode(text);
      if (!raw) throw malformed("a binary value is not base64");
      return *raw;
    });
  return item;
}

std::string new_export_id(TimePoint now) {
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
  return fmt::format("{:014}-{}", millis, random_hex(8));
}

std::string export_folder(const std::string& prefix, const std::string& export_id) {
  const std::string place = prefix.empty() || prefix.ends_with('/') ? prefix : prefix + "/";
  return place + "AWSDynamoDB/" + export_id;
}

ExportWriter::ExportWriter(Json summary, std::string prefix, std::string export_id, Put put,
                           std::size_t file_bytes)
    : summary_(std::move(summary)),
      folder_(export_folder(prefix, export_id)),
      id_(std::move(export_id)),
      put_(std::move(put)),
      file_bytes_(file_bytes) {}

void ExportWriter::begin() {
  put_(folder_ + "/_started", "");
}

void ExportWriter::add(const Json& item) {
  lines_ += export_line(item);
  ++lines_count_;
  ++item_count_;
  if (lines_.size() >= file_bytes_) put_lines();
}

void ExportWriter::put_lines() {
  if (lines_.empty()) return;
  const std::string name =
      hex_encode(sha256(fmt::format("{}/{}", id_, file_number_++))).substr(0, kFileNameLength);
  const std::string key = fmt::format("{}/data/{}.json.gz", folder_, name);
  const std::string packed = gzip(lines_);
  put_(key, packed);
  files_ += dump_json({{"itemCount", lines_count_},
                       {"md5Checksum", base64_digest(packed)},
                       {"etag", hex_encode(md5(packed))},
                       {"dataFileS3Key", key}}) +
            "\n";
  size_bytes_ += static_cast<std::int64_t>(lines_.size());
  lines_.clear();
  lines_count_ = 0;
}

void ExportWriter::put_with_digest(const std::string& name, const std::string& content) {
  put_(fmt::format("{}/{}.json", folder_, name), content);
  put_(fmt::format("{}/{}.md5", folder_, name), base64_digest(content));
}

void ExportWriter::finish(TimePoint end) {
  put_lines();
  put_with_digest("manifest-files", files_);
  summary_["endTime"] = format_iso_millis(end);
  summary_["manifestFilesS3Key"] = folder_ + "/manifest-files.json";
  summary_["billedSizeBytes"] = size_bytes_;
  summary_["itemCount"] = item_count_;
  put_with_digest("manifest-summary", dump_json(summary_));
}

std::vector<ExportedFile> parse_export_files(std::string_view manifest) {
  std::vector<ExportedFile> files;
  for (const std::string& line : split(manifest, '\n')) {
    if (trim(line).empty()) continue;
    const Json row = parse_json_or_discard(line);
    ExportedFile file{string_or(row, "dataFileS3Key", ""), string_or(row, "md5Checksum", ""),
                      int_or(row, "itemCount", 0)};
    if (file.key.empty()) throw malformed("a line of manifest-files.json names no data file");
    files.push_back(std::move(file));
  }
  return files;
}

void LineCutter::feed(std::string_view bytes, const Sink& sink) {
  for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    rest_ += bytes.substr(0, end);
    if (const std::string_view line = trim(rest_); !line.empty()) sink(line);
    rest_.clear();
    bytes.remove_prefix(end + 1);
  }
  rest_ += bytes;
  if (rest_.size() > kLineBytesMax)
    throw malformed(fmt::format("a line is longer than {}", human_bytes(kLineBytesMax)));
}

void LineCutter::finish(const Sink& sink) {
  if (const std::string_view line = trim(rest_); !line.empty()) sink(line);
  rest_.clear();
}

}  // namespace aurora::aws
