// Deployment packages for tests.
#pragma once
#include <elf.h>
#include <zip.h>

#include <filesystem>
#include <map>
#include <string>

#include "base/files.h"
#include "base/ids.h"

namespace aurora::cli {

inline constexpr char kCertificate[] = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

struct ExecutableTraits {
  unsigned short machine = EM_AARCH64;
  bool dynamic = false;
};

// An ELF file with headers only.
inline std::string make_executable(ExecutableTraits traits = {}) {
  Elf64_Ehdr header{};
  Elf64_Phdr part{};
  std::copy_n(ELFMAG, SELFMAG, reinterpret_cast<char*>(header.e_ident));
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_machine = traits.machine;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof part;
  header.e_phnum = 1;
  part.p_type = traits.dynamic ? PT_INTERP : PT_LOAD;
  return std::string(reinterpret_cast<const char*>(&header), sizeof header) +
         std::string(reinterpret_cast<const char*>(&part), sizeof part);
}

// A zip of these files; all are marked as executable when `mode` says so.
inline std::string make_package(const std::map<std::string, std::string>& files, unsigned mode = 0755) {
  const auto path = std::filesystem::temp_directory_path() / ("package-" + random_hex(12) + ".zip");
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_EXCL, nullptr);
  for (const auto& [name, content] : files) {
    zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
    const auto index = static_cast<zip_uint64_t>(zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8));
    zip_file_set_external_attributes(archive, index, 0, ZIP_OPSYS_UNIX, (0100000U | mode) << 16U);
  }
  zip_close(archive);
  std::string bytes = read_file(path);
  std::filesystem::remove(path);
  return bytes;
}

// One for arm64 that nothing is wrong with.
inline std::string make_good_package() {
  return make_package({{"bootstrap", make_executable()}, {"amazon-roots.pem", kCertificate}});
}

}  // namespace aurora::cli
