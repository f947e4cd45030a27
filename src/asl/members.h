// Objects with very many members. Json keeps members in their order and looks for one by going through
// them, which is quadratic for who does it once per member.
#pragma once
#include <string_view>
#include <unordered_map>

#include "base/json.h"

namespace aurora::asl {

// Looks members up by name. The object must outlive it and not change.
class MemberIndex {
 public:
  explicit MemberIndex(const Json& object);
  // Null when there is no such member.
  const Json* find(std::string_view name) const;

 private:
  std::unordered_map<std::string_view, const Json*> members_;
};

// Adds a member that the object does not have yet.
Json& append_member(Json& object, std::string name, Json value);

// The members of `base`, with those of `over` in their place or after them.
Json merge_members(const Json& base, const Json& over);

}  // namespace aurora::asl
