// What Aurora resources cost, roughly: on-demand list prices of us-east-1 in US dollars, for telling an
// operator what a forgotten resource costs a month. Other Regions and agreed prices differ.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace aurora::restore {

// The day these prices were last looked at.
inline constexpr char kPricesAsOf[] = "2026-11";

inline constexpr double kHoursPerMonth = 730;
inline constexpr double kSnapshotGibMonth = 0.021;
inline constexpr double kStorageGibMonth = 0.10;
inline constexpr double kCapacityUnitHour = 0.12;  // db.serverless

// One hour of an instance class, or nothing for a class that is not known here. db.serverless is counted by
// its capacity instead.
std::optional<double> instance_hour(std::string_view instance_class);

}  // namespace aurora::restore
