// Files that are shipped beside the program's executable.
#pragma once
#include <filesystem>
#include <optional>
#include <string_view>

namespace aurora {

// The folder of the executable that runs. Also where no /proc is mounted; nothing when the kernel tells
// neither way.
std::filesystem::path program_folder();

// The file of that name beside the executable, or where Lambda unpacks a function's package (/var/task, also
// when the executable came from a layer). Nothing when neither holds one.
std::optional<std::filesystem::path> file_beside_program(std::string_view name);

}  // namespace aurora
