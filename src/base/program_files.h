// Files and folders that are shipped beside the program's executable.
#pragma once
#include <filesystem>
#include <optional>
#include <string_view>

namespace aurora {

// The folder of the executable that runs. Also where no /proc is mounted; nothing when the kernel tells
// neither way.
std::filesystem::path program_folder();

// What has that name beside the executable, or where Lambda unpacks a function's package (/var/task, also
// when the executable came from a layer). Nothing when neither holds it.
std::optional<std::filesystem::path> find_beside_program(std::string_view name);

}  // namespace aurora
