#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "restore/checks.h"
#include "restore/manifest_store.h"
#include "restore/scripts.h"
#include "restore/verification_comparison.h"

namespace aurora::restore {
namespace {

constexpr std::string_view kExpectations =
    "value >= 1, equals 'x', between 1 and 5, rows 3, rows 3..10, non-empty, empty, null, not null, younger "
    "than 24h "
    "or older than 7d";

// Reads one file; goes on after an error, to tell all of them.
class CheckReader {
 public:
  CheckReader(const SqlFile& file, db::Engine engine) : file_(file), engine_(engine) {}

  std::vector<SqlCheck> run() {
    SplitSql split;
    try {
      split = split_sql(file_.text, engine_);
    } catch (const Error& e) {
      throw Error("CheckMalformed", fmt::format("{}: {}", file_.name, e.message()));
    }
    for (const SqlStatement& statement : split.statements) read(statement);
    for (const SqlComment& comment : split.below)
      if (header_value(comment, "check") || header_value(comment, "expect"))
        wrong(comment.line, "a check without a query below it");
    if (checks_.empty() && wrong_.empty()) wrong(1, "holds no check");
    if (!wrong_.empty())
      throw Error("CheckMalformed", fmt::format("{}: {}", file_.name, join(wrong_, "; ")),
                  "A check is a comment \"-- check: NAME\", a comment \"-- expect: …\" and one query.");
    return std::move(checks_);
  }

 private:
  void wrong(std::size_t line, std::string_view what) {
    wrong_.push_back(fmt::format("line {}: {}", line, what));
  }

  void read(const SqlStatement& statement) {
    std::optional<std::string> name;
    std::optional<Expectation> expectation;
    bool expects = false;
    for (const SqlComment& comment : statement.above) {
      if (const auto database = header_value(comment, "database")) database_ = *database;
      if (const auto value = header_value(comment, "check")) {
        if (name) wrong(comment.line, "the check before it has no query");
        name = value;
      }
      if (const auto value = header_value(comment, "expect")) {
        expects = true;
        expectation = Expectation::parse(*value);
        if (!expectation)
          wrong(comment.line,
                fmt::format("expect: {} is not understood; allowed are {}", *value, kExpectations));
      }
    }
    if (!name || name->empty()) wrong(statement.line, "a query without \"-- check: NAME\" above it");
    if (!expects) wrong(statement.line, "a query without \"-- expect: …\" above it");
    if (!is_query(statement))
      wrong(statement.line, "allowed is one query: SELECT, WITH, VALUES, TABLE or SHOW");
    if (name && expectation)
      checks_.push_back({.name = name->substr(0, 200),
                         .database = database_,
                         .expectation = *expectation,
                         .sql = statement.text,
                         .file = file_.name,
                         .line = statement.line});
  }

  bool is_query(const SqlStatement& statement) const {
    const auto words = first_words(statement.text, engine_, 1);
    for (const char* word : {"SELECT", "WITH", "VALUES", "TABLE", "SHOW"})
      if (!words.empty() && words[0] == word) return true;
    return false;
  }

  const SqlFile& file_;
  const db::Engine engine_;
  std::string database_;  // of the last header; it holds until the next one
  std::vector<SqlCheck> checks_;
  std::vector<std::string> wrong_;
};

// The finding that `look` throws, if it does. What only another moment can answer is thrown on.
template <typename Look>
void find(std::vector<Finding>& findings, const std::string& setting, const std::string& value,
          const Look& look) {
  try {
    look();
  } catch (const aws::ServiceError& e) {
    if (e.details().status >= 500 || e.details().status == 0) throw;
    findings.push_back({setting, value, fmt::format("{}: {}", e.code(), e.message())});
  } catch (const Error& e) {
    for (const char* passing : {"AwsUnreachable", "AwsUnavailable", "AwsThrottled", "Cancelled"})
      if (e.name() == passing) throw;
    findings.push_back({setting, value, e.hint().empty() ? e.message() : e.message() + " " + e.hint()});
  }
}

db::Engine engine_of(const StepContext& context, std::optional<db::Engine> given) {
  if (given) return *given;
  const std::string name =
      string_or(context.operation.get("snapshot_details"), "engine", context.settings.text("engine"));
  return db::engine_of(name).value_or(db::Engine::kPostgreSql);
}

}  // namespace

std::vector<SqlCheck> parse_checks(const SqlFile& file, db::Engine engine) {
  return CheckReader(file, engine).run();
}

std::vector<Finding> check_sql_files(StepContext& context, std::optional<db::Engine> given) {
  const db::Engine engine = engine_of(context, given);
  const std::string& region = context.names.region;
  std::vector<Finding> findings;
  for (const std::string& uri : context.settings.list("post_restore_sql"))
    find(findings, "post_restore_sql", uri,
         [&] { parse_script(fetch_sql_file(context.api, region, uri), engine); });
  for (const std::string& uri : context.settings.list("verification_sql"))
    find(findings, "verification_sql", uri,
         [&] { parse_checks(fetch_sql_file(context.api, region, uri), engine); });
  if (context.settings.has("verification_manifest")) {
    const std::string manifest = context.settings.text("verification_manifest");
    find(findings, "verification_manifest", manifest, [&] {
      const Manifest read = load_manifest(context.api, region, manifest_uri(context));
      const auto of = db::engine_of(read.engine);
      if (of && *of != engine)
        throw Error("EngineMismatch",
                    fmt::format("it was taken from {} of {}.", read.cluster_id, read.engine));
    });
  }
  return findings;
}

}  // namespace aurora::restore
