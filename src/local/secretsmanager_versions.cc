// The rules of Secrets Manager that need no store: labels, passwords, filters.
#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "local/secretsmanager.h"

namespace aurora::local {
namespace {

constexpr std::size_t kVersionsMax = 100;

void take_label(Json& versions, const std::string& label) {
  for (auto& [id, version] : versions.items()) {
    Json& stages = version["stages"];
    stages.erase(std::remove(stages.begin(), stages.end(), label), stages.end());
  }
}

// An index below `size` without the bias of a plain remainder.
std::size_t random_index(std::size_t size) {
  const unsigned limit = 65536 - 65536 % static_cast<unsigned>(size);
  for (;;) {
    const std::string bytes = random_bytes(2);
    const unsigned number =
        static_cast<unsigned char>(bytes[0]) * 256u + static_cast<unsigned char>(bytes[1]);
    if (number < limit) return number % size;
  }
}

char random_of(const std::string& characters) {
  return characters[random_index(characters.size())];
}

std::vector<std::string> character_types(const Call& call) {
  std::vector<std::string> types;
  const auto add = [&](const char* excluded, const char* characters) {
    if (bool_or(call.input, excluded, false)) return;
    std::string kept;
    for (const char* c = characters; *c != '\0'; ++c)
      if (text_or(call, "ExcludeCharacters").find(*c) == std::string::npos) kept += *c;
    if (!kept.empty()) types.push_back(kept);
  };
  add("ExcludeLowercase", "abcdefghijklmnopqrstuvwxyz");
  add("ExcludeUppercase", "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  add("ExcludeNumbers", "0123456789");
  add("ExcludePunctuation", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");
  if (bool_or(call.input, "IncludeSpace", false)) types.push_back(" ");
  return types;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return to_lower(text.substr(0, prefix.size())) == to_lower(prefix);
}

bool any_prefix(const std::vector<std::string>& texts, const std::string& prefix, bool exact_case) {
  return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
    return exact_case ? text.starts_with(prefix) : starts_with_ignoring_case(text, prefix);
  });
}

std::vector<std::string> filtered_texts(const std::string& key, const std::string& name,
                                        const Json& document) {
  std::vector<std::string> texts;
  const bool all = key == "all";
  if (all || key == "name") texts.push_back(name);
  if (all || key == "description") texts.push_back(string_or(document, "description", ""));
  for (const auto& [tag, value] : document.at("tags").items()) {
    if (all || key == "tag-key") texts.push_back(tag);
    if (all || key == "tag-value") texts.push_back(value.get<std::string>());
  }
  return texts;
}

bool passes(const Json& filter, const std::string& name, const Json& document) {
  const std::string key = string_or(filter, "Key", "");
  const std::vector<std::string> texts = filtered_texts(key, name, document);
  bool found = false;
  for (const Json& wanted : member_or_null(filter, "Values")) {
    std::string prefix = wanted.get<std::string>();
    const bool negated = prefix.starts_with("!");
    if (negated) prefix.erase(0, 1);
    found = found || any_prefix(texts, prefix, key == "name") != negated;
  }
  return found;
}

}  // namespace

std::string version_with_label(const Json& versions, const std::string& label) {
  for (const auto& [id, version] : versions.items()) {
    const Json& stages = version.at("stages");
    if (std::find(stages.begin(), stages.end(), label) != stages.end()) return id;
  }
  return {};
}

void move_label(Json& versions, const std::string& label, const std::string& version_id) {
  const std::string before = version_with_label(versions, label);
  if (before == version_id) return;
  take_label(versions, label);
  versions[version_id]["stages"].push_back(label);
  if (label != "AWSCURRENT" || before.empty()) return;
  take_label(versions, "AWSPREVIOUS");
  versions[before]["stages"].push_back("AWSPREVIOUS");
}

void drop_unlabelled(Json& versions) {
  for (auto version = versions.begin(); versions.size() > kVersionsMax && version != versions.end();) {
    if (version.value().at("stages").empty()) {
      version = versions.erase(version);
    } else {
      ++version;
    }
  }
}

std::string random_password(const Call& call) {
  const std::int64_t length = int_or(call.input, "PasswordLength", 32);
  if (length < 1 || length > 4096)
    throw invalid_parameter(call, "PasswordLength must be between 1 and 4096.");
  const std::vector<std::string> types = character_types(call);
  if (types.empty()) throw invalid_parameter(call, "The exclusions leave no characters for the password.");
  std::string password;
  if (bool_or(call.input, "RequireEachIncludedType", true)) {
    if (static_cast<std::size_t>(length) < types.size())
      throw invalid_parameter(call, "The password is too short to hold each included type of character.");
    for (const std::string& type : types) password += random_of(type);
  }
  const std::string characters = join(types, "");
  while (password.size() < static_cast<std::size_t>(length)) password += random_of(characters);
  for (std::size_t i = password.size(); i > 1; --i) std::swap(password[i - 1], password[random_index(i)]);
  return password;
}

bool passes_secret_filters(const Json& filters, const std::string& name, const Json& document) {
  return std::all_of(filters.begin(), filters.end(),
                     [&](const Json& filter) { return passes(filter, name, document); });
}

}  // namespace aurora::local
