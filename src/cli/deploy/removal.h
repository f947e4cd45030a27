// The way back: a stack deleted, and what is to stay kept.
#pragma once
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/deploy/place.h"
#include "cli/exit_codes.h"
#include "cli/output.h"

namespace aurora::cli {

struct DestroyOptions {
  std::string stack;
  std::string bucket;
  std::string role_arn;
  std::string confirm;
  bool yes = false;
  bool force = false;
  bool delete_data = false;
  bool unprotect = false;
  OutputOptions output;
};

// A resource that outlives its stack, because the template says so.
struct KeptResource {
  std::string logical_id;
  std::string physical_id;
  std::string type;
  bool removed = false;

  // The command that removes it, for what is left.
  std::string how_to_remove(const std::string& region) const;
};

// What the stack's own template keeps.
std::vector<KeptResource> kept_resources(Formation& formation, const Stack& stack);

ExitCode destroy(Context& context, const DestroyOptions& options);

}  // namespace aurora::cli
