// Which release a deployment is, and what has to be known when one follows another.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cli/deploy/parameters.h"

namespace aurora::cli {

// Of the template's parameter Release, "0.1.0-3f2a91c05be7": the program's version, and a hash over all that
// is deployed. Published versions of the functions hang on it, so that it changes whenever something of that
// does.
struct Release {
  std::string version;
  std::string hash;
  std::string text() const { return hash.empty() ? version : version + "-" + hash; }
};

struct ReleaseContents {
  std::string code_key;
  std::string definition_key;
  std::string template_text;
  ParameterValues parameters;  // all that the template has, with the values that they will have
};
Release release_of(const std::string& version, const ReleaseContents& contents);
// Of the text in a stack.
Release parse_release(std::string_view text);

// Below 0, 0, or above 0, as `a` is older than, as old as, or newer than `b`; by their numbers.
int compare_versions(std::string_view a, std::string_view b);

// What a document of notes (docs/UPGRADING.md) has for each version after `from`, up to `to`: "version:
// note".
struct UpgradeNote {
  std::string version;
  std::string text;
};
std::vector<UpgradeNote> upgrade_notes(std::string_view document, std::string_view from, std::string_view to);

}  // namespace aurora::cli
