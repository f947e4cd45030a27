#include "aws/paginate.h"

#include "aws/model.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

constexpr int kPagesMax = 10'000;

// "EngineDefaults.Marker", or "Contents[-1].Key" for the last element of a list.
const Json* at_path(const Json& value, std::string_view path) {
  const Json* at = &value;
  for (std::string segment : split(path, '.')) {
    const bool last_element = segment.ends_with("[-1]");
    if (last_element) segment.resize(segment.size() - 4);
    if (!at->is_object() || !at->contains(segment)) return nullptr;
    at = &(*at)[segment];
    if (!last_element) continue;
    if (!at->is_array() || at->empty()) return nullptr;
    at = &at->back();
  }
  return at;
}

// "NextMarker || Contents[-1].Key" is the first of the two that is there.
Json token_of(const Json& page, std::string_view expression) {
  for (const std::string& alternative : split(replace_all(std::string(expression), "||", "|"), '|')) {
    const Json* token = at_path(page, trim(alternative));
    if (token && !token->is_null() && *token != "") return *token;
  }
  return {};
}

bool says_no_more(const Paginator& paginator, const Json& page) {
  if (paginator.more_results.empty()) return false;
  const Json* more = at_path(page, paginator.more_results);
  return more && more->is_boolean() && !more->get<bool>();
}

// Sets the next page's tokens in `input`; false when there is no next page.
bool advance(const Paginator& paginator, const Json& page, Json& input) {
  if (says_no_more(paginator, page)) return false;
  bool any = false;
  for (std::size_t i = 0; i < paginator.input_tokens.size() && i < paginator.output_tokens.size(); ++i) {
    const std::string name(paginator.input_tokens[i]);
    Json token = token_of(page, paginator.output_tokens[i]);
    any = any || !token.is_null();
    if (token.is_null())
      input.erase(name);
    else
      input[name] = std::move(token);
  }
  return any;
}

[[noreturn]] void throw_endless(std::string_view service, std::string_view operation) {
  throw Error("EndlessPages",
              fmt::format("{} of {} goes on answering with further pages.", operation, service));
}

}  // namespace

void for_each_page(Api& api, std::string_view service_name, std::string_view region,
                   std::string_view operation_name, const Json& input,
                   const std::function<bool(const Json& page)>& visit) {
  const Operation& operation = require_operation(require_service(service_name), operation_name);
  Json next = input.is_null() ? Json::object() : input;
  for (int count = 0; count < kPagesMax; ++count) {
    const Json page = api.call(service_name, region, operation_name, next);
    if (!visit(page) || !operation.paginator) return;
    const Json before = next;
    if (!advance(*operation.paginator, page, next)) return;
    if (next == before) throw_endless(service_name, operation_name);
  }
  throw_endless(service_name, operation_name);
}

Json collect(Api& api, std::string_view service, std::string_view region, std::string_view operation,
             const Json& input, std::string_view member) {
  Json all = Json::array();
  for_each_page(api, service, region, operation, input, [&](const Json& page) {
    if (const Json* part = at_path(page, member))
      for (const Json& element : *part) all.push_back(element);
    return true;
  });
  return all;
}

}  // namespace aurora::aws
