// Reads back what a user may really do.
#include "db/postgres_catalog.h"
#include "db/postgres_users.h"
#include "db/privileges.h"
#include "db/transaction.h"

namespace aurora::db::postgres {
namespace {

constexpr std::string_view kRelationsWithRows = "c.relkind IN ('r', 'p', 'v', 'm', 'f')";

std::vector<std::string> listed(const std::set<std::string>& words) {
  return {words.begin(), words.end()};
}

// Every schema, and for each privilege on how many tables it is held. A user that does not exist has none.
std::string holdings_sql() {
  return fmt::format(
      "SELECT n.nspname, has_schema_privilege(u.oid, n.oid, 'USAGE'), has_schema_privilege(u.oid, n.oid, "
      "'CREATE'), p.privilege, count(c.oid), count(c.oid) FILTER (WHERE has_table_privilege(u.oid, c.oid, "
      "p.privilege)) "
      "FROM pg_roles u CROSS JOIN pg_namespace n CROSS JOIN unnest($2::text[]) AS p(privilege) "
      "LEFT JOIN pg_class c ON c.relnamespace = n.oid AND {} AND {} "
      "WHERE u.rolname = $1 AND {} GROUP BY 1, 2, 3, 4 ORDER BY 1, 4",
      kRelationsWithRows, is_no_extension_member("pg_class", "c"), is_user_schema());
}

// "PRIVILEGE on object" for each that is promised and not there; $1 user, $2 schemas (empty: all), then the
// privileges on schemas, tables, sequences and routines.
std::string gaps_sql() {
  return fmt::format(
      "WITH u AS (SELECT oid FROM pg_roles WHERE rolname = $1), "
      "s AS (SELECT n.oid, n.nspname FROM pg_namespace n WHERE {0} AND (cardinality($2::text[]) = 0 OR "
      "n.nspname "
      "= ANY ($2::text[]))), "
      "c AS (SELECT c.oid, c.relkind, format('%I.%I', s.nspname, c.relname) AS name FROM pg_class c JOIN s "
      "ON "
      "s.oid = c.relnamespace WHERE {2}), "
      "f AS (SELECT f.oid, f.oid::regprocedure::text AS name FROM pg_proc f JOIN s ON s.oid = f.pronamespace "
      "WHERE {3}) "
      "SELECT 'CONNECT on database ' || quote_ident(current_database()) FROM u WHERE NOT "
      "has_database_privilege(u.oid, current_database(), 'CONNECT') "
      "UNION ALL SELECT p || ' on schema ' || quote_ident(s.nspname) FROM u, s, unnest($3::text[]) p WHERE "
      "NOT "
      "has_schema_privilege(u.oid, s.oid, p) "
      "UNION ALL SELECT p || ' on ' || c.name FROM u, c, unnest($4::text[]) p WHERE {1} AND NOT "
      "has_table_privilege(u.oid, c.oid, p) "
      "UNION ALL SELECT p || ' on ' || c.name FROM u, c, unnest($5::text[]) p WHERE c.relkind = 'S' AND NOT "
      "has_sequence_privilege(u.oid, c.oid, p) "
      "UNION ALL SELECT p || ' on ' || f.name FROM u, f, unnest($6::text[]) p WHERE NOT "
      "has_function_privilege(u.oid, f.oid, p) "
      "ORDER BY 1",
      is_user_schema(), kRelationsWithRows, is_no_extension_member("pg_class", "c"),
      is_no_extension_member("pg_proc", "f"));
}

void add_missing_schemas(Session& session, const UserSpec& user, std::vector<std::string>& missing) {
  const Result absent = session.query(
      "SELECT name FROM unnest($1::text[]) AS wanted(name) WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE "
      "nspname = name) ORDER BY 1",
      {text_array(user.schemas)});
  for (const Row& row : absent.rows) missing.push_back("schema " + text_of(row, 0));
}

}  // namespace

std::vector<SchemaPrivileges> privileges_of(Session& session, std::string_view username) {
  Transaction transaction(session, "BEGIN READ ONLY");
  const Result held = session.query(
      holdings_sql(), {std::string(username), text_array(listed(postgres_privileges_all().on_tables))});
  transaction.commit();
  std::vector<SchemaPrivileges> schemas;
  for (const Row& row : held.rows) {
    if (schemas.empty() || schemas.back().schema != text_of(row, 0))
      schemas.push_back({.schema = text_of(row, 0),
                         .usage = truth_of(row, 1),
                         .create = truth_of(row, 2),
                         .tables = number_of(row, 4)});
    schemas.back().on_tables[text_of(row, 3)] = number_of(row, 5);
  }
  return schemas;
}

std::vector<std::string> missing_privileges(Session& session, const UserSpec& user) {
  const PrivilegeSet promised = postgres_privileges(user.privileges);
  Transaction transaction(session, "BEGIN READ ONLY");
  std::vector<std::string> missing;
  if (session.query("SELECT 1 FROM pg_roles WHERE rolname = $1", {user.username}).rows.empty())
    return {"the user " + user.username};
  const Result gaps = session.query(
      gaps_sql(), {user.username, text_array(user.schemas), text_array(listed(promised.on_schemas)),
                   text_array(listed(promised.on_tables)), text_array(listed(promised.on_sequences)),
                   text_array(listed(promised.on_routines))});
  for (const Row& row : gaps.rows) missing.push_back(text_of(row, 0));
  add_missing_schemas(session, user, missing);
  transaction.commit();
  return missing;
}

}  // namespace aurora::db::postgres
