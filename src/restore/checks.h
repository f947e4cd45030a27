// verification_sql: the team's own checks of the restored data. docs/VERIFICATION.md describes the files.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "restore/checks_expectation.h"
#include "restore/scripts_file.h"
#include "restore/settings.h"
#include "restore/verification.h"

namespace aurora::restore {

struct SqlCheck {
  std::string name;
  std::string database;  // empty: the cluster's only one
  Expectation expectation;
  std::string sql;
  std::string file;
  std::size_t line = 0;
};

// Throws Error "CheckMalformed" that names the file and everything wrong in it.
std::vector<SqlCheck> parse_checks(const SqlFile& file, db::Engine engine);

// For the preflight: whether the files of post_restore_sql and verification_sql and the manifest are there
// and can be understood. Reads S3 only. Without `engine`, the snapshot's is taken from the operation, else
// the setting's.
std::vector<Finding> check_sql_files(StepContext& context, std::optional<db::Engine> engine = {});

// Runs the checks that no call ran yet, each in a read-only transaction. The outcomes so far are in the
// operation's state. True when all are done.
bool run_checks(StepContext& context, const db::ConnectOptions& access);
// Their outcomes, in order.
std::vector<Check> sql_checks(const StepContext& context);

}  // namespace aurora::restore
