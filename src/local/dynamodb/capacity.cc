#include "local/dynamodb/capacity.h"

#include <algorithm>

#include "local/dynamodb/errors.h"
#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

double write_units(std::size_t size) {
  return static_cast<double>(std::max<std::size_t>(1, (size + 1023) / 1024));
}

std::optional<Json> index_entry(const Table& table, const Index& index, const std::optional<Json>& item) {
  if (!item || !table.index_position(index, *item)) return std::nullopt;
  return project_to_index(table, index, *item);
}

double index_units(const Table& table, const Index& index, const std::optional<Json>& before,
                   const std::optional<Json>& after) {
  const auto old_entry = index_entry(table, index, before);
  const auto new_entry = index_entry(table, index, after);
  if (old_entry == new_entry) return 0;
  const auto old_size = old_entry ? item_size(*old_entry) : 0;
  const auto new_size = new_entry ? item_size(*new_entry) : 0;
  const bool moved =
      old_entry && new_entry && table.index_position(index, *before) != table.index_position(index, *after);
  // An entry that moves is deleted and written.
  return moved ? write_units(old_size) + write_units(new_size) : write_units(std::max(old_size, new_size));
}

Json units(double value, CapacityKind kind) {
  Json result = {{"CapacityUnits", value}};
  if (kind == CapacityKind::kTransactionalRead) result["ReadCapacityUnits"] = value;
  if (kind == CapacityKind::kTransactionalWrite) result["WriteCapacityUnits"] = value;
  return result;
}

void add_indexes(Json& answer, const char* member, const std::map<std::string, double>& indexes,
                 double factor, CapacityKind kind) {
  for (const auto& [name, value] : indexes) answer[member][name] = units(value * factor, kind);
}

}  // namespace

Capacity& Capacity::operator+=(const Capacity& other) {
  table += other.table;
  for (const auto& [name, value] : other.global_indexes) global_indexes[name] += value;
  for (const auto& [name, value] : other.local_indexes) local_indexes[name] += value;
  return *this;
}

double read_units(std::size_t size, bool consistent) {
  const auto blocks = static_cast<double>(std::max<std::size_t>(1, (size + 4095) / 4096));
  return consistent ? blocks : blocks / 2;
}

Capacity write_capacity(const Table& table, const std::optional<Json>& before,
                        const std::optional<Json>& after) {
  Capacity capacity;
  capacity.table = write_units(std::max(before ? item_size(*before) : 0, after ? item_size(*after) : 0));
  for (const auto& index : table.indexes) {
    const double value = index_units(table, index, before, after);
    if (value > 0) (index.global ? capacity.global_indexes : capacity.local_indexes)[index.name] = value;
  }
  return capacity;
}

Json consumed_capacity(const Json& input, const Table& table, const Capacity& capacity, CapacityKind kind) {
  const auto wanted = string_or(input, "ReturnConsumedCapacity", "NONE");
  if (wanted == "NONE") return nullptr;
  if (wanted != "TOTAL" && wanted != "INDEXES") {
    throw constraint_error(wanted, "returnConsumedCapacity",
                           "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]");
  }
  const double factor = kind == CapacityKind::kPlain ? 1 : 2;
  double total = capacity.table;
  for (const auto& [name, value] : capacity.global_indexes) total += value;
  for (const auto& [name, value] : capacity.local_indexes) total += value;
  Json answer = {{"TableName", table.name}};
  answer.update(units(total * factor, kind));
  if (wanted == "TOTAL") return answer;
  answer["Table"] = units(capacity.table * factor, kind);
  add_indexes(answer, "GlobalSecondaryIndexes", capacity.global_indexes, factor, kind);
  add_indexes(answer, "LocalSecondaryIndexes", capacity.local_indexes, factor, kind);
  return answer;
}

}  // namespace aurora::local::dynamodb
