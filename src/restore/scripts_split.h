// SQL files cut into statements, by each engine's own rules for where a statement ends.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "db/session.h"

namespace aurora::restore {

// A comment to the end of its line ("-- …", in MySQL also "# …"), without its marks and outer blanks.
struct SqlComment {
  std::string text;
  std::size_t line = 0;
};

struct SqlStatement {
  std::string text;               // without the terminator
  std::size_t line = 0;           // of its first word, from 1
  std::vector<SqlComment> above;  // since the statement before
};

struct SplitSql {
  std::vector<SqlStatement> statements;
  std::vector<SqlComment> below;  // after the last statement
};

// PostgreSQL: strings (E'' too), quoted names, dollar quotes, nested comments, parentheses and BEGIN ATOMIC
// bodies hold no end of a statement; psql's commands (\i …) are refused. MySQL: strings with backslashes,
// back quotes, and DELIMITER as its client has it. Throws Error "SqlMalformed" that names the line.
SplitSql split_sql(std::string_view text, db::Engine engine);

// The first `count` words of a statement in upper case, comments left out: "CREATE INDEX CONCURRENTLY".
std::vector<std::string> first_words(std::string_view statement, db::Engine engine, std::size_t count);

}  // namespace aurora::restore
