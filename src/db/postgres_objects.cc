#include "db/postgres_objects.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "db/postgres_catalog.h"

namespace aurora::db::postgres {
namespace {

// pg_database_owner stands for whoever owns the database, and has no other members.
std::string owner_name(std::string_view owner) {
  return fmt::format(
      "(SELECT CASE o.rolname WHEN 'pg_database_owner' THEN (SELECT pg_get_userbyid(datdba) FROM pg_database "
      "WHERE "
      "datname = current_database()) ELSE o.rolname END FROM pg_roles o WHERE o.oid = {})",
      owner);
}

std::string objects_sql() {
  return fmt::format(
      "SELECT 'DATABASE', quote_ident(d.datname), '', {0}, {1}, '' FROM pg_database d WHERE d.datname = "
      "current_database() "
      "UNION ALL SELECT 'SCHEMA', quote_ident(n.nspname), n.nspname, {2}, {3}, '' FROM pg_namespace n WHERE "
      "{4} "
      "UNION ALL SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, format('%I.%I', n.nspname, "
      "c.relname), n.nspname, {5}, {6}, coalesce((SELECT string_agg(DISTINCT p.privilege_type, ',') FROM "
      "pg_attribute t, aclexplode(t.attacl) p JOIN pg_roles u ON u.oid = p.grantee WHERE t.attrelid = c.oid "
      "AND "
      "t.attacl IS NOT NULL AND u.rolname = $1), '') "
      "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', "
      "'f', "
      "'S') AND {4} AND {7} "
      "UNION ALL SELECT 'ROUTINE', f.oid::regprocedure::text, n.nspname, {8}, {9}, '' FROM pg_proc f JOIN "
      "pg_namespace n ON n.oid = f.pronamespace WHERE {4} AND {10} ORDER BY 3, 1, 2",
      owner_name("d.datdba"), held_in("d.datacl"), owner_name("n.nspowner"), held_in("n.nspacl"),
      is_user_schema(), owner_name("c.relowner"), held_in("c.relacl"),
      is_no_extension_member("pg_class", "c"), owner_name("f.proowner"), held_in("f.proacl"),
      is_no_extension_member("pg_proc", "f"));
}

}  // namespace

std::vector<Object> read_objects(Session& session, const std::string& username) {
  std::vector<Object> objects;
  for (const Row& row : session.query(objects_sql(), {username}).rows) {
    if (text_of(row, 3) == username) continue;
    objects.push_back({.kind = text_of(row, 0),
                       .name = text_of(row, 1),
                       .schema = text_of(row, 2),
                       .owner = text_of(row, 3),
                       .held = words_of(text_of(row, 4)),
                       .partial = words_of(text_of(row, 5))});
  }
  return objects;
}

std::string held_in(std::string_view acl) {
  return fmt::format(
      "coalesce((SELECT string_agg(DISTINCT a.privilege_type, ',') FROM aclexplode({}) a JOIN pg_roles u ON "
      "u.oid "
      "= a.grantee WHERE u.rolname = $1), '')",
      acl);
}

Words words_of(const std::string& list) {
  std::vector<std::string> parts = split(list, ',');
  std::erase(parts, "");
  return {parts.begin(), parts.end()};
}

Words minus(const Words& left, const Words& right) {
  Words rest;
  std::ranges::set_difference(left, right, std::inserter(rest, rest.end()));
  return rest;
}

Words both(const Words& left, const Words& right) {
  Words common;
  std::ranges::set_intersection(left, right, std::inserter(common, common.end()));
  return common;
}

}  // namespace aurora::db::postgres
