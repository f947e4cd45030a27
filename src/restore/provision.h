// What the pipeline needs beside its functions, made through public APIs where it is missing: the state
// and audit tables with their indexes, expiry and point-in-time recovery, the state machine, and the rule
// that rolls stopped executions back.
//
// On AWS the CloudFormation template makes these; this is for the local endpoint and for tests.
#pragma once
#include "aws/client.h"
#include "restore/definition.h"
#include "restore/pipeline.h"

namespace aurora::restore {

// May be run again at any time; an existing state machine gets the current definition, and tables of older
// installations the indexes they lack.
void provision(aws::Api& api, const PipelineNames& names, const DefinitionOptions& options = {});

// The tables alone.
void provision_tables(aws::Api& api, const PipelineNames& names);

// The state or the audit table as CreateTable, and ImportTable's TableCreationParameters, want it.
Json table_definition(const PipelineNames& names, bool audit);
// Gives a table what its definition does not hold: expiry and point-in-time recovery.
void complete_table(aws::Api& api, const PipelineNames& names, bool audit);

}  // namespace aurora::restore
