// The marks that scripts leave in the database they run in, so that none runs twice.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "db/session.h"
#include "restore/scripts_file.h"

namespace aurora::restore {

// One script of one run of an operation.
struct MarkKey {
  std::string operation_id;
  std::string run_id;
  std::size_t position = 0;
};

struct Mark {
  bool completed = false;
  std::int64_t statements = 0;
  std::int64_t rows = 0;
};

// Table aurora_restore.script_runs. `session` outlives it.
class ScriptMarks {
 public:
  explicit ScriptMarks(db::Session& session) : session_(session) {}

  // False when another process works on scripts here. Held until the session ends.
  bool lock();
  void ensure_table();
  std::optional<Mark> find(const MarkKey& key);
  // Within the caller's transaction, where there is one.
  void begin(const MarkKey& key, const SqlFile& file);
  void complete(const MarkKey& key, const Mark& mark);
  // Removes the table, and the schema around it when nothing else is in there.
  void remove();

 private:
  std::string where(const MarkKey& key);

  db::Session& session_;
};

}  // namespace aurora::restore
