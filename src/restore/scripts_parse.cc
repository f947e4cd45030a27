#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "restore/scripts.h"

namespace aurora::restore {
namespace {

[[noreturn]] void malformed(const SqlFile& file, const std::string& what, std::string hint = {}) {
  throw Error("ScriptMalformed", fmt::format("{}: {}", file.name, what), std::move(hint));
}

template <std::size_t Count>
bool is_one_of(const std::string& word, const std::array<std::string_view, Count>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Statements that begin or end transactions, and would part the mark from what it stands for.
bool controls_transactions(const std::vector<std::string>& words) {
  static constexpr std::array<std::string_view, 5> kWords{"BEGIN", "COMMIT", "END", "ABORT", "XA"};
  if (words.empty()) return false;
  if (is_one_of(words[0], kWords)) return true;
  const std::string second = words.size() > 1 ? words[1] : "";
  if (words[0] == "ROLLBACK") return second != "TO" && !(words.size() > 2 && words[2] == "TO");
  return (words[0] == "START" && second == "TRANSACTION") ||
         (words[0] == "PREPARE" && second == "TRANSACTION") || (words[0] == "SET" && second == "AUTOCOMMIT");
}

// https://www.postgresql.org/docs/15/sql-commands.html: "cannot be executed inside a transaction block".
bool refuses_transactions(const std::vector<std::string>& words) {
  if (words.empty()) return false;
  if (words[0] == "VACUUM") return true;
  if (words.size() < 2) return words[0] == "CLUSTER";
  static constexpr std::array<std::string_view, 4> kWhole{"DATABASE", "TABLESPACE", "SUBSCRIPTION", "SYSTEM"};
  if ((words[0] == "CREATE" || words[0] == "DROP" || words[0] == "ALTER") && is_one_of(words[1], kWhole))
    return words[0] != "ALTER" || words[1] == "SYSTEM";
  const bool concurrently = std::find(words.begin(), words.end(), "CONCURRENTLY") != words.end();
  return concurrently && words[0] != "REFRESH";
}

// What MySQL commits by itself is everything but these.
bool is_data_statement(const std::vector<std::string>& words) {
  static constexpr std::array<std::string_view, 10> kWords{
      "INSERT", "UPDATE", "DELETE", "REPLACE", "SELECT", "WITH", "SET", "DO", "SAVEPOINT", "USE"};
  return words.empty() || is_one_of(words[0], kWords) ||
         (words[0] == "ROLLBACK" && !controls_transactions(words));
}

void check_postgres_statement(const Script& script, const SqlStatement& statement) {
  const auto words = first_words(statement.text, db::Engine::kPostgreSql, 5);
  if (!words.empty() && words[0] == "COPY" && to_upper(statement.text).find("STDIN") != std::string::npos)
    malformed(script.file,
              fmt::format("line {}: COPY … FROM STDIN needs a client that sends the data.", statement.line),
              "Write the rows as INSERT.");
  if (!script.transactional) return;
  if (refuses_transactions(words))
    malformed(script.file,
              fmt::format("line {}: {} cannot run inside the file's transaction.", statement.line,
                          join(words, " ")),
              "Put it into a file of its own that begins with \"-- transaction: off\".");
  if (controls_transactions(words))
    malformed(
        script.file,
        fmt::format("line {}: {} would end the transaction that the file runs in.", statement.line, words[0]),
        "Leave it out, or begin the file with \"-- transaction: off\".");
}

void read_headers(Script& script, const std::vector<SqlComment>& comments) {
  for (const SqlComment& comment : comments) {
    if (const auto database = header_value(comment, "database")) {
      if (database->empty())
        malformed(script.file, fmt::format("line {}: database needs a name.", comment.line));
      script.database = database;
    }
    if (const auto mode = header_value(comment, "transaction")) {
      if (*mode != "on" && *mode != "off")
        malformed(script.file,
                  fmt::format("line {}: transaction is {}; allowed is on or off.", comment.line, *mode));
      script.transactional = *mode == "on";
    }
  }
}

void check_mysql(Script& script) {
  bool data_only = true;
  for (const SqlStatement& statement : script.statements) {
    const auto words = first_words(statement.text, db::Engine::kMySql, 3);
    if (script.transactional && controls_transactions(words))
      malformed(script.file,
                fmt::format("line {}: {} would end the transaction that the file runs in.", statement.line,
                            words[0]),
                "Leave it out, or begin the file with \"-- transaction: off\".");
    data_only = data_only && is_data_statement(words);
  }
  // MySQL commits before and after CREATE, ALTER and their like, so a file with one has no transaction.
  script.transactional = script.transactional && data_only;
}

}  // namespace

Script parse_script(SqlFile file, db::Engine engine) {
  Script script;
  script.file = std::move(file);
  try {
    script.statements = split_sql(script.file.text, engine).statements;
  } catch (const Error& e) {
    malformed(script.file, e.message());
  }
  if (script.statements.empty()) malformed(script.file, "holds no statement.");
  read_headers(script, script.statements.front().above);
  if (engine == db::Engine::kMySql) {
    check_mysql(script);
  } else {
    for (const SqlStatement& statement : script.statements) check_postgres_statement(script, statement);
  }
  return script;
}

}  // namespace aurora::restore
