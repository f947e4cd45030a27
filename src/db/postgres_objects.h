// The objects of a database that privileges stand on, and what a user itself holds on each.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "db/session.h"

namespace aurora::db::postgres {

using Words = std::set<std::string>;

struct Object {
  std::string kind;    // the word after ON: TABLE, SEQUENCE, ROUTINE, SCHEMA, DATABASE
  std::string name;    // quoted, with its schema
  std::string schema;  // as it is in the catalog; empty for the database
  std::string owner;
  Words held;     // by the user itself
  Words partial;  // on single columns of a table
};

// All of the session's database but what the user owns: owners keep what owning gives them. In order.
std::vector<Object> read_objects(Session& session, const std::string& username);

// SQL: the words that the user named by $1 holds in the access control list `acl`, with commas.
std::string held_in(std::string_view acl);
// Reads such a list.
Words words_of(const std::string& list);

Words minus(const Words& left, const Words& right);
Words both(const Words& left, const Words& right);

}  // namespace aurora::db::postgres
