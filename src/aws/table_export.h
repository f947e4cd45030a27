// DynamoDB's own export format, as ExportTableToPointInTime writes it to S3 (DynamoDB Developer Guide,
// "DynamoDB table export output format"):
//
//   <prefix>/AWSDynamoDB/<export id>/_started                 empty; proves that the place can be written
//   <prefix>/AWSDynamoDB/<export id>/data/<name>.json.gz      a line for each item: {"Item": {"id": {"S":
//   …}}} <prefix>/AWSDynamoDB/<export id>/manifest-files.json      a line for each data file: count, MD5, key
//   <prefix>/AWSDynamoDB/<export id>/manifest-summary.json    what was exported, when, how much
//   and manifest-files.md5, manifest-summary.md5 with the base64 MD5 of these two.
//
// The summary is written last: an export that has none is not complete.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace aurora::aws {

// Between an item of the API (binary values raw) and its line (binary values base64). Reading throws Error
// "ExportMalformed".
std::string export_line(const Json& item);
Json parse_export_line(std::string_view line);

// "01795240800123-1f2e3d4c": the time in milliseconds, and something random.
std::string new_export_id(TimePoint now);
// "<prefix>/AWSDynamoDB/<id>", without a slash before the first part.
std::string export_folder(const std::string& prefix, const std::string& export_id);

// Takes items in and puts files out as they become full. Memory is bounded by one file's lines.
class ExportWriter {
 public:
  using Put = std::function<void(const std::string& key, const std::string& bytes)>;
  static constexpr std::size_t kFileBytes = 8 * 1024 * 1024;  // before packing

  // `summary` has the members of manifest-summary.json that are known before the first item. The names of
  // data files follow from the export's id, so that an export that is begun again replaces its own files.
  ExportWriter(Json summary, std::string prefix, std::string export_id, Put put,
               std::size_t file_bytes = kFileBytes);

  void begin();
  void add(const Json& item);
  // Writes the manifests.
  void finish(TimePoint end);

  std::int64_t item_count() const { return item_count_; }
  std::int64_t size_bytes() const { return size_bytes_; }  // of all lines
  std::string summary_key() const { return folder_ + "/manifest-summary.json"; }

 private:
  void put_lines();
  void put_with_digest(const std::string& name, const std::string& content);

  Json summary_;
  const std::string folder_;
  const std::string id_;
  const Put put_;
  const std::size_t file_bytes_;
  std::string lines_;
  std::int64_t lines_count_ = 0;
  std::string files_;
  int file_number_ = 0;
  std::int64_t item_count_ = 0;
  std::int64_t size_bytes_ = 0;
};

// A row of manifest-files.json.
struct ExportedFile {
  std::string key;
  std::string md5;  // base64
  std::int64_t item_count = 0;
};
// Throws Error "ExportMalformed".
std::vector<ExportedFile> parse_export_files(std::string_view manifest);

// Cuts what arrives in pieces into lines.
class LineCutter {
 public:
  using Sink = std::function<void(std::string_view line)>;
  static constexpr std::size_t kLineBytesMax = 4 * 1024 * 1024;

  // Empty lines are left out. Throws Error "ExportMalformed" for a line that no item can fill.
  void feed(std::string_view bytes, const Sink& sink);
  void finish(const Sink& sink);

 private:
  std::string rest_;
};

}  // namespace aurora::aws
