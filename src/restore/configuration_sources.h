// Where the values of a configuration come from: what each source gives, which source goes before which, and
// how values are shown.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "restore/configuration.h"

namespace aurora::restore {

// What one of the two SSM parameters gives, canonical. Text that is no JSON is a finding with line and
// column, as is everything that canonical_settings() finds.
Json parameter_settings(const PipelineNames& names, const std::string& parameter, const std::string& text,
                        std::vector<Finding>& findings);

// The variable that gives the setting its value in this environment; nothing when none does.
std::optional<std::string> variable_of(const Setting& setting, const Environment& environment);

// Of settings that stand for each other (a subnet group and subnets; a snapshot's name, its day and a moment)
// only those that the first source gave: an input by day goes before a name in the configuration.
Configuration settled(const Configuration& configuration);

// `value` as people may see it: passwords in lists of users are masked.
Json shown_value(const Setting& setting, const Json& value);

}  // namespace aurora::restore
