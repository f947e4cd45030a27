// How MySQL's tables are read for their checksums.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "db/fingerprint_dialect.h"
#include "db/session.h"

namespace aurora::db::mysql {

// The text of a column's value, never NULL: `type` is information_schema.columns.data_type. No text of a
// value is that of NULL or holds an unescaped comma, so that texts joined by commas are equal for equal rows
// only, and none grows with large objects, whose digests stand for them.
std::string value_text(std::string_view quoted_column, std::string_view type);

// What stands behind SELECT: the number of rows of `from`, and their checksum.
std::string count_and_checksum(const std::string& from, const std::string& row_text,
                               bool with_checksum = true);

// The bounds that divide the numbers from `low` to `high` (as decimal text, of any 64-bit type) into `parts`
// ranges; fewer where there are not as many numbers.
std::vector<std::string> bounds(const std::string& low, const std::string& high, std::size_t parts);

// SET SESSION …: everything that has a say in how a value reads as text.
inline constexpr char kFixTextOutput[] =
    "SET SESSION sql_mode = '', SESSION time_zone = '+00:00', SESSION lc_time_names = 'en_US'";

// All tables of the users, with the expressions that read them, in order.
std::vector<Source> list_tables(Session& session);

std::unique_ptr<FingerprintDialect> fingerprint_dialect();

}  // namespace aurora::db::mysql
