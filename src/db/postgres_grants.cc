// Makes users' own privileges those of their specifications, by the difference between what they hold and
// what they are to hold. Users with the same lists share the work, objects with the same difference a
// statement.
#include <algorithm>
#include <set>
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

// One set of privileges at one place of this database.
struct Scope {
  Words on_database = 0;
  Words on_schemas = 0;
  Words on_tables = 0;
  Words on_sequences = 0;
  Words on_routines = 0;
  std::set<std::string> schemas;  // empty: all
  std::set<std::string> tables;   // empty: all, and those to come

  bool covers(const std::string& schema) const { return schemas.empty() || schemas.contains(schema); }
  Words on(const Object& object) const {
    if (object.kind == "DATABASE") return on_database;
    if (!covers(object.schema)) return 0;
    if (object.kind == "SCHEMA") return on_schemas;
    if (object.kind == "ROUTINE") return on_routines;
    if (!tables.empty() && !tables.contains(object.name)) return 0;
    return object.kind == "SEQUENCE" ? on_sequences : on_tables;
  }
};

Scope scope_of(const GrantSpec& grant) {
  const PrivilegeSet set = postgres_privileges(grant.privileges);
  Scope scope{.on_database = words_of(set.on_databases),
              .on_schemas = words_of(set.on_schemas),
              .on_tables = words_of(set.on_tables),
              .on_sequences = words_of(set.on_sequences),
              .on_routines = words_of(set.on_routines),
              .schemas = {grant.schemas.begin(), grant.schemas.end()},
              .tables = {grant.tables.begin(), grant.tables.end()}};
  if (!scope.tables.empty()) {
    // The rest of the schema is not opened with the tables.
    scope.on_schemas = words_of(std::string("USAGE"));
    scope.on_routines = 0;
  }
  return scope;
}

Words all_on(const std::string& kind) {
  const PrivilegeSet& all = postgres_privileges_all();
  if (kind == "DATABASE") return words_of(all.on_databases);
  if (kind == "SCHEMA") return words_of(all.on_schemas);
  if (kind == "SEQUENCE" || kind == "SEQUENCES") return words_of(all.on_sequences);
  if (kind == "ROUTINE" || kind == "ROUTINES") return words_of(all.on_routines);
  return words_of(all.on_tables);
}

using Numbers = std::vector<std::size_t>;  // of users
// Users that lack (or have too many of) the same words.
using Changes = std::map<Words, Numbers>;

class Granting {
 public:
  Granting(Session& session, std::span<const UserSpec> users)
      : session_(session),
        users_(users),
        names_(names_of(users)),
        borrowing_(session),
        outcomes_(users.size()) {
    for (const std::string& name : names_) quoted_.push_back(session.quote_identifier(name));
  }

  std::vector<GrantedPrivileges> run() {
    objects_ = read_objects(session_, names_);
    sort_users();
    choose_schemas();
    compare_objects();
    compare_defaults();
    std::set<std::string> owners;
    for (const Difference& difference : differences_) owners.insert(difference.owner);
    borrowing_.borrow(owners);
    session_.run_all(statements());
    borrowing_.give_back();
    add_notes();
    return std::move(outcomes_);
  }

 private:
  // What is to change on one object, or on one owner's objects to come.
  struct Difference {
    std::string kind;
    std::string on;  // the object; "IN SCHEMA …" or nothing for those to come
    std::string owner;
    bool to_come = false;
    Changes grants;
    Changes revokes;
  };
  // Users with the same grants.
  struct Profile {
    std::vector<Scope> scopes;  // those that apply to this database
    Numbers users;
    std::vector<std::string> schemas;
  };

  void sort_users() {
    std::string database;
    for (const Object& object : objects_)
      if (object.kind == "DATABASE") database = object.name;
    std::map<std::vector<std::vector<std::vector<std::string>>>, std::size_t> known;
    for (std::size_t number = 0; number < users_.size(); ++number) {
      const std::vector<GrantSpec> grants = users_[number].all_grants();
      std::vector<std::vector<std::vector<std::string>>> key;
      for (const GrantSpec& one : grants)
        key.push_back({one.privileges, one.databases, one.schemas, one.tables});
      const auto [place, is_new] = known.emplace(std::move(key), profiles_.size());
      if (is_new) {
        Profile& profile = profiles_.emplace_back();
        for (const GrantSpec& one : grants)
          if (one.databases.empty() || std::ranges::count(one.databases, database) > 0)
            profile.scopes.push_back(scope_of(one));
      }
      profiles_[place->second].users.push_back(number);
    }
  }

  void choose_schemas() {
    for (Profile& profile : profiles_) {
      for (const Object& object : objects_)
        if (object.kind == "SCHEMA" &&
            std::ranges::any_of(profile.scopes, [&](const Scope& one) { return one.covers(object.schema); }))
          profile.schemas.push_back(object.schema);
      std::set<std::string> notes;
      for (const Scope& scope : profile.scopes) {
        for (const std::string& name : scope.schemas)
          if (std::ranges::count(profile.schemas, name) == 0)
            notes.insert("There is no schema \"" + name + "\" in this database.");
        for (const std::string& name : scope.tables)
          if (!has_table(scope, name)) notes.insert("There is no table \"" + name + "\" in this database.");
      }
      for (const std::size_t number : profile.users) {
        outcomes_[number].schemas = profile.schemas;
        outcomes_[number].notes.assign(notes.begin(), notes.end());
      }
    }
  }

  bool has_table(const Scope& scope, const std::string& name) const {
    return std::ranges::any_of(objects_, [&](const Object& object) {
      return object.kind == "TABLE" && object.name == name && scope.covers(object.schema);
    });
  }

  void compare_objects() {
    for (const Object& object : objects_) {
      Difference difference{
          .kind = object.kind, .on = object.quoted, .owner = object.owner, .grants = {}, .revokes = {}};
      const Words possible = all_on(object.kind);
      for (const Profile& profile : profiles_) {
        Words wanted = 0;
        for (const Scope& scope : profile.scopes) wanted |= scope.on(object);
        for (const std::size_t number : profile.users) {
          // Owners keep what owning gives them.
          if (object.owner == names_[number]) continue;
          const Words held = object.held[number];
          const Words partial = object.partial.empty() ? 0 : object.partial[number];
          note(difference, number, wanted & ~held, (held | partial) & possible & ~wanted);
        }
      }
      add(std::move(difference));
    }
  }

  static void note(Difference& difference, std::size_t number, Words lacking, Words excess) {
    if (lacking != 0) difference.grants[lacking].push_back(number);
    if (excess != 0) difference.revokes[excess].push_back(number);
  }

  void add(Difference difference) {
    if (!difference.grants.empty() || !difference.revokes.empty())
      differences_.push_back(std::move(difference));
  }

  // Whoever owns something in a schema, or the schema, or is logged in, is who will create more in it.
  void compare_defaults() {
    using Key = std::tuple<std::string, std::string, std::string>;  // owner, schema, kind
    const Holders none(users_.size(), 0);
    std::map<Key, Holders> held;
    for (DefaultPrivilege& one : read_defaults(session_, names_))
      held[{one.owner, one.schema, one.kind}] = std::move(one.held);
    const std::string self = text_of(session_.query("SELECT current_user").rows.at(0), 0);
    for (const Object& object : objects_)
      if (!object.schema.empty())
        for (const std::string& owner : {object.owner, self})
          for (const char* kind : {"TABLES", "SEQUENCES", "ROUTINES"})
            held.try_emplace({owner, object.schema, kind}, none);
    for (const auto& [key, holders] : held) {
      const auto& [owner, schema, kind] = key;
      Difference difference{.kind = kind,
                            .on = schema.empty() ? "" : " IN SCHEMA " + session_.quote_identifier(schema),
                            .owner = owner,
                            .to_come = true,
                            .grants = {},
                            .revokes = {}};
      for (const Profile& profile : profiles_) {
        const Words wanted = wanted_to_come(profile, schema, kind);
        for (const std::size_t number : profile.users)
          if (owner != names_[number])
            note(difference, number, wanted & ~holders[number], holders[number] & ~wanted);
      }
      add(std::move(difference));
    }
  }

  static Words wanted_to_come(const Profile& profile, const std::string& schema, const std::string& kind) {
    Words wanted = 0;
    for (const Scope& scope : profile.scopes) {
      if (schema.empty() || !scope.tables.empty() || !scope.covers(schema)) continue;
      if (kind == "TABLES") wanted |= scope.on_tables;
      if (kind == "SEQUENCES") wanted |= scope.on_sequences;
      if (kind == "ROUTINES") wanted |= scope.on_routines;
    }
    return wanted;
  }

  // Objects of one kind that get or lose the same words for the same users share a statement.
  std::vector<std::string> statements() {
    using Batch = std::tuple<bool, std::string, Words, Numbers>;  // revoking, kind, words, users
    std::map<Batch, std::vector<std::string>> batches;
    std::vector<std::string> statements;
    for (const Difference& difference : differences_) {
      const bool may = borrowing_.may_act_as(difference.owner);
      for (const bool revoking : {false, true}) {
        for (const auto& [words, numbers] : revoking ? difference.revokes : difference.grants) {
          if (!may) {
            refuse(difference, numbers);
          } else if (difference.to_come) {
            statements.push_back("ALTER DEFAULT PRIVILEGES FOR ROLE " +
                                 session_.quote_identifier(difference.owner) + difference.on + " " +
                                 statement(revoking, difference.kind, words, {}, numbers));
          } else {
            batches[{revoking, difference.kind, words, numbers}].push_back(difference.on);
            for (const std::size_t number : numbers)
              ++(revoking ? outcomes_[number].revoked : outcomes_[number].granted);
          }
        }
      }
    }
    for (const auto& [key, objects] : batches) {
      constexpr std::size_t kObjectsPerStatement = 500;
      for (std::size_t from = 0; from < objects.size(); from += kObjectsPerStatement) {
        const std::size_t to = std::min(from + kObjectsPerStatement, objects.size());
        statements.push_back(statement(std::get<0>(key), std::get<1>(key), std::get<2>(key),
                                       {objects.begin() + static_cast<std::ptrdiff_t>(from),
                                        objects.begin() + static_cast<std::ptrdiff_t>(to)},
                                       std::get<3>(key)));
      }
    }
    return statements;
  }

  std::string statement(bool revoking, const std::string& kind, Words words,
                        const std::vector<std::string>& objects, const Numbers& numbers) const {
    std::vector<std::string> grantees;
    for (const std::size_t number : numbers) grantees.push_back(quoted_[number]);
    return fmt::format("{} {} ON {} {}{} {}{}", revoking ? "REVOKE" : "GRANT", postgres::names_of(words),
                       kind, join(objects, ", "), revoking ? " FROM" : " TO", join(grantees, ", "),
                       revoking ? " CASCADE" : "");
  }

  void refuse(const Difference& difference, const Numbers& numbers) {
    for (const std::size_t number : numbers) {
      if (difference.to_come)
        refused_defaults_[number].insert(difference.owner);
      else
        refused_[number][{difference.owner, difference.kind}].insert(difference.on);
    }
  }

  void add_notes() {
    for (const auto& [number, refused] : refused_)
      for (const auto& [key, objects] : refused)
        outcomes_[number].notes.push_back(
            fmt::format("The login may not change privileges on {} {}{} that {} owns.", objects.size(),
                        to_lower(key.second), objects.size() == 1 ? "" : "s", key.first));
    for (const auto& [number, owners] : refused_defaults_)
      for (const std::string& owner : owners)
        outcomes_[number].notes.push_back("The login may not set privileges on what " + owner +
                                          " will create.");
  }

  Session& session_;
  std::span<const UserSpec> users_;
  std::vector<std::string> names_;
  std::vector<std::string> quoted_;
  Borrowing borrowing_;
  std::vector<Object> objects_;
  std::vector<Profile> profiles_;
  std::vector<Difference> differences_;
  // By user; of objects by owner and kind.
  std::map<std::size_t, std::map<std::pair<std::string, std::string>, std::set<std::string>>> refused_;
  std::map<std::size_t, std::set<std::string>> refused_defaults_;
  std::vector<GrantedPrivileges> outcomes_;
};

}  // namespace

std::vector<GrantedPrivileges> grant_privileges(Session& session, std::span<const UserSpec> users) {
  std::vector<GrantedPrivileges> outcomes;
  repeat_on_conflict([&] {
    Transaction transaction(session, "BEGIN");
    lock_users(session);
    outcomes = Granting(session, users).run();
    transaction.commit();
  });
  return outcomes;
}

}  // namespace aurora::db::postgres
