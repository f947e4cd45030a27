// The request of a restore as a file that people write: YAML or JSON with the fields of --input.
#pragma once
#include <map>
#include <string>

#include "cli/context.h"
#include "cli/yaml.h"
#include "restore/settings.h"

namespace aurora::cli {

struct RequestFile {
  std::string name;  // as findings call it
  Json request = Json::object();
  std::map<std::string, YamlPosition> positions;  // of the values, by field

  // Puts the place of its value ("restore.yaml:12:9: ") before a finding about a field that stands in the
  // file and was not replaced: that `request` still has the file's value of.
  restore::Finding placed(restore::Finding finding, const Json& final_request) const;
};

// `path` is a file's, or - for standard input. What stands unquoted for a text setting is the text that was
// typed (engine_version: 15.13, source_account_id: 012345678901), and paths of SQL files and manifests are
// taken from the file's own folder. Throws Error "FileError", "InvalidYaml", or "InvalidInput" when the
// document is no mapping.
RequestFile read_request_file(Context& context, const std::string& path);

}  // namespace aurora::cli
