#include "local/rds/paging.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace aurora::local::rds {

Json page_of(const Context& context, const char* member, std::vector<Item> items) {
  const auto limit = static_cast<std::size_t>(number_in(context, "MaxRecords", 20, 100, 100));
  if (const auto marker = optional_text(context, "Marker"); marker && !marker->empty()) {
    const std::optional<std::string> after = base64_decode(*marker);
    if (!after) throw invalid_value(fmt::format("Invalid value {} for Marker.", *marker));
    std::erase_if(items, [&](const Item& item) { return item.first <= *after; });
  }
  Json answer = Json::object();
  if (items.size() > limit) {
    items.resize(limit);
    answer["Marker"] = base64_encode(items.back().first);
  }
  Json& list = answer[member] = Json::array();
  for (Item& item : items) list.push_back(std::move(item.second));
  return answer;
}

Filters::Filters(const Context& context, const std::set<std::string>& allowed) {
  for (const Json& filter : member_or_null(context.input, "Filters")) {
    const std::string name = string_or(filter, "Name", "");
    if (!allowed.contains(name))
      throw invalid_value(fmt::format("Unrecognized filter name: {}. Allowed are: {}", name,
                                      join({allowed.begin(), allowed.end()}, ", ")));
    const Json& values = member_or_null(filter, "Values");
    if (values.empty()) throw invalid_value(fmt::format("The filter {} has no values.", name));
    for (const Json& value : values) filters_[name].insert(value.get<std::string>());
  }
}

bool Filters::pass(const std::string& name, const std::vector<std::string>& candidates) const {
  const auto found = filters_.find(name);
  if (found == filters_.end()) return true;
  return std::any_of(candidates.begin(), candidates.end(),
                     [&](const std::string& candidate) { return found->second.contains(candidate); });
}

}  // namespace aurora::local::rds
