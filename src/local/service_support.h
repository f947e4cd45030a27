// What the services of the endpoint have in common: dispatch, input, ARNs, pages, tags.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/error.h"
#include "local/service.h"

namespace aurora::local {

template <typename S>
using Handlers = std::map<std::string_view, Json (S::*)(const Call&)>;

// Calls the member function that `handlers` names for the operation.
template <typename S>
Json dispatch(S& service, const Handlers<S>& handlers, const Call& call) {
  const auto found = handlers.find(call.operation);
  if (found == handlers.end()) throw unknown_operation(call);
  return (service.*found->second)(call);
}

// The refusal of a wrong parameter, and of one that is not there, in the code that the service uses.
aws::ServiceError invalid_parameter(const Call& call, const std::string& message);
// The text member `key` of the input; refused when it is absent or empty.
std::string required(const Call& call, std::string_view key);
std::string text_or(const Call& call, std::string_view key, std::string_view fallback = {});

// arn:aws:<service>:<region>:<account>:<resource>; `place` is a Region, or another account's (local/place.h).
std::string make_arn(std::string_view service, std::string_view place, std::string_view resource);
// The part of an ARN with that index ("arn" is 0; 5 is everything after the account); `text` itself when
// it is no ARN and the index is 5, else empty.
std::string arn_part(std::string_view text, std::size_t index);

// Opaque, stable page tokens: the key of the last item that was given out.
std::string encode_token(std::string_view key);
// Throws the service's refusal when it is none of ours.
std::string decode_token(const Call& call, std::string_view token_key);

struct PageKeys {
  const char* limit;  // the input's member with the page size
  const char* token;  // the input's member with the token
  std::int64_t limit_default;
  std::int64_t limit_max;
};

// One page of `items`, sorted by unique keys; the second is the token of the next page, or empty.
template <typename Item, typename KeyOf>
std::pair<std::vector<Item>, std::string> take_page(const Call& call, const PageKeys& keys,
                                                    std::vector<Item> items, KeyOf key_of) {
  const std::string after = decode_token(call, keys.token);
  const auto limit = static_cast<std::size_t>(std::min(
      keys.limit_max, std::max<std::int64_t>(1, int_or(call.input, keys.limit, keys.limit_default))));
  std::vector<Item> page;
  for (Item& item : items) {
    if (!after.empty() && !(after < key_of(item))) continue;
    if (page.size() == limit) return {std::move(page), encode_token(key_of(page.back()))};
    page.push_back(std::move(item));
  }
  return {std::move(page), {}};
}

// Tags are kept as an object of key and value; the wire has lists whose member names differ.
void add_tags(Json& tags, const Json& list, const char* key = "Key", const char* value = "Value");
Json tag_list(const Json& tags, const char* key = "Key", const char* value = "Value");
// Removes each key of the list of texts.
void remove_tags(Json& tags, const Json& keys);

}  // namespace aurora::local
