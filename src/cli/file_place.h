// Where exports lie: a prefix of an S3 bucket, or a directory.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "cli/world.h"

namespace aurora::cli {

class FilePlace {
 public:
  virtual ~FilePlace() = default;
  // Keys are relative to the place, with slashes.
  virtual void put(const std::string& key, const std::string& bytes) = 0;
  virtual std::string get(const std::string& key) = 0;
  // All keys at the place.
  virtual std::vector<std::string> keys() = 0;
  // As a person would write it: "s3://bucket/prefix/key", "/var/backup/key".
  virtual std::string shown(const std::string& key) const = 0;
};

struct PlaceText {
  std::string bucket;  // empty: a directory
  std::string path;    // the prefix, without a slash at its ends; or the directory
  bool is_s3() const { return !bucket.empty(); }
};
// "s3://bucket", "s3://bucket/prefix/" or a directory. Throws Error "UsageError" for s3:// without a bucket.
PlaceText parse_place(const std::string& text);

// `world` outlives it.
std::unique_ptr<FilePlace> open_place(World& world, const PlaceText& place);

}  // namespace aurora::cli
