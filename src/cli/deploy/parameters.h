// The values of a template's parameters: as given, checked, and as a change set wants them.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/deploy/template_file.h"
#include "restore/settings.h"

namespace aurora::cli {

using ParameterValues = std::map<std::string, std::string>;

// From KEY=VALUE pairs, and from a file of YAML (KEY: value; a list becomes comma separated), which the pairs
// go before. What cannot be read is added to `findings`.
ParameterValues read_parameters(const std::vector<std::string>& pairs, const std::string& file,
                                std::vector<restore::Finding>& findings);
// The same for tags.
ParameterValues read_tags(const std::vector<std::string>& pairs, std::vector<restore::Finding>& findings);

// Adds a finding for each value that the template does not know, that `own` (set by the deployment itself)
// takes precedence over, or that breaks a rule of the template; and for each parameter that has no value at
// all.
void check_parameters(const TemplateFile& file, const ParameterValues& given, const ParameterValues& own,
                      const ParameterValues& before, std::vector<restore::Finding>& findings);

// For CreateChangeSet: own values first, then given ones; what the stack had `before` stays; all else is the
// template's default.
Json parameters_of_change_set(const TemplateFile& file, const ParameterValues& given,
                              const ParameterValues& own, const ParameterValues& before);

}  // namespace aurora::cli
