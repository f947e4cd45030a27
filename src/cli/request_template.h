// The file that `init` writes: every setting of a restore with its meaning and default, to be edited.
#pragma once
#include <string>

#include "base/json.h"

namespace aurora::cli {

// YAML for `run -f`. What nearly every restore says comes first, with the values of `configuration` (an
// environment's, as it stands in SSM); all others follow, commented out in the manner of server
// configurations: "# meaning" and "#name: default". `environment` is named in the first lines.
std::string request_template(const Json& configuration, const std::string& environment,
                             const std::string& program);

}  // namespace aurora::cli
