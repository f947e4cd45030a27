#include "db/postgres_objects.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "db/postgres_catalog.h"

namespace aurora::db::postgres {
namespace {

// In the order of the alphabet; a word's place is its bit.
constexpr std::array<std::string_view, 12> kWords{"CONNECT", "CREATE",     "DELETE", "EXECUTE",
                                                  "INSERT",  "REFERENCES", "SELECT", "TEMPORARY",
                                                  "TRIGGER", "TRUNCATE",   "UPDATE", "USAGE"};

Words word_of(std::string_view name) {
  const auto* const found = std::ranges::find(kWords, name);
  return found == kWords.end() ? 0 : Words{1} << (found - kWords.begin());
}

// pg_database_owner stands for whoever owns the database, and has no other members.
std::string owner_name(std::string_view owner) {
  return fmt::format(
      "(SELECT CASE o.rolname WHEN 'pg_database_owner' THEN (SELECT pg_get_userbyid(datdba) FROM pg_database "
      "WHERE datname = current_database()) ELSE o.rolname END FROM pg_roles o WHERE o.oid = {})",
      owner);
}

// $1 are names of users; each has its place in that list as its number.
constexpr std::string_view kWithUsers =
    "WITH g AS MATERIALIZED (SELECT r.oid, w.number - 1 AS number FROM unnest($1::text[]) WITH ORDINALITY AS "
    "w(name, number) JOIN pg_roles r ON r.rolname = w.name) ";

// Who of `g` holds what, in the entries `a` that `source` gives.
std::string held_from(std::string_view source, std::string_view condition) {
  return fmt::format(
      "coalesce((SELECT string_agg(h.number || ':' || h.words, ' ') FROM (SELECT g.number, "
      "string_agg(DISTINCT a.privilege_type, ',') AS words FROM {} JOIN g ON g.oid = a.grantee WHERE {} "
      "GROUP BY "
      "g.number) h), '')",
      source, condition);
}

std::string held_in(std::string_view acl) {
  return held_from(fmt::format("aclexplode({}) a", acl), "true");
}

std::string objects_sql() {
  const std::string on_columns = held_from("pg_attribute t CROSS JOIN LATERAL aclexplode(t.attacl) a",
                                           "t.attrelid = c.oid AND t.attacl IS NOT NULL");
  return fmt::format(
      "{0}SELECT 'DATABASE', quote_ident(d.datname), '', d.datname, {1}, {2}, '' FROM pg_database d WHERE "
      "d.datname = current_database() "
      "UNION ALL SELECT 'SCHEMA', quote_ident(n.nspname), n.nspname, n.nspname, {3}, {4}, '' FROM "
      "pg_namespace "
      "n WHERE {5} "
      "UNION ALL SELECT 'TABLE', format('%I.%I', n.nspname, c.relname), n.nspname, c.relname, {6}, {7}, {12} "
      "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', "
      "'f') AND {5} AND {8} "
      "UNION ALL SELECT 'SEQUENCE', format('%I.%I', n.nspname, c.relname), n.nspname, coalesce((SELECT "
      "r.relname FROM pg_depend e JOIN pg_class r ON r.oid = e.refobjid WHERE e.classid = "
      "'pg_class'::regclass AND e.objid = c.oid AND e.refclassid = 'pg_class'::regclass AND e.deptype IN "
      "('a', "
      "'i') LIMIT 1), ''), {6}, {7}, '' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE "
      "c.relkind = 'S' AND {5} AND {8} "
      "UNION ALL SELECT 'ROUTINE', f.oid::regprocedure::text, n.nspname, '', {9}, {10}, '' FROM pg_proc f "
      "JOIN "
      "pg_namespace n ON n.oid = f.pronamespace WHERE {5} AND {11} ORDER BY 3, 1, 2",
      kWithUsers, owner_name("d.datdba"), held_in("d.datacl"), owner_name("n.nspowner"), held_in("n.nspacl"),
      is_user_schema(), owner_name("c.relowner"), held_in("c.relacl"),
      is_no_extension_member("pg_class", "c"), owner_name("f.proowner"), held_in("f.proacl"),
      is_no_extension_member("pg_proc", "f"), on_columns);
}

}  // namespace

Words words_of(const std::set<std::string>& names) {
  Words words = 0;
  for (const std::string& name : names) words |= word_of(name);
  return words;
}

Words words_of(const std::string& list) {
  Words words = 0;
  for (const std::string& name : split(list, ',')) words |= word_of(name);
  return words;
}

std::string names_of(Words words) {
  std::vector<std::string> names;
  for (std::size_t place = 0; place < kWords.size(); ++place)
    if ((words >> place & 1) != 0) names.emplace_back(kWords[place]);
  return join(names, ", ");
}

Holders holders_of(const std::string& text, std::size_t users) {
  Holders holders(users, 0);
  if (text.empty()) return holders;
  for (const std::string& one : split(text, ' ')) {
    const std::size_t colon = one.find(':');
    AURORA_INVARIANT(colon != std::string::npos);
    const std::size_t number = std::stoul(one.substr(0, colon));
    AURORA_INVARIANT(number < users);
    holders[number] |= words_of(one.substr(colon + 1));
  }
  return holders;
}

std::vector<Object> read_objects(Session& session, const std::vector<std::string>& usernames) {
  std::vector<Object> objects;
  for (const Row& row : session.query(objects_sql(), {text_array(usernames)}).rows) {
    Object& object = objects.emplace_back();
    object.kind = text_of(row, 0);
    object.quoted = text_of(row, 1);
    object.schema = text_of(row, 2);
    object.name = text_of(row, 3);
    object.owner = text_of(row, 4);
    object.held = holders_of(text_of(row, 5), usernames.size());
    if (!text_of(row, 6).empty()) object.partial = holders_of(text_of(row, 6), usernames.size());
  }
  return objects;
}

std::vector<DefaultPrivilege> read_defaults(Session& session, const std::vector<std::string>& usernames) {
  const Result held = session.query(
      fmt::format(
          "{}SELECT pg_get_userbyid(d.defaclrole), coalesce(n.nspname, ''), CASE d.defaclobjtype WHEN "
          "'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' ELSE 'ROUTINES' END, {} FROM pg_default_acl d "
          "LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace WHERE d.defaclobjtype IN ('r', 'S', 'f')",
          kWithUsers, held_in("d.defaclacl")),
      {text_array(usernames)});
  std::vector<DefaultPrivilege> defaults;
  for (const Row& row : held.rows)
    defaults.push_back({.owner = text_of(row, 0),
                        .schema = text_of(row, 1),
                        .kind = text_of(row, 2),
                        .held = holders_of(text_of(row, 3), usernames.size())});
  return defaults;
}

}  // namespace aurora::db::postgres
