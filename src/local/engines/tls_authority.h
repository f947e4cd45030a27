// A certificate authority of the data directory's own, for the servers behind its clusters: what Amazon's
// authority is to RDS.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"

namespace aurora::local::engines {

struct Certificate {
  std::string certificate;  // PEM
  std::string key;          // PEM
};

// Thread-safe.
class TlsAuthority {
 public:
  // Uses ca.crt and ca.key in `directory`, and makes them when they are not there yet. Throws Error
  // "FileError", "DiskFull" or "EngineFailed".
  TlsAuthority(const std::filesystem::path& directory, const Clock& clock);
  ~TlsAuthority();
  TlsAuthority(const TlsAuthority&) = delete;
  TlsAuthority& operator=(const TlsAuthority&) = delete;

  // For clients to verify with (sslrootcert).
  const std::filesystem::path& ca_file() const { return ca_file_; }
  // For a server under these names or addresses.
  Certificate issue(const std::vector<std::string>& names) const;

 private:
  struct Keys;
  std::filesystem::path ca_file_;
  const Clock& clock_;
  std::unique_ptr<Keys> keys_;
};

}  // namespace aurora::local::engines
