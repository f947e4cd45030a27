#include "base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/ids.h"

namespace aurora {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::optional<std::string> read_all(const std::filesystem::path& path, bool must_exist) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT && !must_exist) return std::nullopt;
    throw_file_error(path, "open", errno);
  }
  std::string content;
  char buffer[65536];
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count > 0) {
      content.append(buffer, static_cast<std::size_t>(count));
    } else if (count == 0) {
      return content;
    } else if (errno != EINTR) {
      throw_file_error(path, "read", errno);
    }
  }
}

}  // namespace

void throw_file_error(const std::filesystem::path& path, std::string_view doing, int error_number) {
  const std::string message = fmt::format("cannot {} {}: {}", doing, path.string(), std::strerror(error_number));
  if (error_number == ENOSPC || error_number == EDQUOT)
    throw Error("DiskFull", message, "Free space on that file system and try again; nothing was replaced.");
  throw Error("FileError", message);
}

std::string read_file(const std::filesystem::path& path) { return *read_all(path, true); }

std::optional<std::string> read_file_if_exists(const std::filesystem::path& path) {
  return read_all(path, false);
}

void write_file(const std::filesystem::path& path, std::string_view content, unsigned mode) {
  std::filesystem::path beside = path;
  beside += "." + random_hex(8);
  const FileDescriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (file.get() < 0) throw_file_error(path, "write", errno);
  const auto fail = [&](int error_number) {
    ::unlink(beside.c_str());
    throw_file_error(path, "write", error_number);
  };
  while (!content.empty()) {
    const ssize_t count = ::write(file.get(), content.data(), content.size());
    if (count >= 0) {
      content.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      fail(errno);
    }
  }
  if (::fsync(file.get()) != 0) fail(errno);
  if (::rename(beside.c_str(), path.c_str()) != 0) fail(errno);
}

}  // namespace aurora
