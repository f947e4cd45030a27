// Decimal text of whole numbers that are wider than 64 bits: sums of a table's hashes, and what divides keys.
#pragma once
#include <string>

namespace aurora::db {

__extension__ using WideNumber = __int128;

// `text` is digits, with a sign before them at most.
WideNumber parse_wide(const std::string& text);
std::string print_wide(WideNumber value);

}  // namespace aurora::db
