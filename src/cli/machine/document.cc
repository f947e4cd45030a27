#include "cli/machine/document.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "asl/validate.h"
#include "base/text.h"

namespace aurora::cli {
namespace {

constexpr char kStandardInput[] = "standard input";

[[noreturn]] void not_usable(const std::string& name, const std::string& why, const std::string& hint = {}) {
  throw Error("FileNotUsable", fmt::format("{} {}", name, why), hint);
}

// Reads no further than needed to know that a file is too large, so that a device without an end ends too.
std::string read_at_most(const std::string& name, std::size_t bytes_max) {
  std::error_code ignored;
  if (std::filesystem::is_directory(name, ignored)) not_usable(name, "is a directory");
  errno = 0;
  std::ifstream file(name, std::ios::binary);
  std::string text(bytes_max + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad())
    not_usable(name, fmt::format("cannot be read: {}", errno != 0 ? std::strerror(errno) : "unknown reason"));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

void check_text(const std::string& name, const std::string& text) {
  if (text.size() > asl::kDefinitionBytesMax)
    not_usable(name, fmt::format("is too large: Step Functions takes at most {} bytes",
                                 with_thousands(asl::kDefinitionBytesMax)));
  if (!is_valid_utf8(text))
    not_usable(name, "is not UTF-8 text", "JSON is UTF-8; `file` and `iconv` tell and convert encodings.");
}

}  // namespace

Document read_document(Context& context, const std::string& name) {
  Document document{.name = name == "-" ? kStandardInput : name, .text = {}};
  document.text = name == "-" ? context.terminal.read_input() : read_at_most(name, asl::kDefinitionBytesMax);
  check_text(document.name, document.text);
  return document;
}

std::string read_argument(Context& context, const std::string& value, const std::string& option) {
  if (value == "-") return context.terminal.read_input();
  if (!value.starts_with('@')) return value;
  std::string text = read_at_most(value.substr(1), asl::kDefinitionBytesMax);
  check_text(fmt::format("{} {}", option, value), text);
  return text;
}

}  // namespace aurora::cli
