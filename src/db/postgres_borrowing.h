// Acting as the owners of restored objects.
//
// A master user of Aurora is no superuser: it may grant privileges only on what is its own, or its roles'.
// Having CREATEROLE it may join the roles of other owners, though; from PostgreSQL 16 on only those that it
// holds with ADMIN OPTION, which its own creations are. It does so inside the transaction that needs it, and
// leaves them before the end, so that no other session ever sees the membership.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "db/session.h"

namespace aurora::db::postgres {

// Lives within one transaction; what is not given back is undone by its rollback.
class Borrowing {
 public:
  explicit Borrowing(Session& session) : session_(session) {}

  // Finds out about all `roles`, and joins those it must and can, in a number of round trips that does not
  // depend on how many they are.
  void borrow(const std::set<std::string>& roles);
  // Whether the session now has the rights of `role`; borrows it when it was not asked for before.
  bool may_act_as(const std::string& role);
  // Leaves every role that was joined here.
  void give_back();

 private:
  // True when all could be joined; the transaction is usable either way.
  bool join_roles(const std::vector<std::string>& roles);
  std::set<std::string> usable(const std::set<std::string>& roles, bool joinable);

  Session& session_;
  std::map<std::string, bool> known_;
  std::vector<std::string> joined_;
};

}  // namespace aurora::db::postgres
