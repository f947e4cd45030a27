#include "local/dynamodb/update.h"

#include <algorithm>
#include <map>

#include "local/dynamodb/document.h"
#include "local/dynamodb/errors.h"
#include "local/dynamodb/number.h"
#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

aws::ServiceError wrong_type() {
  return validation_error("An operand in the update expression has an incorrect data type");
}

aws::ServiceError wrong_path() {
  return validation_error("The document path provided in the update expression is invalid for update");
}

const Json& require_type(const Json& value, std::string_view type) {
  if (!has_type(value, type)) throw wrong_type();
  return content_of(value);
}

Number number_of(const Json& value) {
  return Number::parse(require_type(value, "N").get_ref<const std::string&>());
}

Json evaluate(const SetValue& set, const Json& item) {
  using Kind = SetValue::Kind;
  switch (set.kind) {
    case Kind::kValue:
      return set.value;
    case Kind::kPath: {
      const auto* found = find_path(item, set.path);
      if (found != nullptr) return *found;
      throw validation_error(
          "The provided expression refers to an attribute that does not exist in the item");
    }
    case Kind::kIfNotExists: {
      const auto* found = find_path(item, set.path);
      return found != nullptr ? *found : evaluate(set.arguments[0], item);
    }
    case Kind::kListAppend: {
      Json list = require_type(evaluate(set.arguments[0], item), "L");
      const Json tail = require_type(evaluate(set.arguments[1], item), "L");
      list.insert(list.end(), tail.begin(), tail.end());
      return make_value("L", std::move(list));
    }
    case Kind::kPlus:
    case Kind::kMinus:
      break;
  }
  const Number left = number_of(evaluate(set.arguments[0], item));
  const Number right = number_of(evaluate(set.arguments[1], item));
  return make_value("N", (set.kind == Kind::kPlus ? left + right : left - right).text());
}

Json united(const Json& old_set, const Json& added) {
  Json result = old_set;
  for (const auto& member : added) {
    if (std::find(result.begin(), result.end(), member) == result.end()) result.push_back(member);
  }
  return result;
}

Json without(const Json& old_set, const Json& removed) {
  Json result = Json::array();
  for (const auto& member : old_set) {
    if (std::find(removed.begin(), removed.end(), member) == removed.end()) result.push_back(member);
  }
  return result;
}

// The value that ADD leaves.
Json added(const Json* existing, const Json& operand) {
  if (existing == nullptr) return operand;
  if (has_type(operand, "N")) return make_value("N", (number_of(*existing) + number_of(operand)).text());
  const auto type = type_of(operand);
  return make_value(type, united(require_type(*existing, type), content_of(operand)));
}

// Carries out actions on one item. Elements of lists keep their places until everything is done, since
// indexes mean places in the item as it was: what is removed becomes null meanwhile, and what is set beyond
// a list's end waits to be appended in the order of its index.
class Updater {
 public:
  explicit Updater(Json& item) : item_(item) {}

  void set(const Path& path, Json value) {
    if (path.size() == 1) {
      item_[attribute_of(path)] = std::move(value);
      return;
    }
    Json& content = parent_content(path);
    if (const auto* name = std::get_if<std::string>(&path.back())) {
      content[*name] = std::move(value);
      return;
    }
    const auto index = std::get<std::size_t>(path.back());
    if (index < content.size()) {
      content[index] = std::move(value);
    } else {
      appended_[Path(path.begin(), path.end() - 1)][index] = std::move(value);
    }
  }

  void remove(const Path& path) {
    if (path.size() == 1) {
      item_.erase(attribute_of(path));
      return;
    }
    Json& content = parent_content(path);
    if (const auto* name = std::get_if<std::string>(&path.back())) {
      content.erase(*name);
      return;
    }
    const auto index = std::get<std::size_t>(path.back());
    if (index >= content.size()) return;
    content[index] = nullptr;
    shortened_.emplace_back(path.begin(), path.end() - 1);
  }

  void finish() {
    for (auto& [path, elements] : appended_) {
      Json& list = content_at(path);
      for (auto& [index, value] : elements) list.push_back(std::move(value));
    }
    // The deepest first: closing ranks in a list would move the lists that are in it.
    std::sort(shortened_.begin(), shortened_.end(),
              [](const Path& a, const Path& b) { return a.size() > b.size(); });
    for (const auto& path : shortened_) {
      Json kept = Json::array();
      for (auto& element : content_at(path)) {
        if (!element.is_null()) kept.push_back(std::move(element));
      }
      content_at(path) = std::move(kept);
    }
  }

 private:
  Json& content_at(const Path& path) {
    Json* value = find_path(item_, path);
    AURORA_INVARIANT(value != nullptr);
    return value->begin().value();
  }

  // The members or elements that the last step of `path` goes into.
  Json& parent_content(const Path& path) {
    Json* parent = find_path(item_, Path(path.begin(), path.end() - 1));
    const auto* wanted = std::holds_alternative<std::string>(path.back()) ? "M" : "L";
    if (parent == nullptr || parent->is_null() || !has_type(*parent, wanted)) throw wrong_path();
    return parent->begin().value();
  }

  Json& item_;
  std::map<Path, std::map<std::size_t, Json>> appended_;
  std::vector<Path> shortened_;
};

void apply_delete(Updater& updater, const UpdateAction& action, const Json& before) {
  const auto* existing = find_path(before, action.path);
  if (existing == nullptr) return;
  const auto type = type_of(action.value);
  Json rest = without(require_type(*existing, type), content_of(action.value));
  if (rest.empty()) {
    updater.remove(action.path);
  } else {
    updater.set(action.path, make_value(type, std::move(rest)));
  }
}

}  // namespace

Json apply_update(const Update& update, const Json& item) {
  Json after = item;
  Updater updater(after);
  for (const auto& action : update) {
    switch (action.kind) {
      case UpdateAction::Kind::kSet:
        updater.set(action.path, evaluate(action.set, item));
        break;
      case UpdateAction::Kind::kRemove:
        updater.remove(action.path);
        break;
      case UpdateAction::Kind::kAdd:
        updater.set(action.path, added(find_path(item, action.path), action.value));
        break;
      case UpdateAction::Kind::kDelete:
        apply_delete(updater, action, item);
        break;
    }
  }
  updater.finish();
  return after;
}

Projection touched_paths(const Update& update) {
  Projection paths;
  for (const auto& action : update) paths.push_back(action.path);
  return paths;
}

}  // namespace aurora::local::dynamodb
