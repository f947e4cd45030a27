#include "local/stepfunctions/names.h"

#include <fmt/format.h>

#include "aws/error.h"
#include "base/text.h"

namespace aurora::local::stepfunctions {
namespace {

constexpr std::size_t kCharactersMax = 80;
constexpr std::string_view kForbidden = "<>{}[]?*\"#%\\^|~`$&,;:/ \t\r\n";

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_allowed(char c) {
  return kForbidden.find(c) == std::string_view::npos && static_cast<unsigned char>(c) >= 0x20 && c != 0x7F;
}

}  // namespace

std::string checked_name(const std::string& name) {
  const bool valid = !name.empty() && characters_in(name) <= kCharactersMax && is_valid_utf8(name) &&
                     std::all_of(name.begin(), name.end(), is_allowed);
  if (!valid) throw aws::ServiceError("InvalidName", fmt::format("Invalid Name: '{}'", name));
  return name;
}

}  // namespace aurora::local::stepfunctions
