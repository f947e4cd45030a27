// Acting as the owners of restored objects.
//
// A master user of Aurora is no superuser: it may grant privileges only on what is its own, or its roles'.
// Having CREATEROLE it may join the roles of other owners, though (in PostgreSQL 16 and later, those that it
// administers). It does so inside the transaction that needs it, and leaves them before the end, so that no
// other session ever sees the membership.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "db/session.h"

namespace aurora::db::postgres {

// Lives within one transaction; what is not given back is undone by its rollback.
class Borrowing {
 public:
  explicit Borrowing(Session& session) : session_(session) {}

  // Whether the session now has the rights of `role`; joins it when it must and can.
  bool may_act_as(const std::string& role);
  // Leaves every role that was joined here.
  void give_back();

 private:
  bool has_rights_of(const std::string& role);
  bool join_role(const std::string& role);

  Session& session_;
  std::map<std::string, bool> known_;
  std::vector<std::string> joined_;
};

}  // namespace aurora::db::postgres
