// YAML 1.2 for files that people write, read as and written from JSON; by yaml-cpp.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/json.h"

namespace aurora::cli {

// Where something stands in a file; the first line and column are 1.
struct YamlPosition {
  int line = 0;
  int column = 0;
};

struct YamlDocument {
  Json value;
  // Where the value of each member stands, by JSON Pointer ("/items/0/target_cluster_id").
  std::map<std::string, YamlPosition> positions;
  // Plain scalars that were read as a number or a boolean, as they were typed, by JSON Pointer: what a field
  // that wants text gets (engine_version: 15.13).
  std::map<std::string, std::string> typed;
};

// What becomes of tags ("!Ref Topic"): a person's file has none; in a CloudFormation template they are short
// forms of functions, whose argument alone is kept.
enum class YamlTags { kRefused, kLeftOut };

// The one document of `text`; JSON is YAML too. Plain scalars are null, booleans (true, false), integers and
// decimal numbers as in YAML's core schema; all else is text, and so are dates, numbers with leading zeros
// and decimals that would not be written the same (15.10). Quoted ones are always text. Throws Error
// "InvalidYaml", which names `what`, line and column, for text that is not YAML, holds several documents, a
// key twice, a key that is no text, tags that are refused, or more than 100,000 nodes after aliases.
YamlDocument parse_yaml(const std::string& text, std::string_view what, YamlTags tags = YamlTags::kRefused);

// Block style; text that a reader would take for something else is quoted. Ends in a newline.
std::string to_yaml(const Json& value);

}  // namespace aurora::cli
