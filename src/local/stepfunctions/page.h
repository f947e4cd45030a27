// Pages of Step Functions' lists. A token is good for the question that it was given for, for 24 hours.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "local/service.h"

namespace aurora::local::stepfunctions {

// `question` is everything that must not change from page to page: arguments and filters, not the page's
// size.
std::string encode_page(const Call& call, const std::string& question, const std::string& position,
                        TimePoint now);
// Where the page begins, or nothing for the first. Throws InvalidToken.
std::string decode_page(const Call& call, const std::string& question, TimePoint now);
// maxResults; 100 when it is absent or 0.
std::int64_t page_size(const Call& call);

// One page of `items`, and the token of the next page or nothing. `key_of` gives texts that ascend.
template <typename Item, typename KeyOf>
std::pair<std::vector<Item>, std::string> page_of(const Call& call, const std::string& question,
                                                  std::vector<Item> items, TimePoint now, KeyOf key_of) {
  const std::string after = decode_page(call, question, now);
  const auto limit = static_cast<std::size_t>(page_size(call));
  std::vector<Item> page;
  for (Item& item : items) {
    if (!after.empty() && key_of(item) <= after) continue;
    if (page.size() == limit) return {std::move(page), encode_page(call, question, key_of(page.back()), now)};
    page.push_back(std::move(item));
  }
  return {std::move(page), {}};
}

// A text that ascends as the numbers do.
std::string ascending(std::int64_t number);
std::string descending(std::int64_t number);

}  // namespace aurora::local::stepfunctions
