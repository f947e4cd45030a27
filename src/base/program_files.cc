#include "base/program_files.h"

#include <sys/auxv.h>

namespace aurora {
namespace {

constexpr char kLambdaTask[] = "/var/task";

}  // namespace

std::filesystem::path program_folder() {
  std::error_code ignored;
  std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  if (program.empty()) {
    // What execve was given, which may be relative to where the process began.
    if (const char* name = reinterpret_cast<const char*>(::getauxval(AT_EXECFN)))
      program = std::filesystem::absolute(name, ignored);
  }
  return program.parent_path();
}

std::optional<std::filesystem::path> find_beside_program(std::string_view name) {
  std::error_code ignored;
  for (const auto& folder : {program_folder(), std::filesystem::path(kLambdaTask)}) {
    if (!folder.empty() && std::filesystem::exists(folder / name, ignored)) return folder / name;
  }
  return std::nullopt;
}

}  // namespace aurora
