#include "cli/deploy/release.h"

#include <charconv>

#include "base/digest.h"
#include "base/text.h"

namespace aurora::cli {
namespace {

constexpr std::size_t kHashLength = 12;

// Each part by its length, so that no two different lists of parts read the same.
void add(std::string& all, std::string_view part) {
  all += std::to_string(part.size());
  all += ':';
  all += part;
}

int number_of(const std::string& text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string one_paragraph(const std::string& text) {
  std::string result;
  for (const std::string& line : split(text, '\n')) {
    const std::string words(trim(line));
    if (words.empty()) continue;
    result += (result.empty() ? "" : " ") + words;
  }
  return result;
}

}  // namespace

Release release_of(const std::string& version, const ReleaseContents& contents) {
  std::string all;
  add(all, version);
  add(all, contents.code_key);
  add(all, contents.definition_key);
  add(all, contents.template_text);
  for (const auto& [name, value] : contents.parameters) {
    if (name == "Release") continue;
    add(all, name);
    add(all, value);
  }
  return {version, hex_encode(sha256(all)).substr(0, kHashLength)};
}

Release parse_release(std::string_view text) {
  const std::size_t dash = text.rfind('-');
  if (dash == std::string_view::npos) return {std::string(text), ""};
  return {std::string(text.substr(0, dash)), std::string(text.substr(dash + 1))};
}

int compare_versions(std::string_view a, std::string_view b) {
  const std::vector<std::string> left = split(a, '.');
  const std::vector<std::string> right = split(b, '.');
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const int x = i < left.size() ? number_of(left[i]) : 0;
    const int y = i < right.size() ? number_of(right[i]) : 0;
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

std::vector<UpgradeNote> upgrade_notes(std::string_view document, std::string_view from,
                                       std::string_view to) {
  std::vector<UpgradeNote> notes;
  std::string version;
  std::string text;
  const auto finish = [&] {
    if (!version.empty() && compare_versions(version, from) > 0 && compare_versions(version, to) <= 0)
      notes.push_back({version, one_paragraph(text)});
    text.clear();
  };
  for (const std::string& line : split(document, '\n')) {
    if (line.starts_with("## ")) {
      finish();
      version = std::string(trim(line.substr(3)));
    } else {
      text += line + "\n";
    }
  }
  finish();
  return notes;
}

}  // namespace aurora::cli
