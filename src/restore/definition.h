// The state machine's definition: infrastructure/step_functions_definition.json as it was when this was
// built, and its rendering for one environment.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "restore/configuration.h"
#include "restore/pipeline.h"

namespace aurora::restore {

struct Step;

// The file's text. It is valid as it stands, for the dev environment.
std::string_view definition_text();

// What a deployment may set (the configuration guide's runtime parameters); absent values stay the file's.
struct DefinitionOptions {
  std::optional<std::int64_t> timeout_seconds = {};         // STATE_MACHINE_TIMEOUT_SECONDS
  std::optional<std::int64_t> retries_max = {};             // MAX_RETRIES
  std::optional<std::int64_t> retry_interval_seconds = {};  // RETRY_INTERVAL_SECONDS
  std::optional<double> retry_backoff_rate = {};            // RETRY_BACKOFF_RATE
};

// Throws Error "InvalidConfiguration" for a variable that is no number in its range.
DefinitionOptions definition_options(const Environment& environment);

// `definition` with the environment's function names, and with the options on the whole machine and on
// each Retry against AWS's own errors.
Json render_definition(Json definition, const PipelineNames& names, const DefinitionOptions& options = {});

// The definition as infrastructure/aurora-restore-pipeline.yaml wants it: in place of each function's name a
// placeholder such as ${CopySnapshotFunction}, which CloudFormation fills with the version just published
// (docs/adr/0013).
Json definition_for_template(Json definition, const DefinitionOptions& options = {});

// Whether the state machine repeats the step by itself after that error: what its state's Retry lists.
bool is_retried(const Step& step, std::string_view error);

}  // namespace aurora::restore
