// What the pipeline needs beside its functions, made through public APIs where it is missing: the state
// and audit tables with their expiry, the state machine, and the rule that rolls stopped executions back.
//
// On AWS the CloudFormation template makes these; this is for the local endpoint and for tests.
#pragma once
#include "aws/client.h"
#include "restore/definition.h"
#include "restore/pipeline.h"

namespace aurora::restore {

// May be run again at any time; an existing state machine gets the current definition.
void provision(aws::Api& api, const PipelineNames& names, const DefinitionOptions& options = {});

}  // namespace aurora::restore
