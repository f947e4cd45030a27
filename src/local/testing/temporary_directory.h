// A fresh directory that is removed with everything in it.
#pragma once
#include <unistd.h>

#include <filesystem>

#include "base/ids.h"

namespace aurora::local::testing {

class TemporaryDirectory {
 public:
  enum class Place { kDisk, kMemory };

  // In memory where the machine has such a place: a store syncs its file at every commit, which a disk takes
  // its time for.
  explicit TemporaryDirectory(Place place = Place::kDisk)
      : path_(parent(place) / ("aurora-test-" + random_hex(12))) {
    std::filesystem::create_directories(path_);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;  // a destructor has nobody to tell; the next run uses another name
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  static std::filesystem::path parent(Place place) {
    static constexpr char kMemory[] = "/dev/shm";
    const bool in_memory = place == Place::kMemory && ::access(kMemory, W_OK) == 0;
    return in_memory ? std::filesystem::path(kMemory) : std::filesystem::temp_directory_path();
  }

  std::filesystem::path path_;
};

}  // namespace aurora::local::testing
