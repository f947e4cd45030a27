#include "db/postgres_fingerprint.h"

#include "db/postgres_catalog.h"
#include "db/transaction.h"

namespace aurora::db::postgres {
namespace {

// Tables whose login or row-level security may refuse them, and views that were never filled, are read apart.
std::string list_statement() {
  return "SELECT n.nspname, c.relname, coalesce(pg_table_size(c.oid), 0), c.reltuples::bigint, "
         "coalesce(pg_relation_size(c.oid), 0) / current_setting('block_size')::bigint, NOT "
         "has_table_privilege(c.oid, 'SELECT') OR c.relrowsecurity OR NOT c.relispopulated, "
         // Ranges of physical rows are found without reading the rest since version 14.
         "current_setting('server_version_num')::int >= 140000 AND a.amname = 'heap' FROM pg_class c JOIN "
         "pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am a ON a.oid = c.relam WHERE c.relkind IN "
         "('r', 'm') AND " +
         is_user_schema() + " AND " + is_no_extension_member("pg_class", "c") + " ORDER BY 1, 2";
}

class PostgresDialect final : public FingerprintDialect {
 public:
  std::vector<Source> list(Session& first) override {
    first.query(kOneMoment);
    first.query("SET LOCAL search_path = pg_catalog");
    // Waiting for the readers is no idling.
    first.query("SET LOCAL idle_in_transaction_session_timeout = 0");
    snapshot_ = text_of(first.query("SELECT pg_export_snapshot()").rows.at(0), 0);
    std::vector<Source> tables;
    for (const Row& row : first.query(list_statement()).rows)
      tables.push_back({.schema = text_of(row, 0),
                        .name = text_of(row, 1),
                        .bytes = number_of(row, 2),
                        .estimated_rows = number_of(row, 3),
                        .may_be_refused = truth_of(row, 5),
                        .is_divisible = row.at(6) && truth_of(row, 6),
                        .pages = number_of(row, 4)});
    return tables;
  }

  void begin(Session& reader, bool again) const override {
    if (again) reader.query("ROLLBACK");
    const std::vector<std::string> statements{
        std::string(kOneMoment), "SET TRANSACTION SNAPSHOT " + reader.quote_literal(snapshot_),
        "SET LOCAL search_path = pg_catalog", fix_text_output(),
        // The readers share the cores already; compiling pays for none of the statements.
        "SELECT set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true)"};
    reader.run_all(statements);
  }

  std::vector<std::string> selects(Session& first, const Source& table, std::size_t parts,
                                   bool with_checksums) const override {
    // ONLY: the rows of children are counted where they lie.
    const std::string from =
        "ONLY " + first.quote_identifier(table.schema) + "." + first.quote_identifier(table.name);
    const auto count = static_cast<std::int64_t>(parts);
    std::vector<std::string> all;
    for (std::int64_t part = 0; part < count; ++part) {
      std::string range;
      const auto bound = [&](std::int64_t number) {
        return fmt::format("'({},0)'::tid", table.pages * number / count);
      };
      if (part > 0) range += " WHERE one_row.ctid >= " + bound(part);
      // The last one is open, for pages that were added since.
      if (part + 1 < count) range += (part > 0 ? " AND" : " WHERE") + (" one_row.ctid < " + bound(part + 1));
      all.push_back(count_and_checksum(from, with_checksums) + range);
    }
    return all;
  }

  std::string limit_statements(std::chrono::milliseconds time) const override {
    return fmt::format("SET LOCAL statement_timeout = {}", time.count());
  }

  // Insufficient privilege, and a materialized view that was never filled.
  bool is_unreadable(const SqlError& error) const override {
    return error.sql_state() == "42501" || error.sql_state() == "55000";
  }

  bool is_out_of_time(const SqlError& error) const override { return error.sql_state() == "57014"; }

 private:
  std::string snapshot_;
};

}  // namespace

std::string fix_text_output() {
  return "SELECT set_config('DateStyle', 'ISO, YMD', true), set_config('TimeZone', 'UTC', true), "
         "set_config('IntervalStyle', 'postgres', true), set_config('extra_float_digits', '1', true), "
         "set_config('bytea_output', 'hex', true), set_config('lc_monetary', 'C', true), "
         "set_config('row_security', 'off', true)";
}

std::string count_and_checksum(const std::string& from, bool with_checksum) {
  // (alias.*) is the whole row even when a column has the alias's name.
  return std::string("count(*), ") +
         (with_checksum ? "coalesce(sum(hashtextextended((one_row.*)::text, 0)), 0)" : "0::numeric") +
         " FROM " + from + " AS one_row";
}

std::unique_ptr<FingerprintDialect> fingerprint_dialect() {
  return std::make_unique<PostgresDialect>();
}

}  // namespace aurora::db::postgres
