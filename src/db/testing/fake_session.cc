#include "db/testing/fake_session.h"

#include <algorithm>
#include <ranges>

#include "base/text.h"
#include "db/sql_error.h"

namespace aurora::db::testing {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

FakeDatabase& FakeDatabase::answer(std::string part, Result result) {
  rules_.push_back({std::move(part), std::move(result), std::nullopt});
  return *this;
}

FakeDatabase& FakeDatabase::fail(std::string part, SqlError error) {
  rules_.push_back({std::move(part), {}, std::move(error)});
  return *this;
}

FakeDatabase& FakeDatabase::refuse(const SqlError& error, int times) {
  for (int time = 0; time < times; ++time) refusals_.push_back(error);
  return *this;
}

int FakeDatabase::count(std::string_view part) const {
  return static_cast<int>(
      std::ranges::count_if(statements_, [&](const Statement& one) { return contains(one.sql, part); }));
}

Result FakeDatabase::run(Statement statement) {
  const std::lock_guard lock(mutex_);
  if (statement.batch == 0) ++round_trips_;
  statements_.push_back(std::move(statement));
  const std::string& sql = statements_.back().sql;
  for (const Rule& rule : std::views::reverse(rules_)) {
    if (!contains(sql, rule.part)) continue;
    if (rule.error) throw SqlError(*rule.error);
    return rule.result;
  }
  return {};
}

Result rows(std::vector<std::string> columns, std::vector<Row> values) {
  return {.columns = std::move(columns), .rows = std::move(values)};
}

Result FakeSession::query(std::string_view sql, const std::vector<std::optional<std::string>>& parameters) {
  return database_.run({options_.user, options_.database, std::string(sql), parameters});
}

void FakeSession::run_all(std::span<const std::string> statements) {
  if (statements.empty()) return;
  const int batch = [&] {
    const std::lock_guard lock(database_.mutex_);
    ++database_.round_trips_;
    return ++database_.batches_;
  }();
  for (std::size_t number = 0; number < statements.size(); ++number) {
    try {
      database_.run({options_.user, options_.database, statements[number], {}, batch});
    } catch (const SqlError& error) {
      throw numbered(error, number + 1, statements.size());
    }
  }
}

std::string FakeSession::quote_identifier(std::string_view name) {
  const char mark = options_.engine == Engine::kMySql ? '`' : '"';
  return mark + replace_all(std::string(name), std::string(1, mark), std::string(2, mark)) + mark;
}

std::string FakeSession::quote_literal(std::string_view text) {
  return "'" + replace_all(std::string(text), "'", "''") + "'";
}

std::string FakeSession::password_verifier(std::string_view user, const Secret&) {
  return "verifier-of-" + std::string(user);
}

std::unique_ptr<Session> FakeConnector::connect(const ConnectOptions& options) {
  const std::lock_guard lock(database_.mutex_);
  database_.connections_.push_back(options);
  if (!database_.refusals_.empty()) {
    const SqlError error = std::move(database_.refusals_.front());
    database_.refusals_.pop_front();
    throw error;
  }
  return std::make_unique<FakeSession>(database_, options);
}

}  // namespace aurora::db::testing
