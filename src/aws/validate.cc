// Whether an input fits its model.
#include "aws/scalars.h"
#include "aws/wire.h"
#include "base/dates.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

constexpr std::size_t kFaultsMax = 20;

bool fits(Type type, const Json& value) {
  switch (type) {
    case Type::kStructure:
    case Type::kMap:
      return value.is_object();
    case Type::kList:
      return value.is_array();
    case Type::kString:
    case Type::kBlob:
      return value.is_string();
    case Type::kInteger:
    case Type::kLong:
      return value.is_number_integer();
    case Type::kFloat:
    case Type::kDouble:
      return value.is_number();
    case Type::kBoolean:
      return value.is_boolean();
    case Type::kTimestamp:
      return value.is_string() && parse_iso(value.get_ref<const std::string&>());
  }
  return false;
}

std::string_view description(Type type) {
  switch (type) {
    case Type::kStructure:
    case Type::kMap:
      return "an object";
    case Type::kList:
      return "a list";
    case Type::kString:
      return "text";
    case Type::kBlob:
      return "bytes";
    case Type::kInteger:
    case Type::kLong:
      return "a whole number";
    case Type::kFloat:
    case Type::kDouble:
      return "a number";
    case Type::kBoolean:
      return "true or false";
    case Type::kTimestamp:
      return "a time in ISO 8601";
  }
  return "";
}

// Collects faults by the path of the member at fault. Values are never shown: they may be secret.
class Validator {
 public:
  void check(const Shape& shape, const Json& value, const std::string& path) {
    if (!fits(shape.type, value)) return fault(path, fmt::format("must be {}", description(shape.type)));
    check_minimum(shape, value, path);
    if (shape.type == Type::kStructure) {
      check_structure(shape, value, path);
    } else if (shape.type == Type::kList) {
      for (std::size_t i = 0; i < value.size(); ++i)
        check(*shape.element, value[i], fmt::format("{}[{}]", path, i));
    } else if (shape.type == Type::kMap) {
      for (const auto& [key, part] : value.items()) check(*shape.element, part, path + "." + key);
    }
  }

  std::vector<std::string> take() { return std::move(faults_); }

 private:
  void fault(const std::string& path, const std::string& what) {
    if (faults_.size() < kFaultsMax) faults_.push_back((path.empty() ? "the input" : path) + " " + what);
  }

  static std::string below(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : path + "." + std::string(name);
  }

  void check_structure(const Shape& shape, const Json& value, const std::string& path) {
    for (const Member& member : shape.members) {
      const auto part = value.find(member.name);
      const bool absent = part == value.end() || part->is_null();
      if (absent && member.required && !member.idempotency_token)
        fault(below(path, member.name), "is missing");
    }
    for (const auto& [name, part] : value.items()) {
      const Member* member = shape.member(name);
      if (!member)
        fault(below(path, name), "is unknown" + suggestion(shape, name));
      else if (!part.is_null())
        check(*member->shape, part, below(path, name));
    }
  }

  void check_minimum(const Shape& shape, const Json& value, const std::string& path) {
    if (shape.minimum == Shape::kNoMinimum) return;
    const bool is_number = value.is_number();
    const auto size = static_cast<std::int64_t>(value.is_string() ? value.get_ref<const std::string&>().size()
                                                                  : value.size());
    if ((is_number ? value.get<double>() : static_cast<double>(size)) < static_cast<double>(shape.minimum))
      fault(path, fmt::format("must {} at least {}", is_number ? "be" : "have a length of", shape.minimum));
  }

  static std::string suggestion(const Shape& shape, const std::string& name) {
    std::vector<std::string> known;
    for (const Member& member : shape.members) known.emplace_back(member.name);
    const std::optional<std::string> near = nearest(name, known);
    return near ? fmt::format(" (did you mean {}?)", *near) : "";
  }

  std::vector<std::string> faults_;
};

}  // namespace

void validate(const Service& service, const Operation& operation, const Json& input) {
  std::vector<std::string> faults;
  if (operation.input) {
    Validator validator;
    validator.check(*operation.input, input, "");
    faults = validator.take();
  } else if (!input.empty()) {
    faults.emplace_back("it takes no parameters");
  }
  if (!faults.empty())
    throw Error("InvalidParameter",
                fmt::format("Parameters of {} {}: {}.", service.name, operation.name, join(faults, "; ")));
}

}  // namespace aurora::aws
