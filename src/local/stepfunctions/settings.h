// What a state machine has beside its definition and role: logging, tracing, encryption.
#pragma once
#include "local/service.h"

namespace aurora::local::stepfunctions {

// Those that the call gives, as they were given. Throws InvalidLoggingConfiguration, and
// InvalidEncryptionConfiguration for keys of one's own, which are not offered here.
Json settings_of(const Call& call);
// Puts them into an answer, with AWS's defaults.
void show_settings(Json& answer, const Json& settings);

}  // namespace aurora::local::stepfunctions
