// What CreateTable and UpdateTable accept.
#pragma once
#include "base/json.h"

namespace aurora::local::dynamodb {

// Throws ValidationException in the words of AWS.
void check_create_table(const Json& input);
// One index of CreateTable or of UpdateTable's Create. `definitions` are the AttributeDefinitions.
void check_global_index(const Json& index, const Json& definitions, std::string_view billing_mode);
void check_throughput(const Json& input, std::string_view billing_mode);
// Throws unless the name, or the name in an ARN, is one that a table can have; returns the name.
std::string table_name_of(const Json& input, std::string_view member = "TableName");

}  // namespace aurora::local::dynamodb
