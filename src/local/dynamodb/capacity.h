// Capacity units, as ReturnConsumedCapacity reports them.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "local/dynamodb/table.h"

namespace aurora::local::dynamodb {

// What one request consumed of one table.
struct Capacity {
  double table = 0;
  std::map<std::string, double> global_indexes;
  std::map<std::string, double> local_indexes;

  Capacity& operator+=(const Capacity& other);
};

// A read of `size` bytes: one unit for each 4 KB begun, half of it when it need not be consistent.
double read_units(std::size_t size, bool consistent);
// A write: one unit for each KB begun of the larger of both items, and likewise for each index whose entry
// it changes.
Capacity write_capacity(const Table& table, const std::optional<Json>& before,
                        const std::optional<Json>& after);

enum class CapacityKind { kPlain, kTransactionalRead, kTransactionalWrite };
// The ConsumedCapacity of an answer; null unless `input` asks for it with ReturnConsumedCapacity.
// Transactions cost twice.
Json consumed_capacity(const Json& input, const Table& table, const Capacity& capacity,
                       CapacityKind kind = CapacityKind::kPlain);

}  // namespace aurora::local::dynamodb
