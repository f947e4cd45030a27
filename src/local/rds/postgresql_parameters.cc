#include "local/rds/parameters.h"

namespace aurora::local::rds {
namespace {

constexpr char kPg[] = "aurora-postgresql";
constexpr char kMaxInt[] = "0-2147483647";

constexpr ParameterSpec kSpecs[] = {
    {kPg, "autovacuum", "1", "boolean", "0,1", true, false, "autovacuum", "Whether vacuum runs by itself."},
    {kPg, "autovacuum_naptime", "", "integer", "1-2147483", true, false, "autovacuum_naptime",
     "Seconds between two runs of autovacuum in one database."},
    {kPg, "default_transaction_isolation", "", "string",
     "read uncommitted,read committed,repeatable read,serializable", true, true,
     "default_transaction_isolation", "Isolation level of transactions that name none."},
    {kPg, "idle_in_transaction_session_timeout", "86400000", "integer", kMaxInt, true, true,
     "idle_in_transaction_session_timeout", "Milliseconds after which an idle transaction is ended."},
    {kPg, "lock_timeout", "", "integer", kMaxInt, true, true, "lock_timeout",
     "Milliseconds a statement may wait for a lock."},
    {kPg, "log_connections", "", "boolean", "0,1", true, true, "log_connections",
     "Whether each connection is logged."},
    {kPg, "log_disconnections", "", "boolean", "0,1", true, true, "log_disconnections",
     "Whether the end of each connection is logged."},
    {kPg, "log_lock_waits", "", "boolean", "0,1", true, true, "log_lock_waits",
     "Whether long waits for locks are logged."},
    {kPg, "log_min_duration_statement", "", "integer", "-1-2147483647", true, true,
     "log_min_duration_statement", "Statements that take as many milliseconds are logged."},
    {kPg, "log_statement", "", "string", "none,ddl,mod,all", true, true, "log_statement",
     "Which statements are logged."},
    {kPg, "maintenance_work_mem", "", "integer", "1024-2147483647", true, true, "maintenance_work_mem",
     "Kilobytes for maintenance such as building an index."},
    {kPg, "max_connections", "", "integer", "6-8388607", false, true, "max_connections",
     "Connections at one time."},
    {kPg, "max_locks_per_transaction", "64", "integer", "10-2147483647", false, false,
     "max_locks_per_transaction", "Locks per transaction on average."},
    {kPg, "max_parallel_workers_per_gather", "", "integer", "0-1024", true, true,
     "max_parallel_workers_per_gather", "Parallel workers of one plan node."},
    {kPg, "max_prepared_transactions", "0", "integer", "0-262143", false, false, "max_prepared_transactions",
     "Prepared transactions at one time."},
    {kPg, "random_page_cost", "", "float", "0-1.79769e+308", true, true, "random_page_cost",
     "The planner's cost of a page read out of order."},
    {kPg, "rds.force_ssl", "0", "boolean", "0,1", true, false, "rds.force_ssl",
     "Whether connections without TLS are refused."},
    {kPg, "rds.logical_replication", "0", "boolean", "0,1", false, false, "rds.logical_replication",
     "Whether logical decoding is possible."},
    {kPg, "search_path", "", "string", "", true, true, "search_path", "Schemas searched for plain names."},
    {kPg, "shared_preload_libraries", "", "list", "auto_explain,pg_stat_statements", false, true,
     "shared_preload_libraries", "Libraries loaded when the server starts."},
    {kPg, "statement_timeout", "", "integer", kMaxInt, true, true, "statement_timeout",
     "Milliseconds a statement may take."},
    {kPg, "timezone", "UTC", "string", "", true, false, "timezone", "Time zone of sessions that set none."},
    {kPg, "track_activity_query_size", "4096", "integer", "100-102400", false, true,
     "track_activity_query_size", "Bytes kept of each session's current statement."},
    {kPg, "track_functions", "", "string", "none,pl,all", true, true, "track_functions",
     "Which function calls are counted."},
    {kPg, "track_io_timing", "1", "boolean", "0,1", true, true, "track_io_timing",
     "Whether reads and writes are timed."},
    {kPg, "work_mem", "", "integer", "64-2147483647", true, true, "work_mem",
     "Kilobytes for each sort and hash."},
};

}  // namespace

std::span<const ParameterSpec> postgresql_parameters() {
  return kSpecs;
}

}  // namespace aurora::local::rds
