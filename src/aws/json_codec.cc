#include "aws/json_codec.h"

#include "aws/scalars.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

// DynamoDB allows 32 levels; what is deeper is an attack on the stack.
constexpr int kDepthMax = 100;

bool fits(Type type, const Json& wire) {
  switch (type) {
    case Type::kStructure:
    case Type::kMap:
      return wire.is_object();
    case Type::kList:
      return wire.is_array();
    case Type::kString:
    case Type::kBlob:
      return wire.is_string();
    case Type::kInteger:
    case Type::kLong:
      return wire.is_number_integer() ||
             (wire.is_number_float() && wire.get<double>() == wire.get<std::int64_t>());
    case Type::kFloat:
    case Type::kDouble:
      return wire.is_number() || wire.is_string();  // "NaN" and "Infinity" travel as text
    case Type::kBoolean:
      return wire.is_boolean();
    case Type::kTimestamp:
      return wire.is_number() || wire.is_string();
  }
  return false;
}

class Decoder {
 public:
  explicit Decoder(Strictness strictness) : strictness_(strictness) {}

  Json decode(const Shape& shape, const Json& wire, int depth) const {
    if (depth > kDepthMax) throw MalformedMessage("the document is nested too deeply");
    if (!fits(shape.type, wire)) {
      if (strictness_ == Strictness::kLenient) return wire;
      throw MalformedMessage(fmt::format("{} cannot be a JSON {}", shape.name, wire.type_name()));
    }
    switch (shape.type) {
      case Type::kStructure:
        return decode_structure(shape, wire, depth);
      case Type::kList:
        return decode_list(shape, wire, depth);
      case Type::kMap:
        return decode_map(shape, wire, depth);
      case Type::kTimestamp:
        return wire.is_number() ? parse_timestamp(wire.get<double>())
                                : parse_timestamp(wire.get<std::string>());
      case Type::kBlob:
        return parse_scalar(shape, wire.get_ref<const std::string&>());
      case Type::kInteger:
      case Type::kLong:
        return wire.is_number_integer() ? wire : Json(wire.get<std::int64_t>());
      default:
        return wire;
    }
  }

 private:
  Json decode_structure(const Shape& shape, const Json& wire, int depth) const {
    Json value = Json::object();
    for (const Member& member : shape.members) {
      if (member.location != Location::kBody) continue;
      const auto part = wire.find(member.wire_name);
      if (part != wire.end() && !part->is_null())
        value[std::string(member.name)] = decode(*member.shape, *part, depth + 1);
    }
    return value;
  }

  Json decode_list(const Shape& shape, const Json& wire, int depth) const {
    Json value = Json::array();
    for (const Json& part : wire)
      value.push_back(part.is_null() ? part : decode(*shape.element, part, depth + 1));
    return value;
  }

  Json decode_map(const Shape& shape, const Json& wire, int depth) const {
    Json value = Json::object();
    for (const auto& [key, part] : wire.items())
      if (!part.is_null()) value[key] = decode(*shape.element, part, depth + 1);
    return value;
  }

  Strictness strictness_;
};

}  // namespace

Json to_wire_json(const Shape& shape, const Json& value, const Member* member) {
  switch (shape.type) {
    case Type::kStructure: {
      Json wire = Json::object();
      for_each_member(shape, value, [&](const Member& part_member, const Json& part) {
        wire[std::string(part_member.wire_name)] = to_wire_json(*part_member.shape, part, &part_member);
      });
      return wire;
    }
    case Type::kList: {
      Json wire = Json::array();
      for (const Json& part : value)
        wire.push_back(part.is_null() ? part : to_wire_json(*shape.element, part));
      return wire;
    }
    case Type::kMap: {
      Json wire = Json::object();
      for (const auto& [key, part] : value.items()) wire[key] = to_wire_json(*shape.element, part);
      return wire;
    }
    case Type::kTimestamp: {
      const TimestampFormat format = timestamp_format(shape, member, TimestampFormat::kUnix);
      return format == TimestampFormat::kUnix ? timestamp_number(value) : Json(timestamp_text(value, format));
    }
    case Type::kBlob:
      return base64_encode(value.get_ref<const std::string&>());
    default:
      return value;
  }
}

Json from_wire_json(const Shape& shape, const Json& wire, Strictness strictness) {
  return Decoder(strictness).decode(shape, wire, 0);
}

Json parse_json_body(std::string_view body) {
  if (trim(body).empty()) return Json::object();
  Json parsed = parse_json_or_discard(body);
  if (parsed.is_discarded()) throw MalformedMessage("the body is not JSON");
  return parsed;
}

}  // namespace aurora::aws
