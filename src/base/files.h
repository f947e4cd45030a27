// Whole files. Errors are Error "FileError" with the path and the system's reason; a full disk is
// Error "DiskFull".
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace aurora {

std::string read_file(const std::filesystem::path& path);
std::optional<std::string> read_file_if_exists(const std::filesystem::path& path);
// Writes beside the target, syncs and renames, so that a reader sees the old or the new content.
void write_file(const std::filesystem::path& path, std::string_view content, unsigned mode = 0644);
// Throws the Error for `errno` (ENOSPC and EDQUOT become "DiskFull").
[[noreturn]] void throw_file_error(const std::filesystem::path& path, std::string_view doing, int error_number);

}  // namespace aurora
