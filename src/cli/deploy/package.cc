#include "cli/deploy/package.h"

#include <elf.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <zip.h>

#include <cstring>
#include <memory>
#include <optional>

#include "base/digest.h"
#include "base/error.h"
#include "base/files.h"
#include "base/text.h"

namespace aurora::cli {
namespace {

// Lambda's own limit for a package that lies in S3, unpacked.
constexpr zip_uint64_t kEntryBytesMax = 250ULL * 1024 * 1024;
constexpr zip_uint64_t kCertificatesBytesMax = 1024ULL * 1024;
constexpr unsigned kExecuteBits = 0111;

[[noreturn]] void unusable(const std::string& why) {
  throw Error("PackageUnusable", why,
              "scripts/build_lambda_packages.sh makes the packages in dist/; give one with --package.");
}

struct Discarder {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct Closer {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, Discarder>;

// `bytes` outlives the archive.
Archive open_archive(const std::string& bytes, std::string_view what) {
  zip_error_t error{};
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* archive = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive == nullptr) {
    if (source != nullptr) zip_source_free(source);
    unusable(fmt::format("{} is no zip archive: {}", what, zip_error_strerror(&error)));
  }
  return Archive(archive);
}

std::string read_entry(zip_t* archive, zip_uint64_t index, std::string_view what) {
  zip_stat_t stat{};
  const std::unique_ptr<zip_file_t, Closer> file(zip_fopen_index(archive, index, 0));
  if (!file || zip_stat_index(archive, index, 0, &stat) != 0 || stat.size > kEntryBytesMax)
    unusable(fmt::format("{} cannot be read: {}", what, zip_strerror(archive)));
  std::string content(static_cast<std::size_t>(stat.size), '\0');
  if (zip_fread(file.get(), content.data(), stat.size) != static_cast<zip_int64_t>(stat.size))
    unusable(fmt::format("{} is damaged", what));
  return content;
}

bool is_executable(zip_t* archive, zip_uint64_t index) {
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  return zip_file_get_external_attributes(archive, index, 0, &system, &attributes) == 0 &&
         system == ZIP_OPSYS_UNIX && ((attributes >> 16U) & kExecuteBits) != 0;
}

// Lambda's machine has a certificate store, but reading all of it costs a cold start 90 ms.
bool has_certificates(zip_t* archive) {
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    zip_stat_t stat{};
    // Some lie as files named by their subjects' hashes, as OpenSSL looks for them.
    if (zip_stat_index(archive, index, 0, &stat) != 0 || stat.size > kCertificatesBytesMax) continue;
    if (read_entry(archive, index, stat.name).find("-----BEGIN CERTIFICATE-----") != std::string::npos)
      return true;
  }
  return false;
}

std::optional<std::string> architecture_of(unsigned machine) {
  if (machine == EM_AARCH64) return kArm64;
  if (machine == EM_X86_64) return kX86;
  return std::nullopt;
}

}  // namespace

std::string architecture_of_executable(std::string_view executable) {
  Elf64_Ehdr header{};
  if (executable.size() < sizeof header || !executable.starts_with(ELFMAG))
    unusable("bootstrap is no ELF executable");
  std::memcpy(&header, executable.data(), sizeof header);
  const auto architecture = architecture_of(header.e_machine);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB || !architecture)
    unusable(fmt::format("bootstrap is for a machine that Lambda does not have (ELF machine {})",
                         static_cast<unsigned>(header.e_machine)));
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr part{};
    const std::uint64_t at = header.e_phoff + static_cast<std::uint64_t>(i) * header.e_phentsize;
    if (at > executable.size() || executable.size() - at < sizeof part) unusable("bootstrap is damaged");
    std::memcpy(&part, executable.data() + at, sizeof part);
    if (part.p_type == PT_INTERP)
      unusable(
          "bootstrap is linked dynamically; Lambda's machine has an older C library than the one it wants");
  }
  return *architecture;
}

Package examine_package(std::string bytes, std::string_view what) {
  const Archive archive = open_archive(bytes, what);
  const zip_int64_t found = zip_name_locate(archive.get(), "bootstrap", 0);
  if (found < 0) unusable(fmt::format("{} has no file bootstrap at its root", what));
  const auto index = static_cast<zip_uint64_t>(found);
  if (!is_executable(archive.get(), index))
    unusable(fmt::format("bootstrap in {} is not marked as executable", what));
  std::string bootstrap = read_entry(archive.get(), index, "bootstrap");
  std::string architecture = architecture_of_executable(bootstrap);
  if (!has_certificates(archive.get())) unusable(fmt::format("{} has no certificates to know AWS by", what));
  std::string digest = hex_encode(sha256(bytes));
  return {.bytes = std::move(bytes),
          .sha256 = std::move(digest),
          .architecture = std::move(architecture),
          .bootstrap = std::move(bootstrap)};
}

Package read_package(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) unusable(fmt::format("{} is not there", path.string()));
  return examine_package(read_file(path), path.string());
}

std::string architecture_of_this_machine() {
  utsname names{};
  if (uname(&names) != 0) return "";
  const std::string machine(static_cast<const char*>(names.machine));
  if (machine == "aarch64") return kArm64;
  return machine == "x86_64" ? kX86 : "";
}

std::filesystem::path find_package(std::string_view architecture) {
  namespace fs = std::filesystem;
  const std::string name = fmt::format("aurora-restore-functions-{}.zip", architecture);
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  const fs::path built = fs::path("dist") / name;
  for (const fs::path& candidate :
       {built, folder / name, folder.parent_path() / "share/aurora-restore" / name})
    if (fs::is_regular_file(candidate, error)) return candidate;
  return built;
}

}  // namespace aurora::cli
