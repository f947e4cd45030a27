#include "local/s3_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/files.h"
#include "base/ids.h"

namespace aurora::local {
namespace {

constexpr std::size_t kCopyBytes = 1 << 20;

class OpenFile {
 public:
  OpenFile(const std::filesystem::path& path, int flags)
      : path_(path), fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool is_open() const { return fd_ >= 0; }

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
      if (count >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(count));
      } else if (errno != EINTR) {
        throw_file_error(path_, "write", errno);
      }
    }
  }
  // Fewer bytes than asked for only at the end of the file.
  std::string read(std::uint64_t offset, std::size_t length) const {
    std::string bytes(length, '\0');
    std::size_t done = 0;
    while (done < length) {
      const ssize_t count =
          ::pread(fd_, bytes.data() + done, length - done, static_cast<off_t>(offset + done));
      if (count == 0) break;
      if (count > 0) {
        done += static_cast<std::size_t>(count);
      } else if (errno != EINTR) {
        throw_file_error(path_, "read", errno);
      }
    }
    bytes.resize(done);
    return bytes;
  }
  void sync() const {
    if (::fsync(fd_) != 0) throw_file_error(path_, "write", errno);
  }

 private:
  const std::filesystem::path path_;
  const int fd_;
};

void sync_directory(const std::filesystem::path& directory) {
  const OpenFile handle(directory, O_RDONLY | O_DIRECTORY);
  if (handle.is_open()) handle.sync();
}

}  // namespace

S3Files::S3Files(std::filesystem::path directory) : directory_(std::move(directory)) {
  std::filesystem::create_directories(directory_);
}

std::filesystem::path S3Files::path_of(const std::string& name) const {
  return directory_ / name;
}

std::string S3Files::write(std::string_view bytes) {
  const std::string name = random_hex(32);
  try {
    const OpenFile file(path_of(name), O_WRONLY | O_CREAT | O_EXCL);
    if (!file.is_open()) throw_file_error(path_of(name), "write", errno);
    file.write(bytes);
    file.sync();
  } catch (const std::exception&) {
    remove(name);
    throw;
  }
  sync_directory(directory_);
  return name;
}

std::string S3Files::concatenate(const std::vector<std::string>& names) {
  const std::string target = random_hex(32);
  try {
    const OpenFile file(path_of(target), O_WRONLY | O_CREAT | O_EXCL);
    if (!file.is_open()) throw_file_error(path_of(target), "write", errno);
    for (const std::string& name : names) {
      const OpenFile part(path_of(name), O_RDONLY);
      if (!part.is_open()) throw_file_error(path_of(name), "open", errno);
      std::uint64_t offset = 0;
      for (std::string bytes = part.read(0, kCopyBytes); !bytes.empty();
           bytes = part.read(offset, kCopyBytes)) {
        file.write(bytes);
        offset += bytes.size();
      }
    }
    file.sync();
  } catch (const std::exception&) {
    remove(target);
    throw;
  }
  sync_directory(directory_);
  return target;
}

std::optional<std::string> S3Files::read(const std::string& name, std::uint64_t offset,
                                         std::uint64_t length) const {
  const OpenFile file(path_of(name), O_RDONLY);
  if (!file.is_open()) {
    if (errno == ENOENT) return std::nullopt;
    throw_file_error(path_of(name), "open", errno);
  }
  return file.read(offset, static_cast<std::size_t>(length));
}

void S3Files::remove(const std::string& name) {
  ::unlink(path_of(name).c_str());
}

std::vector<std::string> S3Files::list() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory_))
    names.push_back(entry.path().filename());
  return names;
}

}  // namespace aurora::local
