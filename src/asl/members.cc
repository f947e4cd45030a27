#include "asl/members.h"

namespace aurora::asl {

MemberIndex::MemberIndex(const Json& object) {
  if (!object.is_object()) return;
  members_.reserve(object.size());
  for (const auto& [name, value] : object.get_ref<const Json::object_t&>()) members_.emplace(name, &value);
}

const Json* MemberIndex::find(std::string_view name) const {
  const auto found = members_.find(name);
  return found == members_.end() ? nullptr : found->second;
}

Json& append_member(Json& object, std::string name, Json value) {
  auto& members = object.get_ref<Json::object_t&>();
  members.emplace_back(std::move(name), std::move(value));
  return members.back().second;
}

Json merge_members(const Json& base, const Json& over) {
  const MemberIndex before(base), after(over);
  Json merged = Json::object();
  for (const auto& [name, value] : base.get_ref<const Json::object_t&>()) {
    const Json* other = after.find(name);
    append_member(merged, name, other ? *other : value);
  }
  for (const auto& [name, value] : over.get_ref<const Json::object_t&>())
    if (!before.find(name)) append_member(merged, name, value);
  return merged;
}

}  // namespace aurora::asl
