// The bytes of S3 objects and parts: one file each, under random names.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::local {

// Files are written once and never changed. Thread-safe. Throws Error "FileError" or "DiskFull".
class S3Files {
 public:
  explicit S3Files(std::filesystem::path directory);

  // Synced to the disk when it returns; the file's name.
  std::string write(std::string_view bytes);
  // A new file of the others' bytes, in order.
  std::string concatenate(const std::vector<std::string>& names);
  // Nothing when the file is gone.
  std::optional<std::string> read(const std::string& name, std::uint64_t offset, std::uint64_t length) const;
  void remove(const std::string& name);
  std::vector<std::string> list() const;

 private:
  std::filesystem::path path_of(const std::string& name) const;
  std::filesystem::path directory_;
};

}  // namespace aurora::local
