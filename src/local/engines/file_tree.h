// Whole directories of database files: copies with progress, sizes, durability.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <set>
#include <stop_token>
#include <string>

#include "local/engines/engine.h"
#include "local/engines/process.h"

namespace aurora::local::engines {

std::uint64_t tree_bytes(const std::filesystem::path& directory);

// Copies `from` to `to`, which must not exist, with owners and modes, by reflink or inside the kernel where
// the file system can. Entries of the top directory named in `leave_out` are not copied. Throws Cancelled,
// "DiskFull" or "FileError"; what was copied by then stays for the caller to remove.
void copy_tree(const std::filesystem::path& from, const std::filesystem::path& to,
               const std::set<std::string>& leave_out, const Progress& progress, std::stop_token stop);

// Makes a directory for that user alone. Its parents are made, if they are missing, so that the user can
// reach it.
void make_private_directory(const std::filesystem::path& directory, const SystemUser& owner);
// Hands a file over, when we may.
void give_to(const std::filesystem::path& path, const SystemUser& owner);

// Everything written below is on the disk when it returns.
void sync_tree(const std::filesystem::path& directory);
void sync_directory(const std::filesystem::path& directory);
void remove_tree(const std::filesystem::path& directory);

// The first directory above `path` that the user cannot enter; empty when there is none.
std::filesystem::path unreachable_parent(const std::filesystem::path& path, const SystemUser& user);

// A directory that is built beside its place and moved there when it is whole, so that there is never half of
// one. What an earlier attempt left is removed first.
class NewDirectory {
 public:
  NewDirectory(const std::filesystem::path& place, const SystemUser& owner, bool durable);
  NewDirectory(const NewDirectory&) = delete;
  NewDirectory& operator=(const NewDirectory&) = delete;
  ~NewDirectory();  // removes what was not moved
  const std::filesystem::path& path() const { return path_; }
  void move_into_place();

 private:
  const std::filesystem::path place_;
  const std::filesystem::path path_;
  const bool durable_;
  bool moved_ = false;
};

}  // namespace aurora::local::engines
