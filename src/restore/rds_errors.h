// What an error of RDS means for a step, and what to tell the operator about it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "aws/error.h"

namespace aurora::restore {

enum class RetryClass {
  kRepeat,    // throttled, or no sound answer: the same call again, after a moment
  kWait,      // something is in transition or scarce: look again in the machine's loop, for minutes
  kGrace,     // permissions may not have spread yet: one more try, then final
  kDone,      // what was asked for stands already; success when it is this operation's
  kTerminal,  // the same call would fail again
};

RetryClass class_of(const aws::ServiceError& error);

// The thing is between two states: no error for a look that comes again.
bool is_busy(const aws::ServiceError& error);
// No capacity at the moment (Insufficient…Capacity).
bool is_capacity_shortage(const aws::ServiceError& error);
// All copy slots of the Region are taken. RDS has one code for this and for too many snapshots; only the
// text tells them apart.
bool is_copy_slot_shortage(const aws::ServiceError& error);

// The codes that are told apart here, without a trailing "Fault".
std::vector<std::string_view> known_rds_codes();

// What to do about it; empty when there is nothing to add to RDS's own words.
std::string hint_for(const aws::ServiceError& error);

}  // namespace aurora::restore
