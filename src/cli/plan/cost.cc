#include "cli/plan/cost.h"

#include <fmt/format.h>

#include <algorithm>

#include "restore/prices.h"

namespace aurora::cli {
namespace {

namespace prices = restore;

constexpr double kServerlessLeast = 0.5;  // RDS's least capacity that does not pause

bool is_io_optimized(const Json& parameters) {
  return string_or(parameters, "storage_type", "") == "aurora-iopt1";
}

void add_copy(const CostBasis& basis, CostEstimate& estimate) {
  if (const double gib = prices::transfer_gib(basis.source_region, basis.target_region); gib > 0)
    estimate.once.push_back({fmt::format("Transfer of {:.0f} GiB from {} to {}", basis.size_gib,
                                         basis.source_region, basis.target_region),
                             gib * basis.size_gib});
  const double month = basis.size_gib * prices::kSnapshotGibMonth;
  if (bool_or(basis.parameters, "delete_copied_snapshot", true))
    estimate.once.push_back(
        {"Storage of the copied snapshot until it is deleted", month * basis.hours / prices::kHoursPerMonth});
  else
    estimate.each_month.push_back({"Storage of the copied snapshot, which stays", month});
}

}  // namespace

std::optional<double> instances_hour(const Json& parameters) {
  const std::string instance_class = string_or(parameters, "db_instance_class", "");
  const auto count = static_cast<double>(1 + int_or(parameters, "reader_count", 0));
  std::optional<double> hour = prices::instance_hour(instance_class);
  if (instance_class == "db.serverless") {
    const Json& least = member_or_null(parameters, "serverless_min_capacity");
    hour = prices::kCapacityUnitHour * (least.is_number() ? least.get<double>() : kServerlessLeast);
  }
  if (!hour) return std::nullopt;
  return *hour * count * (is_io_optimized(parameters) ? prices::kIoOptimizedInstanceFactor : 1);
}

std::string instances_text(const Json& parameters) {
  const std::int64_t count = 1 + int_or(parameters, "reader_count", 0);
  return fmt::format("{} instance{} of {}", count, count == 1 ? "" : "s",
                     string_or(parameters, "db_instance_class", "an unknown class"));
}

CostEstimate estimate_cost(const CostBasis& basis) {
  CostEstimate estimate;
  if (basis.copies) add_copy(basis, estimate);
  const std::string instances = instances_text(basis.parameters);
  if (const auto hour = instances_hour(basis.parameters)) {
    estimate.once.push_back(
        {instances + " while it is restored", *hour * std::max(basis.hours, prices::kInstanceHoursMin)});
    estimate.each_month.push_back({instances, *hour * prices::kHoursPerMonth});
  } else {
    estimate.not_counted.push_back(instances + ": no price is known here");
  }
  const double storage =
      is_io_optimized(basis.parameters) ? prices::kStorageGibMonthIoOptimized : prices::kStorageGibMonth;
  estimate.each_month.push_back(
      {fmt::format("Storage of {:.0f} GiB", basis.size_gib), storage * basis.size_gib});
  if (!is_io_optimized(basis.parameters)) estimate.not_counted.push_back("I/O requests of the cluster");
  estimate.not_counted.push_back("Lambda and Step Functions: less than a cent");
  return estimate;
}

double total(const std::vector<CostItem>& items) {
  double sum = 0;
  for (const CostItem& item : items) sum += item.usd;
  return sum;
}

}  // namespace aurora::cli
