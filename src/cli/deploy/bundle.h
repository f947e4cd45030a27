// The files that belong to a deployment, as they were when this program was built.
#pragma once
#include <string_view>

namespace aurora::cli {

// infrastructure/aurora-restore-pipeline.yaml
std::string_view template_text();
// docs/UPGRADING.md
std::string_view upgrading_text();

}  // namespace aurora::cli
