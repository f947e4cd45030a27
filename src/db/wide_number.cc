#include "db/wide_number.h"

#include <algorithm>

namespace aurora::db {

WideNumber parse_wide(const std::string& text) {
  const bool negative = text.starts_with('-');
  WideNumber value = 0;
  for (const char digit : text.substr(negative ? 1 : 0)) value = value * 10 + (digit - '0');
  return negative ? -value : value;
}

std::string print_wide(WideNumber value) {
  const bool negative = value < 0;
  std::string digits;
  for (WideNumber rest = negative ? -value : value; rest > 0 || digits.empty(); rest /= 10)
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
  if (negative) digits += '-';
  std::ranges::reverse(digits);
  return digits;
}

}  // namespace aurora::db
