// post_restore_sql: files that change the restored data, such as masking, before users get in.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "restore/scripts_file.h"
#include "restore/step.h"

namespace aurora::restore {

struct Script {
  SqlFile file;
  std::optional<std::string> database;  // of "-- database: name"
  // One transaction with the mark that it ran. Otherwise each statement stands by itself.
  bool transactional = true;
  std::vector<SqlStatement> statements;
};

// Throws Error "ScriptMalformed" naming file, line and rule: what cannot be split, unknown headers, and
// statements that cannot run in the one transaction that the file does not turn off.
Script parse_script(SqlFile file, db::Engine engine);

// Runs the files of post_restore_sql in their order, each once for an operation's run: a mark in the
// database, written in the file's own transaction, tells after a crash whether it ran. When the restored
// data is to be compared with its origin, that is done first, since the files change it. Nothing when all
// is done (also without any file); else the answer of a step that goes on in another call. Throws Error
// "ScriptFailed" naming file, statement, line and the server's message, "ScriptInterrupted" for a file
// without a transaction that a crash cut off, and "VerificationFailed".
std::optional<StepResult> run_scripts(StepContext& context, const db::ConnectOptions& access);

// Where scripts leave their marks until all have run: a schema in PostgreSQL, a database in MySQL.
inline constexpr char kMarkSchema[] = "aurora_restore";

}  // namespace aurora::restore
