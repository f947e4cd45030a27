// Filters and pages of the Describe actions.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "local/rds/context.h"

namespace aurora::local::rds {

// An item and the text that orders it; unique within one list.
using Item = std::pair<std::string, Json>;

// The page that MaxRecords (20 to 100, default 100) and Marker ask for, under `member`, with the next Marker
// when there is more. `items` are sorted.
Json page_of(const Context& context, const char* member, std::vector<Item> items);

// The Filters of the input: names and values are case-sensitive, values of one filter are alternatives.
class Filters {
 public:
  // Refuses names that are not `allowed`, with InvalidParameterValue.
  Filters(const Context& context, const std::set<std::string>& allowed);
  // True when there is no such filter, or one of its values equals one of `candidates`.
  bool pass(const std::string& name, const std::vector<std::string>& candidates) const;

 private:
  std::map<std::string, std::set<std::string>> filters_;
};

}  // namespace aurora::local::rds
