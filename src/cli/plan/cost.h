// What a restore costs, by list prices (restore/prices.h): estimates.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace aurora::cli {

struct CostItem {
  std::string what;  // "Transfer of 500 GiB from us-east-1 to us-west-2"
  double usd = 0;
};

struct CostEstimate {
  std::vector<CostItem> once;        // until the restore is over
  std::vector<CostItem> each_month;  // afterwards, as long as the new cluster is there
  std::vector<std::string> not_counted;
};

struct CostBasis {
  double size_gib = 0;
  bool copies = false;
  std::string source_region;
  std::string target_region;
  double hours = 0;  // that the restore takes at most
  Json parameters;   // the settings in force
};

CostEstimate estimate_cost(const CostBasis& basis);

// An hour of all instances that the settings ask for; nothing when the class has no price here.
std::optional<double> instances_hour(const Json& parameters);
// "2 instances of db.r6g.large"
std::string instances_text(const Json& parameters);

double total(const std::vector<CostItem>& items);

}  // namespace aurora::cli
