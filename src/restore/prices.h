// What Aurora resources cost, roughly: on-demand list prices of us-east-1 in US dollars, for telling an
// operator what a restore will cost and what a forgotten resource costs a month. Estimates: other Regions and
// agreed prices differ.
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
// Aurora I/O-Optimized (storage_type aurora-iopt1): dearer storage and instances, no charge for I/O.
inline constexpr double kStorageGibMonthIoOptimized = 0.225;
inline constexpr double kIoOptimizedInstanceFactor = 1.3;
// What leaves a Region for another; between us-east-1 and us-east-2 it is half.
inline constexpr double kTransferGib = 0.02;
// An instance is billed for ten minutes at least.
inline constexpr double kInstanceHoursMin = 10.0 / 60;

// The pipeline itself. Lambda's price is that of arm64 or x86_64 by the function's architecture; on-demand
// tables; nothing of a free tier is deducted anywhere.
inline constexpr double kStateTransition = 0.025 / 1000;
inline constexpr double kLambdaRequest = 0.20 / 1'000'000;
inline constexpr double kLambdaGbSecondArm = 0.0000133334;
inline constexpr double kLambdaGbSecondX86 = 0.0000166667;
inline constexpr double kDynamoDbWriteUnit = 0.625 / 1'000'000;
inline constexpr double kDynamoDbReadUnit = 0.125 / 1'000'000;
inline constexpr double kSnsRequest = 0.50 / 1'000'000;
inline constexpr double kSqsRequest = 0.40 / 1'000'000;
inline constexpr double kLogsGib = 0.50;

// One hour of an instance class, or nothing for a class that is not known here. db.serverless is counted by
// its capacity instead.
std::optional<double> instance_hour(std::string_view instance_class);

// One GiB that is copied from Region to Region; nothing to pay within one.
double transfer_gib(std::string_view from_region, std::string_view to_region);

}  // namespace aurora::restore
