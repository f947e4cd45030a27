// The functions' deployment package: a zip with the one executable `bootstrap`.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace aurora::cli {

// By Lambda's names.
inline constexpr char kArm64[] = "arm64";
inline constexpr char kX86[] = "x86_64";

struct Package {
  std::string bytes;         // the zip
  std::string sha256;        // of the zip, in hexadecimal digits
  std::string architecture;  // of the executable: kArm64 or kX86
  std::string bootstrap;     // the executable
};

// Throws Error "PackageUnusable" that names what is wrong: no zip, no executable `bootstrap`, none that
// Lambda's machines run, one that wants libraries which Lambda does not have, or no certificates to trust AWS
// by.
Package read_package(const std::filesystem::path& path);
Package examine_package(std::string bytes, std::string_view what);

// The architecture that an ELF executable is for, when it is linked statically. Throws Error
// "PackageUnusable".
std::string architecture_of_executable(std::string_view executable);

// Of the machine that this runs on; empty when it is neither.
std::string architecture_of_this_machine();

// aurora-restore-functions-<architecture>.zip in dist/, beside this program, or in share/aurora-restore
// beside its folder; the first of them when there is none.
std::filesystem::path find_package(std::string_view architecture);

}  // namespace aurora::cli
