// The deployment package of a function: its executable as a zip, and links to download it.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "http/message.h"

namespace aurora::local {

struct CodePackage {
  std::string zip;
  std::string sha256;  // base64, as CodeSha256
};

// Thread-safe.
class FunctionCode {
 public:
  explicit FunctionCode(const Clock& clock);

  // The zip that holds `executable` as "bootstrap". Made once for each state of the file, and always with
  // the same bytes. Throws Error "FileError" when it cannot be read.
  std::shared_ptr<const CodePackage> package(const std::filesystem::path& executable);

  // Keeps a copy of `executable`, or of the bootstrap in a zip that a caller sent, under its content's hash
  // in `folder`, where nothing replaces it: what a published version runs. Throws the service's refusal of a
  // zip without a bootstrap.
  static std::filesystem::path keep(const std::filesystem::path& folder,
                                    const std::filesystem::path& executable);
  static std::filesystem::path keep_zip(const std::filesystem::path& folder, const std::string& zip);

  // A link below `endpoint` under which anybody can download the package for ten minutes, as AWS's
  // presigned ones; it cannot be guessed, and ends with this process.
  std::string link(std::string_view endpoint, std::string_view region, std::string_view function) const;
  struct Link {
    std::string region;
    std::string function;
  };
  // Whether `request` is for such a link at all; then which function it gives access to, or the refusal.
  struct Access {
    std::optional<Link> granted;
    http::Response refusal;
  };
  std::optional<Access> check(const http::Request& request) const;

 private:
  struct Key {
    std::filesystem::path path;
    std::filesystem::file_time_type modified;
    std::uintmax_t size;
    auto operator<=>(const Key&) const = default;
  };

  std::string signature(std::string_view path, std::string_view expires) const;

  const Clock& clock_;
  const std::string secret_;
  std::mutex mutex_;
  std::map<Key, std::shared_ptr<const CodePackage>> packages_;
};

}  // namespace aurora::local
