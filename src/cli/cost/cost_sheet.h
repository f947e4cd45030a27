// What one operation cost, line by line: each with where its quantity comes from. What is not known is named,
// never counted as nothing.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/cost/usage.h"

namespace aurora::cli {

enum class Basis { kMeasured, kEstimated };

struct CostLine {
  std::string what;  // "State transitions"
  double quantity = 0;
  std::string unit;  // "transitions"
  double usd = 0;
  Basis basis = Basis::kMeasured;
};

struct CostSheet {
  std::vector<CostLine> pipeline;   // state machine, functions, tables, messages, logs
  std::vector<CostLine> resources;  // copied snapshot, transfer, instances
  std::vector<std::string> unknown;

  double pipeline_usd() const;
  double resources_usd() const;
};

// What was found out about an operation; what could not be is absent.
struct CostFacts {
  Json state = nullptr;                      // its item of the state table; null when there is none
  std::optional<HistoryUsage> history = {};  // of its execution
  std::vector<InvocationReport> reports = {};
  std::map<std::string, std::int64_t> memory_mb = {};  // by function, for calls without a report
  bool arm = false;                                    // the functions' architecture
  Requests requests = {};
  std::optional<std::uint64_t> log_bytes = {};
  // Of the instances it made, how many are there still; nothing when it is not known.
  std::optional<std::int64_t> instances_there = {};
  TimePoint now = {};
};

CostSheet cost_sheet(const CostFacts& facts);
Json sheet_json(const CostSheet& sheet);

}  // namespace aurora::cli
