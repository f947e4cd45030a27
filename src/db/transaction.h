// A transaction that ends with its scope.
#pragma once
#include <string_view>

#include "db/session.h"

namespace aurora::db {

// For what several statements read together. MySQL has another wording, which Transaction knows; its moment
// holds for InnoDB's tables, and its statements that change the schema end a transaction by themselves.
inline constexpr std::string_view kOneMoment = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

// Begins with `how` ("BEGIN", or with an isolation level); rolled back unless commit() was called.
// PostgreSQL: names inside are looked up in the system's schema only, so that functions and operators of the
// restored data, which anybody may have written, are not called by an administrator's statements.
class Transaction {
 public:
  Transaction(Session& session, std::string_view how);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  // Once this one is done the destructor runs, also when beginning fails half-way.
  explicit Transaction(Session& session) : session_(session) {}

  Session& session_;
  bool open_ = true;
};

}  // namespace aurora::db
