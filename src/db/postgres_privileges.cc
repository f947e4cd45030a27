// Reads back what users may really do, and holds it against what they were promised. Promises travel as one
// JSON parameter, so that a statement serves any number of users.
#include "base/json.h"
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

// One row for each grant of each user; for a user without grants, one that promises nothing.
Json promises_of(std::span<const UserSpec> users) {
  Json rows = Json::array();
  for (std::size_t number = 0; number < users.size(); ++number) {
    const UserSpec& user = users[number];
    Json row{{"n", number}, {"u", user.username}, {"schemas", Json::array()}, {"tables", Json::array()}};
    if (user.roles) row["roles"] = *user.roles;
    const std::vector<GrantSpec> grants = user.all_grants();
    if (grants.empty()) rows.push_back(row);
    for (const GrantSpec& grant : grants) {
      const PrivilegeSet set = postgres_privileges(grant.privileges);
      row["databases"] = grant.databases;
      row["schemas"] = grant.schemas;
      row["tables"] = grant.tables;
      row["d"] = set.on_databases;
      row["s"] = grant.tables.empty() ? set.on_schemas : std::set<std::string>{"USAGE"};
      row["t"] = set.on_tables;
      row["q"] = set.on_sequences;
      row["r"] = grant.tables.empty() ? set.on_routines : std::set<std::string>{};
      rows.push_back(row);
    }
  }
  return rows;
}

// w: the promises. a: those that apply in this database, with the user's oid. s, c, f: schemas, relations
// and routines of the users. A sequence goes with the table whose column it numbers.
std::string with_promises() {
  return fmt::format(
      "WITH w AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($1::jsonb) AS w(n int, u text, databases "
      "text[], "
      "schemas text[], tables text[], d text[], s text[], t text[], q text[], r text[], roles text[])), "
      "a AS MATERIALIZED (SELECT w.*, u.oid FROM w JOIN pg_roles u ON u.rolname = w.u WHERE w.d IS NOT NULL "
      "AND "
      "(cardinality(w.databases) = 0 OR current_database() = ANY (w.databases))), "
      "s AS MATERIALIZED (SELECT n.oid, n.nspname, n.nspowner, n.nspacl FROM pg_namespace n WHERE {0}), "
      "c AS MATERIALIZED (SELECT c.oid, c.relkind = 'S' AS is_sequence, s.nspname, c.relowner, c.relacl, "
      "format('%I.%I', s.nspname, c.relname) AS name, CASE c.relkind WHEN 'S' THEN (SELECT t.relname FROM "
      "pg_depend e "
      "JOIN pg_class t ON t.oid = e.refobjid WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND "
      "e.refclassid = 'pg_class'::regclass AND e.deptype IN ('a', 'i') LIMIT 1) ELSE c.relname END AS "
      "of_table FROM "
      "pg_class c JOIN s ON s.oid = c.relnamespace WHERE ({1} OR c.relkind = 'S') AND {2}), "
      "f AS MATERIALIZED (SELECT f.oid, s.nspname, f.proowner, f.proacl, f.oid::regprocedure::text AS name "
      "FROM "
      "pg_proc f JOIN s ON s.oid = f.pronamespace WHERE {3}) ",
      is_user_schema(), kRelationsWithRows, is_no_extension_member("pg_class", "c"),
      is_no_extension_member("pg_proc", "f"));
}

constexpr std::string_view kCoversSchema = "(cardinality(a.schemas) = 0 OR {0}.nspname = ANY (a.schemas))";
constexpr std::string_view kCoversTable = "(cardinality(a.tables) = 0 OR c.of_table = ANY (a.tables))";

std::string covers(std::string_view alias) {
  std::string schema = fmt::format(fmt::runtime(kCoversSchema), alias);
  return alias == "c" ? schema + " AND " + std::string(kCoversTable) : schema;
}

std::string gaps_sql() {
  return fmt::format(
      "{0}SELECT DISTINCT x.n, x.gap FROM ("
      "SELECT w.n, 'the user ' || w.u AS gap FROM w WHERE NOT EXISTS (SELECT FROM pg_roles u WHERE u.rolname "
      "= w.u) "
      "UNION ALL SELECT a.n, p || ' on database ' || quote_ident(current_database()) FROM a, unnest(a.d) p "
      "WHERE NOT "
      "has_database_privilege(a.oid, current_database(), p) "
      "UNION ALL SELECT a.n, p || ' on schema ' || quote_ident(s.nspname) FROM a JOIN s ON {1}, unnest(a.s) "
      "p WHERE "
      "NOT has_schema_privilege(a.oid, s.oid, p) "
      "UNION ALL SELECT a.n, p || ' on ' || c.name FROM a JOIN c ON NOT c.is_sequence AND {2}, unnest(a.t) p "
      "WHERE NOT "
      "has_table_privilege(a.oid, c.oid, p) "
      "UNION ALL SELECT a.n, p || ' on ' || c.name FROM a JOIN c ON c.is_sequence AND {2}, unnest(a.q) p "
      "WHERE NOT "
      "has_sequence_privilege(a.oid, c.oid, p) "
      "UNION ALL SELECT a.n, p || ' on ' || f.name FROM a JOIN f ON {3}, unnest(a.r) p WHERE NOT "
      "has_function_privilege(a.oid, f.oid, p) "
      "UNION ALL SELECT a.n, 'schema ' || m FROM a, unnest(a.schemas) m WHERE NOT EXISTS (SELECT FROM "
      "pg_namespace k "
      "WHERE k.nspname = m) "
      "UNION ALL SELECT a.n, 'table ' || m FROM a, unnest(a.tables) m WHERE NOT EXISTS (SELECT FROM c WHERE "
      "NOT "
      "c.is_sequence AND c.of_table = m AND {4}) "
      "UNION ALL SELECT w.n, 'membership in ' || m FROM w JOIN pg_roles u ON u.rolname = w.u, "
      "unnest(w.roles) m WHERE "
      "NOT EXISTS (SELECT FROM pg_roles k WHERE k.rolname = m AND pg_has_role(u.oid, k.oid, 'MEMBER'))) x "
      "ORDER BY 1, 2",
      with_promises(), covers("s"), covers("c"), covers("f"), fmt::format(fmt::runtime(kCoversSchema), "c"));
}

// What users `u` may do with the objects `alias` beyond their promises `promise` (a column of a).
struct Kind {
  std::string_view alias;
  std::string_view condition;
  std::string_view function;
  std::string_view promise;
  std::string_view words;  // parameter
  std::string_view acl;
  std::string_view owner;
  std::string_view default_acl;
  std::string_view name;
};

std::string beyond_sql(const Kind& kind) {
  return fmt::format(
      "SELECT u.n, p || {0} AS more FROM u JOIN {1} ON {2}, unnest({3}::text[]) p WHERE {4}(u.oid, {1}.oid, "
      "p) AND NOT "
      "pg_has_role(u.oid, {5}, 'USAGE') "
      "AND NOT EXISTS (SELECT FROM aclexplode(coalesce({6}, acldefault('{7}', {5}))) e WHERE e.grantee = 0 "
      "AND "
      "e.privilege_type = p) "
      "AND NOT EXISTS (SELECT FROM a WHERE a.n = u.n AND p = ANY (a.{8}) AND {9}) "
      "AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = ANY (u.roles) AND {4}(r.oid, {1}.oid, p))",
      kind.name, kind.alias, kind.condition, kind.words, kind.function, kind.owner, kind.acl,
      kind.default_acl, kind.promise, kind.alias == "b" ? "true" : covers(kind.alias));
}

// u: the users, each once; roles that nobody settled count as theirs. b: this database.
std::string excess_sql() {
  static constexpr std::array<Kind, 5> kKinds{{
      {"b", "true", "has_database_privilege", "d", "$2", "b.datacl", "b.datdba", "d",
       "' on database ' || quote_ident(b.datname)"},
      {"s", "true", "has_schema_privilege", "s", "$3", "s.nspacl", "s.nspowner", "n",
       "' on schema ' || quote_ident(s.nspname)"},
      {"c", "NOT c.is_sequence", "has_table_privilege", "t", "$4", "c.relacl", "c.relowner", "r",
       "' on ' || c.name"},
      {"c", "c.is_sequence", "has_sequence_privilege", "q", "$5", "c.relacl", "c.relowner", "s",
       "' on ' || c.name"},
      {"f", "true", "has_function_privilege", "r", "$6", "f.proacl", "f.proowner", "f", "' on ' || f.name"},
  }};
  std::string sql =
      with_promises() +
      ", b AS (SELECT oid, datname, datacl, datdba FROM pg_database WHERE datname = current_database()), "
      "u AS MATERIALIZED (SELECT DISTINCT w.n, r.oid, r.rolsuper, r.rolcreaterole, r.rolcreatedb, "
      "r.rolreplication, "
      "r.rolbypassrls, coalesce(w.roles, ARRAY(SELECT k.rolname::text FROM pg_auth_members m JOIN pg_roles k "
      "ON k.oid "
      "= m.roleid WHERE m.member = r.oid)) AS roles FROM w JOIN pg_roles r ON r.rolname = w.u) "
      "SELECT DISTINCT x.n, x.more FROM (";
  for (const Kind& kind : kKinds) sql += beyond_sql(kind) + " UNION ALL ";
  return sql +
         "SELECT u.n, 'attribute ' || k.name FROM u, LATERAL (VALUES ('SUPERUSER', u.rolsuper), "
         "('CREATEROLE', "
         "u.rolcreaterole), ('CREATEDB', u.rolcreatedb), ('REPLICATION', u.rolreplication), ('BYPASSRLS', "
         "u.rolbypassrls)) k(name, has) WHERE k.has) x ORDER BY 1, 2";
}

std::vector<std::vector<std::string>> by_user(const Result& result, std::size_t users) {
  std::vector<std::vector<std::string>> lists(users);
  for (const Row& row : result.rows)
    lists.at(static_cast<std::size_t>(number_of(row, 0))).push_back(text_of(row, 1));
  return lists;
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

std::vector<std::vector<std::string>> missing_privileges(Session& session, std::span<const UserSpec> users) {
  Transaction transaction(session, "BEGIN READ ONLY");
  const Result gaps = session.query(gaps_sql(), {dump_json(promises_of(users))});
  transaction.commit();
  return by_user(gaps, users.size());
}

std::vector<std::vector<std::string>> excess_privileges(Session& session, std::span<const UserSpec> users) {
  const PrivilegeSet& all = postgres_privileges_all();
  Transaction transaction(session, "BEGIN READ ONLY");
  const Result more = session.query(
      excess_sql(), {dump_json(promises_of(users)), text_array(listed(all.on_databases)),
                     text_array(listed(all.on_schemas)), text_array(listed(all.on_tables)),
                     text_array(listed(all.on_sequences)), text_array(listed(all.on_routines))});
  transaction.commit();
  return by_user(more, users.size());
}

}  // namespace aurora::db::postgres
