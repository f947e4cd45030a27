// The request of a restore, put together from a file, --input, options and --set, each of which goes before
// the one named before it, and checked before anything is started.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/context.h"

namespace aurora::cli {

struct RequestOptions {
  std::map<std::string, std::string> texts;  // by the setting's name
  std::map<std::string, std::vector<std::string>> lists;
  std::map<std::string, bool> flags;
  std::string file;               // YAML or JSON, - for standard input
  std::string input;              // JSON, @file, or - for standard input
  std::vector<std::string> sets;  // key=value
};

// One option for each setting of restore::settings(), by its own name ("--target-cluster-id") and by a
// short one where there is one ("--target-cluster").
void bind_request_options(Binder& binder, RequestOptions& options);

// Throws Error "InvalidInput" (or InvalidJson, InvalidYaml, FileError for what is read) that names every
// field in doubt, with line and column where it stands in the file.
Json build_request(Context& context, const RequestOptions& options);

// "restore-20261121-065209-3f2a"
std::string new_operation_id(const Clock& clock);

}  // namespace aurora::cli
