#include "local/lambda/versions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace aurora::local {
namespace {

// Documents are sorted by name, byte by byte.
std::string version_key(const std::string& function, int number) {
  return fmt::format("{}:{:010}", function, number);
}

std::string alias_key(const std::string& function, const std::string& alias) {
  return fmt::format("{}:{}", function, alias);
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

FunctionVersion read_version(const Json& document) {
  return {.number = static_cast<int>(int_or(document, "number", 0)),
          .settings = settings_from_json(member_or_null(document, "settings"), {}),
          .code_sha256 = string_or(document, "code_sha256", "")};
}

FunctionAlias read_alias(const Json& document) {
  return {.name = string_or(document, "name", ""),
          .version = string_or(document, "version", ""),
          .description = string_or(document, "description", ""),
          .revision = string_or(document, "revision", "")};
}

}  // namespace

std::vector<std::string> FunctionVersions::schemas() {
  return {Documents::schema("versions"), Documents::schema("aliases")};
}

std::optional<FunctionVersion> FunctionVersions::find(const std::string& region, const std::string& function,
                                                      int number) const {
  const auto document = versions_.get(region, version_key(function, number));
  return document ? std::optional(read_version(*document)) : std::nullopt;
}

std::vector<FunctionVersion> FunctionVersions::list(const std::string& region,
                                                    const std::string& function) const {
  std::vector<FunctionVersion> versions;
  for (const auto& entry : versions_.list(region, function + ":"))
    versions.push_back(read_version(entry.document));
  return versions;
}

FunctionVersion FunctionVersions::add(const std::string& region, const std::string& function,
                                      FunctionVersion version) {
  const auto there = list(region, function);
  version.number = there.empty() ? 1 : there.back().number + 1;
  versions_.put(region, version_key(function, version.number),
                {{"number", version.number},
                 {"settings", settings_to_json(version.settings)},
                 {"code_sha256", version.code_sha256}});
  return version;
}

std::optional<FunctionAlias> FunctionVersions::find_alias(const std::string& region,
                                                          const std::string& function,
                                                          const std::string& name) const {
  const auto document = aliases_.get(region, alias_key(function, name));
  return document ? std::optional(read_alias(*document)) : std::nullopt;
}

std::vector<FunctionAlias> FunctionVersions::list_aliases(const std::string& region,
                                                          const std::string& function) const {
  std::vector<FunctionAlias> aliases;
  for (const auto& entry : aliases_.list(region, function + ":"))
    aliases.push_back(read_alias(entry.document));
  return aliases;
}

void FunctionVersions::put_alias(const std::string& region, const std::string& function,
                                 const FunctionAlias& alias) {
  aliases_.put(region, alias_key(function, alias.name),
               {{"name", alias.name},
                {"version", alias.version},
                {"description", alias.description},
                {"revision", alias.revision}});
}

bool FunctionVersions::erase_alias(const std::string& region, const std::string& function,
                                   const std::string& name) {
  return aliases_.erase(region, alias_key(function, name));
}

std::optional<std::string> FunctionVersions::resolve(const std::string& region, const std::string& function,
                                                     const std::string& qualifier) const {
  if (qualifier.empty() || qualifier == kLatest) return kLatest;
  if (!is_number(qualifier)) {
    const auto alias = find_alias(region, function, qualifier);
    return alias ? std::optional(alias->version) : std::nullopt;
  }
  int number = 0;
  const auto [end, error] = std::from_chars(qualifier.data(), qualifier.data() + qualifier.size(), number);
  if (error != std::errc() || !find(region, function, number)) return std::nullopt;
  return std::to_string(number);
}

bool is_alias_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && !is_number(name) && std::ranges::all_of(name, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  });
}

}  // namespace aurora::local
