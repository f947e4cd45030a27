// Environment variables of the documents that are no settings of a restore: they name the pipeline's parts,
// or configure the AWS resources that it runs on.
#pragma once
#include <span>
#include <string_view>

namespace aurora::restore {

struct DeploymentVariable {
  std::string_view name;
  std::string_view fallback;
  std::string_view meaning;
};

// Read by the local endpoint at its start; on AWS, parameters of the template of the same meaning.
std::span<const DeploymentVariable> deployment_variables();

}  // namespace aurora::restore
