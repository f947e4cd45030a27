#include "local/dynamodb/document.h"

#include <map>

#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

// What to keep of a value: all of it, or some members or elements.
struct Selection {
  bool all = false;
  std::map<PathStep, Selection> parts;
};

const Json* step_into(const Json& value, const PathStep& step) {
  const auto& content = content_of(value);
  if (const auto* name = std::get_if<std::string>(&step)) {
    if (!has_type(value, "M")) return nullptr;
    const auto found = content.find(*name);
    return found == content.end() ? nullptr : &*found;
  }
  const auto index = std::get<std::size_t>(step);
  return has_type(value, "L") && index < content.size() ? &content[index] : nullptr;
}

// Null when nothing that was selected is there.
Json select(const Json& value, const Selection& selection) {
  if (selection.all) return value;
  Json content = has_type(value, "M") ? Json::object() : Json::array();
  for (const auto& [step, inner] : selection.parts) {
    const auto* found = step_into(value, step);
    if (found == nullptr) continue;
    Json part = select(*found, inner);
    if (part.is_null()) continue;
    if (const auto* name = std::get_if<std::string>(&step)) {
      content[*name] = std::move(part);
    } else {
      content.push_back(std::move(part));
    }
  }
  return content.empty() ? Json(nullptr) : make_value(type_of(value), std::move(content));
}

}  // namespace

const Json* find_path(const Json& item, const Path& path) {
  const auto found = item.find(attribute_of(path));
  if (found == item.end()) return nullptr;
  const Json* value = &*found;
  for (auto step = path.begin() + 1; step != path.end() && value != nullptr; ++step) {
    value = step_into(*value, *step);
  }
  return value;
}

Json* find_path(Json& item, const Path& path) {
  return const_cast<Json*>(find_path(static_cast<const Json&>(item), path));
}

Json project(const Json& item, const Projection& projection) {
  std::map<std::string, Selection> attributes;
  for (const auto& path : projection) {
    Selection* selection = &attributes[attribute_of(path)];
    for (auto step = path.begin() + 1; step != path.end(); ++step) selection = &selection->parts[*step];
    selection->all = true;
  }
  Json result = Json::object();
  for (const auto& [name, selection] : attributes) {
    const auto found = item.find(name);
    if (found == item.end()) continue;
    Json value = select(*found, selection);
    if (!value.is_null()) result[name] = std::move(value);
  }
  return result;
}

}  // namespace aurora::local::dynamodb
