// The state machine's definition as the template wants it.
#pragma once
#include <string>

#include "restore/definition.h"

namespace aurora::cli {

// With ${SnapshotCheckFunction}, ${CopySnapshotFunction}, … in place of the functions' names, which
// CloudFormation fills in with the versions it publishes.
std::string definition_with_placeholders(const restore::DefinitionOptions& options);

}  // namespace aurora::cli
