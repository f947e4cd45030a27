// Reading many operations and audit events, by the tables' indexes and in bounded work.
//
// Older installations have tables without these indexes: then the table is scanned, and the answer says so.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/world.h"

namespace aurora::cli {

struct Records {
  std::vector<Json> items;
  // Sentences for the reader: that a scan was needed, or that there is more than was read.
  std::vector<std::string> notes;
};

struct OperationFilter {
  std::string status;              // as in the table; empty: all, which are read status by status and merged
  std::string target;              // the target cluster's name
  std::optional<TimePoint> since;  // when they began
  std::optional<TimePoint> until;
  std::size_t count_max = 20;
};

// Says which part of the pipeline is missing, where AWS only says that something is.
[[noreturn]] void throw_pipeline_missing(const World& world, std::string_view what);

// All of them in one pass over the table, in no order. Unlike the lists by status it cannot miss one whose
// status changes meanwhile: for what decides by it what may be deleted.
std::vector<Json> all_operations(World& world);

// State items, the newest first.
Records read_operations(World& world, const OperationFilter& filter);

struct AuditFilter {
  std::string operation_id;
  std::string step;
  std::string status;  // "failed"
  TimePoint since;
  TimePoint until;
  bool oldest_first = false;
  std::size_t count_max = 200;
};

// Events of all operations, day by day; those of one operation where `operation_id` is given, by its own key
// and whatever its days.
Records read_audit(World& world, const AuditFilter& filter);

}  // namespace aurora::cli
