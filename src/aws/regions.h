// The Regions of AWS. https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
#pragma once
#include <string_view>

namespace aurora::aws {

bool is_known_region(std::string_view name);

}  // namespace aurora::aws
