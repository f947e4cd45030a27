#include "cli/file_place.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/files.h"
#include "base/text.h"

namespace aurora::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kScheme[] = "s3://";
// A directory or prefix with more is none of ours.
constexpr std::size_t kKeysMax = 100'000;

Error too_many(const std::string& where) {
  return Error("FileNotUsable", fmt::format("{} holds more than {} files", where, kKeysMax),
               "Give the place of one export.");
}

class S3Prefix final : public FilePlace {
 public:
  S3Prefix(World& world, PlaceText place) : world_(world), place_(std::move(place)) {}

  void put(const std::string& key, const std::string& bytes) override {
    call("PutObject", {{"Bucket", place_.bucket}, {"Key", whole(key)}, {"Body", bytes}});
  }
  std::string get(const std::string& key) override {
    return string_or(call("GetObject", {{"Bucket", place_.bucket}, {"Key", whole(key)}}), "Body", "");
  }
  std::vector<std::string> keys() override {
    const std::string prefix = place_.path.empty() ? "" : place_.path + "/";
    std::vector<std::string> found;
    Json input{{"Bucket", place_.bucket}, {"Prefix", prefix}};
    while (true) {
      const Json page = call("ListObjectsV2", input);
      for (const Json& object : member_or_null(page, "Contents"))
        found.push_back(string_or(object, "Key", "").substr(prefix.size()));
      if (found.size() > kKeysMax) throw too_many(shown(""));
      if (!bool_or(page, "IsTruncated", false)) return found;
      input["ContinuationToken"] = page["NextContinuationToken"];
    }
  }
  std::string shown(const std::string& key) const override {
    return fmt::format("{}{}/{}", kScheme, place_.bucket, whole(key));
  }

 private:
  std::string whole(const std::string& key) const {
    return place_.path.empty() ? key : place_.path + "/" + key;
  }
  Json call(std::string_view operation, const Json& input) {
    try {
      return world_.api->call("s3", world_.region(), operation, input);
    } catch (const aws::ServiceError& error) {
      if (!error.is("NoSuchBucket")) throw;
      throw Error("BucketNotFound", fmt::format("there is no S3 bucket {}", place_.bucket),
                  fmt::format("Make it with `aws s3 mb s3://{}`.", place_.bucket));
    }
  }

  World& world_;
  const PlaceText place_;
};

class Directory final : public FilePlace {
 public:
  explicit Directory(fs::path path) : path_(std::move(path)) {}

  void put(const std::string& key, const std::string& bytes) override {
    const fs::path file = path_ / key;
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    if (error) throw_file_error(file.parent_path(), "making the directory", error.value());
    // Exports hold what operations were asked for; nobody else needs to read that.
    constexpr unsigned kOwnerOnly = 0600;
    write_file(file, bytes, kOwnerOnly);
  }
  std::string get(const std::string& key) override { return read_file(path_ / key); }
  std::vector<std::string> keys() override {
    if (!fs::is_directory(path_))
      throw Error("FileNotUsable", fmt::format("{} is not a directory", path_.string()),
                  "Give the directory that `export` wrote to.");
    std::vector<std::string> found;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path_)) {
      if (entry.is_regular_file()) found.push_back(fs::relative(entry.path(), path_).generic_string());
      if (found.size() > kKeysMax) throw too_many(path_.string());
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  std::string shown(const std::string& key) const override { return (path_ / key).string(); }

 private:
  const fs::path path_;
};

}  // namespace

PlaceText parse_place(const std::string& text) {
  if (!text.starts_with(kScheme)) return {.bucket = {}, .path = text};
  const std::string rest = text.substr(std::string_view(kScheme).size());
  const std::size_t slash = rest.find('/');
  PlaceText place{.bucket = rest.substr(0, slash),
                  .path = slash == std::string::npos ? "" : rest.substr(slash + 1)};
  while (place.path.ends_with('/')) place.path.pop_back();
  if (place.bucket.empty())
    throw Error("UsageError", fmt::format("{} names no bucket", text), "Write s3://BUCKET/PREFIX.");
  return place;
}

std::unique_ptr<FilePlace> open_place(World& world, const PlaceText& place) {
  if (place.is_s3()) return std::make_unique<S3Prefix>(world, place);
  return std::make_unique<Directory>(place.path);
}

}  // namespace aurora::cli
