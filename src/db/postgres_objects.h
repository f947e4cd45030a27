// The objects of a database that privileges stand on, and what users themselves hold on each.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "db/session.h"

namespace aurora::db::postgres {

// A set of privileges, one bit each: thousands of users on thousands of tables are compared.
using Words = std::uint32_t;

// Of PostgreSQL's names of privileges; those it does not know (MAINTAIN …) are nobody's business here.
Words words_of(const std::set<std::string>& names);
Words words_of(const std::string& list);  // "INSERT,SELECT"
// "INSERT, SELECT", in the order of the alphabet.
std::string names_of(Words words);

// By the number of a user in the list that was asked for. Text: "0:SELECT,INSERT 17:SELECT".
using Holders = std::vector<Words>;
Holders holders_of(const std::string& text, std::size_t users);

struct Object {
  std::string kind;    // the word after ON: TABLE, SEQUENCE, ROUTINE, SCHEMA, DATABASE
  std::string quoted;  // with its schema
  std::string schema;  // as it is in the catalog; empty for the database
  std::string name;    // plain; of a sequence, the table whose column it numbers
  std::string owner;
  Holders held;     // by the users themselves
  Holders partial;  // on single columns of a table; empty when nobody holds any
};

// All of the session's database, in order; by one statement.
std::vector<Object> read_objects(Session& session, const std::vector<std::string>& usernames);

// What objects to come will carry, by their owner.
struct DefaultPrivilege {
  std::string owner;
  std::string schema;  // empty: in all
  std::string kind;    // TABLES, SEQUENCES, ROUTINES
  Holders held;
};
std::vector<DefaultPrivilege> read_defaults(Session& session, const std::vector<std::string>& usernames);

}  // namespace aurora::db::postgres
