// Makes a user's own privileges those of its specification, by the difference between what it holds and
// what it is to hold.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "db/postgres_borrowing.h"
#include "db/postgres_catalog.h"
#include "db/postgres_objects.h"
#include "db/postgres_users.h"
#include "db/privileges.h"
#include "db/transaction.h"

namespace aurora::db::postgres {
namespace {

// What a new object of `owner` in `schema` will carry.
struct DefaultPrivileges {
  Words held;
  Words wanted;
};
// By owner, schema and kind in the plural (TABLES).
using DefaultKey = std::tuple<std::string, std::string, std::string>;

const Words& of_kind(const PrivilegeSet& set, const std::string& kind) {
  static const Words kConnect{"CONNECT"};
  if (kind == "DATABASE") return kConnect;
  if (kind == "SCHEMA") return set.on_schemas;
  if (kind == "SEQUENCE") return set.on_sequences;
  if (kind == "ROUTINE") return set.on_routines;
  return set.on_tables;
}

class Granting {
 public:
  Granting(Session& session, const UserSpec& user)
      : session_(session),
        user_(user),
        promised_(postgres_privileges(user.privileges)),
        grantee_(session.quote_identifier(user.username)),
        borrowing_(session) {}

  GrantedPrivileges run() {
    const std::vector<Object> objects = read_objects(session_, user_.username);
    choose_schemas(objects);
    for (const Object& object : objects) settle(object);
    apply(grants_, "GRANT ", " TO ");
    apply(revokes_, "REVOKE ", " FROM ");
    settle_defaults(objects);
    borrowing_.give_back();
    add_notes();
    return std::move(outcome_);
  }

 private:
  // Objects of one kind that get or lose the same words, so that one statement serves many of them.
  using Batches = std::map<std::pair<std::string, std::string>, std::vector<std::string>>;

  void choose_schemas(const std::vector<Object>& objects) {
    for (const Object& object : objects)
      if (object.kind == "SCHEMA" &&
          (user_.schemas.empty() || std::ranges::count(user_.schemas, object.schema) > 0))
        outcome_.schemas.push_back(object.schema);
    for (const std::string& name : user_.schemas)
      if (!is_chosen(name)) outcome_.notes.push_back("There is no schema \"" + name + "\" in this database.");
  }

  bool is_chosen(const std::string& schema) const { return std::ranges::count(outcome_.schemas, schema) > 0; }

  void settle(const Object& object) {
    const bool in_scope = object.kind == "DATABASE" || is_chosen(object.schema);
    const Words wanted = in_scope ? of_kind(promised_, object.kind) : Words{};
    Words excess = object.held;
    excess.insert(object.partial.begin(), object.partial.end());
    const Words lacking = minus(wanted, object.held);
    excess = minus(both(excess, of_kind(postgres_privileges_all(), object.kind)), wanted);
    if (lacking.empty() && excess.empty()) return;
    if (!borrowing_.may_act_as(object.owner)) {
      ++refused_[{object.owner, object.kind}];
      return;
    }
    collect(grants_, object, lacking);
    collect(revokes_, object, excess);
    outcome_.granted += lacking.empty() ? 0 : 1;
    outcome_.revoked += excess.empty() ? 0 : 1;
  }

  static void collect(Batches& batches, const Object& object, const Words& words) {
    if (words.empty()) return;
    const std::string list = join({words.begin(), words.end()}, ", ");
    batches[{object.kind, list}].push_back(object.name);
  }

  void apply(const Batches& batches, std::string_view verb, std::string_view preposition) {
    constexpr std::size_t kObjectsPerStatement = 500;
    for (const auto& [key, names] : batches) {
      for (std::size_t from = 0; from < names.size(); from += kObjectsPerStatement) {
        const std::size_t to = std::min(from + kObjectsPerStatement, names.size());
        const auto begin = names.begin() + static_cast<std::ptrdiff_t>(from);
        const std::string list = join({begin, names.begin() + static_cast<std::ptrdiff_t>(to)}, ", ");
        session_.query(
            fmt::format("{}{} ON {} {}{}{}", verb, key.second, key.first, list, preposition, grantee_));
      }
    }
  }

  // Whoever owns something in a schema, or the schema, or is logged in, is who will create more in it.
  void settle_defaults(const std::vector<Object>& objects) {
    std::map<DefaultKey, DefaultPrivileges> defaults;
    for (const Object& object : objects)
      if (is_chosen(object.schema)) want_defaults(defaults, object.owner, object.schema);
    const std::string self = text_of(session_.query("SELECT current_user").rows.at(0), 0);
    for (const std::string& schema : outcome_.schemas) want_defaults(defaults, self, schema);
    read_defaults(defaults);
    for (const auto& [key, one] : defaults) settle_default(key, one);
  }

  void want_defaults(std::map<DefaultKey, DefaultPrivileges>& defaults, const std::string& owner,
                     const std::string& schema) const {
    defaults[{owner, schema, "TABLES"}].wanted = promised_.on_tables;
    defaults[{owner, schema, "SEQUENCES"}].wanted = promised_.on_sequences;
    defaults[{owner, schema, "ROUTINES"}].wanted = promised_.on_routines;
  }

  void read_defaults(std::map<DefaultKey, DefaultPrivileges>& defaults) {
    const Result held = session_.query(
        "SELECT pg_get_userbyid(d.defaclrole), coalesce(n.nspname, ''), CASE d.defaclobjtype WHEN 'r' THEN "
        "'TABLES' "
        "WHEN 'S' THEN 'SEQUENCES' ELSE 'ROUTINES' END, " +
            held_in("d.defaclacl") +
            " FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace WHERE "
            "d.defaclobjtype IN "
            "('r', 'S', 'f')",
        {user_.username});
    for (const Row& row : held.rows) {
      const Words words = words_of(text_of(row, 3));
      if (!words.empty() && text_of(row, 0) != user_.username)
        defaults[{text_of(row, 0), text_of(row, 1), text_of(row, 2)}].held = words;
    }
  }

  void settle_default(const DefaultKey& key, const DefaultPrivileges& one) {
    const auto& [owner, schema, kind] = key;
    const Words lacking = minus(one.wanted, one.held);
    const Words excess = minus(one.held, one.wanted);
    if (lacking.empty() && excess.empty()) return;
    if (!borrowing_.may_act_as(owner)) {
      refused_defaults_.insert(owner);
      return;
    }
    const std::string scope = "ALTER DEFAULT PRIVILEGES FOR ROLE " + session_.quote_identifier(owner) +
                              (schema.empty() ? "" : " IN SCHEMA " + session_.quote_identifier(schema));
    const auto change = [&, &of = kind](std::string_view verb, const Words& words,
                                        std::string_view preposition) {
      if (words.empty()) return;
      session_.query(fmt::format("{} {} {} ON {} {} {}", scope, verb,
                                 join({words.begin(), words.end()}, ", "), of, preposition, grantee_));
    };
    change("GRANT", lacking, "TO");
    change("REVOKE", excess, "FROM");
  }

  void add_notes() {
    for (const auto& [key, count] : refused_)
      outcome_.notes.push_back(fmt::format("The login may not change privileges on {} {}{} that {} owns.",
                                           count, to_lower(key.second), count == 1 ? "" : "s", key.first));
    for (const std::string& owner : refused_defaults_)
      outcome_.notes.push_back("The login may not set privileges on what " + owner + " will create.");
  }

  Session& session_;
  const UserSpec& user_;
  const PrivilegeSet promised_;
  const std::string grantee_;
  Borrowing borrowing_;
  Batches grants_;
  Batches revokes_;
  std::map<std::pair<std::string, std::string>, int> refused_;
  std::set<std::string> refused_defaults_;
  GrantedPrivileges outcome_;
};

}  // namespace

GrantedPrivileges grant_privileges(Session& session, const UserSpec& user) {
  GrantedPrivileges outcome;
  repeat_on_conflict([&] {
    Transaction transaction(session, "BEGIN");
    lock_users(session);
    outcome = Granting(session, user).run();
    transaction.commit();
  });
  return outcome;
}

}  // namespace aurora::db::postgres
