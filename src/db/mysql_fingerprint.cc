#include "db/mysql_fingerprint.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "db/mysql_catalog.h"
#include "db/wide_number.h"

namespace aurora::db::mysql {
namespace {

template <std::size_t kCount>
bool is_one_of(std::string_view type, const std::array<std::string_view, kCount>& types) {
  return std::ranges::count(types, type) > 0;
}

bool is_integer(std::string_view type) {
  static constexpr std::array<std::string_view, 5> kIntegers{"tinyint", "smallint", "mediumint", "int",
                                                             "bigint"};
  return is_one_of(type, kIntegers);
}

std::string text(const Row& row, std::size_t column) {
  return row.at(column).value_or("");
}

using Name = std::pair<std::string, std::string>;

struct Columns {
  std::vector<std::string> texts;
  std::vector<std::string> integer_keys;
  int keys = 0;
};

std::map<Name, Columns> read_columns(Session& session) {
  const Result result = session.query(
      "SELECT table_schema, table_name, column_name, LOWER(data_type), column_key, extra FROM "
      "information_schema.columns WHERE " +
      is_user_schema("table_schema") + " ORDER BY table_schema, table_name, ordinal_position");
  std::map<Name, Columns> tables;
  for (const Row& row : result.rows) {
    Columns& columns = tables[{text(row, 0), text(row, 1)}];
    const std::string quoted = session.quote_identifier(text(row, 2));
    const std::string type = text(row, 3);
    if (text(row, 4) == "PRI") {
      ++columns.keys;
      if (is_integer(type)) columns.integer_keys.push_back(quoted);
    }
    if (text(row, 5).find("VIRTUAL GENERATED") == std::string::npos)
      columns.texts.push_back(value_text(quoted, type));
  }
  return tables;
}

class MySqlDialect final : public FingerprintDialect {
 public:
  std::vector<Source> list(Session& first) override {
    is_mariadb_ = text(first.query("SELECT VERSION()").rows.at(0), 0).find("MariaDB") != std::string::npos;
    return list_tables(first);
  }

  void begin(Session& reader, bool again) const override {
    // A statement that failed leaves the moment as it was.
    if (again) return;
    reader.query(kFixTextOutput);
    reader.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    reader.query("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  }

  std::vector<std::string> selects(Session& first, const Source& table, std::size_t parts,
                                   bool with_checksums) const override {
    const std::string from = first.quote_identifier(table.schema) + "." + first.quote_identifier(table.name);
    const std::string select = count_and_checksum(from, table.row_text, with_checksums);
    if (parts < 2) return {select};
    const Result ends = first.query(fmt::format("SELECT MIN({0}), MAX({0}) FROM {1}", table.key, from));
    const Row& row = ends.rows.at(0);
    if (!row.at(0) || !row.at(1)) return {select};
    const std::vector<std::string> inner = bounds(*row[0], *row[1], parts);
    std::vector<std::string> all;
    for (std::size_t part = 0; part <= inner.size(); ++part) {
      std::string range;
      if (part > 0) range += fmt::format(" WHERE {} >= {}", table.key, inner[part - 1]);
      // First and last are open, for rows that the ends do not tell of.
      if (part < inner.size())
        range += fmt::format(" {} {} < {}", part > 0 ? "AND" : "WHERE", table.key, inner[part]);
      all.push_back(select + range);
    }
    return all;
  }

  std::string limit_statements(std::chrono::milliseconds time) const override {
    return is_mariadb_ ? fmt::format("SET SESSION max_statement_time = {:.3f}",
                                     static_cast<double>(time.count()) / 1000)
                       : fmt::format("SET SESSION max_execution_time = {}", time.count());
  }

  // Refused to this login: the table, or one of its columns.
  bool is_unreadable(const SqlError& error) const override {
    return error.number() == 1142 || error.number() == 1143;
  }

  // MariaDB's number and MySQL's.
  bool is_out_of_time(const SqlError& error) const override {
    return error.number() == 1969 || error.number() == 3024;
  }

 private:
  bool is_mariadb_ = false;
};

}  // namespace

std::string value_text(std::string_view column, std::string_view type) {
  static constexpr std::array<std::string_view, 8> kPlain{"decimal", "double",  "date",     "time",
                                                          "year",    "numeric", "datetime", "timestamp"};
  static constexpr std::array<std::string_view, 5> kLongTexts{"tinytext", "text", "mediumtext", "longtext",
                                                              "json"};
  static constexpr std::array<std::string_view, 4> kLongBytes{"tinyblob", "blob", "mediumblob", "longblob"};
  static constexpr std::array<std::string_view, 9> kShapes{
      "geometry",     "point",           "linestring",         "polygon",       "multipoint",
      "multipolygon", "multilinestring", "geometrycollection", "geomcollection"};
  if (is_integer(type) || is_one_of(type, kPlain)) return fmt::format("IFNULL({}, 'NULL')", column);
  // As text a FLOAT has six digits, as a DOUBLE all.
  if (type == "float") return fmt::format("IFNULL({} + 0e0, 'NULL')", column);
  if (type == "bit") return fmt::format("IFNULL({} + 0, 'NULL')", column);
  if (is_one_of(type, kLongTexts))
    return fmt::format("IFNULL(SHA1(CONVERT({} USING utf8mb4)), 'NULL')", column);
  if (is_one_of(type, kLongBytes)) return fmt::format("IFNULL(SHA1({}), 'NULL')", column);
  if (type == "binary" || type == "varbinary" || type == "vector")
    return fmt::format("IFNULL(HEX({}), 'NULL')", column);
  // Empty for NULL.
  if (is_one_of(type, kShapes))
    return fmt::format("CONCAT_WS(':', ST_SRID({0}), SHA1(ST_AsBinary({0})))", column);
  // QUOTE gives NULL without, texts with quotation marks.
  return fmt::format("QUOTE(CONVERT({} USING utf8mb4))", column);
}

std::string count_and_checksum(const std::string& from, const std::string& row_text, bool with_checksum) {
  // The first 64 bits of a digest: servers compute it fast, also those that are held to FIPS.
  const std::string checksum =
      with_checksum ? "COALESCE(SUM(CAST(CONV(LEFT(SHA1(" + row_text + "), 16), 16, 10) AS UNSIGNED)), 0)"
                    : "0";
  return "COUNT(*), " + checksum + " FROM " + from;
}

std::vector<std::string> bounds(const std::string& low, const std::string& high, std::size_t parts) {
  const WideNumber first = parse_wide(low);
  const WideNumber numbers = parse_wide(high) - first + 1;
  const WideNumber count = std::min<WideNumber>(static_cast<WideNumber>(parts), numbers);
  std::vector<std::string> inner;
  for (WideNumber part = 1; part < count; ++part) inner.push_back(print_wide(first + numbers * part / count));
  return inner;
}

std::vector<Source> list_tables(Session& session) {
  const Result result = session.query(
      "SELECT t.table_schema, t.table_name, COALESCE(t.data_length, 0), COALESCE(t.table_rows, -1) FROM "
      "information_schema.tables t WHERE " +
      is_table() + " AND " + is_user_schema("t.table_schema") + " ORDER BY 1, 2");
  const std::map<Name, Columns> columns = read_columns(session);
  std::vector<Source> tables;
  for (const Row& row : result.rows) {
    const auto found = columns.find({text(row, 0), text(row, 1)});
    // Dropped between the two statements, or without a value of its own.
    if (found == columns.end() || found->second.texts.empty()) continue;
    const bool divisible = found->second.keys == 1 && found->second.integer_keys.size() == 1;
    tables.push_back({.schema = text(row, 0),
                      .name = text(row, 1),
                      .bytes = std::stoll(text(row, 2)),
                      .estimated_rows = std::stoll(text(row, 3)),
                      .is_divisible = divisible,
                      .row_text = "CONCAT_WS(',', '', " + join(found->second.texts, ", ") + ")",
                      .key = divisible ? found->second.integer_keys.front() : ""});
  }
  return tables;
}

std::unique_ptr<FingerprintDialect> fingerprint_dialect() {
  return std::make_unique<MySqlDialect>();
}

}  // namespace aurora::db::mysql
