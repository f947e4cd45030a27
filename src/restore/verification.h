// The proof that a restored cluster holds what it should, and who can reach it.
#pragma once
#include <string>
#include <vector>

#include "db/users.h"
#include "restore/step.h"
#include "restore/verification_reading.h"

namespace aurora::restore {

enum class Outcome { kPass, kFail, kPartial };

struct Check {
  std::string name;
  Outcome outcome = Outcome::kFail;
  std::string detail;

  bool failed() const { return outcome == Outcome::kFail; }
};

Check passed(std::string name, std::string detail);
Check failed(std::string name, std::string detail);

Json to_json(const Check& check);
Check check_from(const Json& json);

// At least one table, and at least one row in one of them.
Check check_not_empty(db::Connector& databases, const db::ConnectOptions& access,
                      const std::vector<DatabaseContents>& contents);

// Writes `checks` into the operation's record and trail, saves it and throws Error "VerificationFailed" that
// names those that failed. Nothing when none did.
void throw_if_failed(StepContext& context, const std::vector<Check>& checks);

}  // namespace aurora::restore
