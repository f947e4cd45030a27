#include "local/stepfunctions/execution_list.h"

#include <limits>

namespace aurora::local::stepfunctions {
namespace {

constexpr char kSelect[] =
    "SELECT e.id, e.arn, e.name, e.machine, e.status, e.started, e.stopped, e.redrives, e.redriven, "
    "o.version, o.alias "
    "FROM execution e LEFT JOIN origin o ON o.execution = e.arn "
    "WHERE e.machine = ?1 AND (?2 < 0 OR e.status = ?2) AND (e.started, e.id) < (?3, ?4) "
    "AND (?5 < 0 OR (e.redrives > 0) = ?5) AND (?6 < 0 OR o.version = ?6) AND (?7 = '' OR o.alias = ?7) "
    "ORDER BY e.started DESC, e.id DESC LIMIT ?8";

TimePoint time_in(const SQLite::Column& column) {
  return TimePoint(Duration(column.getInt64()));
}

void bind(SQLite::Statement& row, const ExecutionQuery& query) {
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  row.bind(1, query.machine);
  row.bind(2, query.status ? static_cast<int>(*query.status) : -1);
  row.bind(3, query.after ? query.after->first : kEnd);
  row.bind(4, query.after ? query.after->second : kEnd);
  row.bind(5, query.redriven ? static_cast<int>(*query.redriven) : -1);
  row.bind(6, query.version.value_or(-1));
  row.bind(7, query.alias);
  row.bind(8, query.limit);
}

ListedExecution read(SQLite::Statement& row) {
  ListedExecution listed;
  listed.row.id = row.getColumn(0).getInt64();
  listed.row.arn = row.getColumn(1).getString();
  listed.row.name = row.getColumn(2).getString();
  listed.row.machine_arn = row.getColumn(3).getString();
  listed.row.status = static_cast<asl::ExecutionStatus>(row.getColumn(4).getInt());
  listed.row.started = time_in(row.getColumn(5));
  if (!row.getColumn(6).isNull()) listed.row.stopped = time_in(row.getColumn(6));
  listed.row.redrives = row.getColumn(7).getInt();
  if (!row.getColumn(8).isNull()) listed.row.redriven = time_in(row.getColumn(8));
  if (!row.getColumn(9).isNull())
    listed.origin = Origin{.version = row.getColumn(9).getInt64(), .alias = row.getColumn(10).getString()};
  return listed;
}

}  // namespace

std::vector<ListedExecution> list_executions(Store& store, const ExecutionQuery& query) {
  SQLite::Statement row(store.database(), kSelect);
  bind(row, query);
  std::vector<ListedExecution> found;
  while (row.executeStep()) found.push_back(read(row));
  return found;
}

}  // namespace aurora::local::stepfunctions
