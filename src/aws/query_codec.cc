#include "aws/query_codec.h"

#include <charconv>
#include <map>
#include <set>

#include "aws/scalars.h"
#include "base/text.h"
#include "http/message.h"

namespace aurora::aws {
namespace {

// How a protocol of the family names things.
class Naming {
 public:
  explicit Naming(const Service& service) : is_ec2_(service.protocol == Protocol::kEc2) {}

  std::string member(const Member& member) const {
    if (!member.query_name.empty()) return std::string(member.query_name);
    std::string name(member.wire_name);
    if (is_ec2_ && !name.empty()) name[0] = to_upper(name.substr(0, 1))[0];
    return name;
  }

  // What an element's number is appended to.
  std::string list(const Shape& shape, bool flattened, const std::string& prefix) const {
    if (is_ec2_) return prefix;
    if (!flattened && !shape.flattened)
      return prefix + "." + (shape.element_name.empty() ? "member" : std::string(shape.element_name));
    if (shape.element_name.empty()) return prefix;
    // A flattened list's elements stand in place of the list, under their own name.
    const std::size_t dot = prefix.rfind('.');
    return (dot == std::string::npos ? "" : prefix.substr(0, dot + 1)) + std::string(shape.element_name);
  }

  std::string map(const Shape& shape, bool flattened, const std::string& prefix) const {
    return flattened || shape.flattened ? prefix : prefix + ".entry";
  }
  static std::string key(const Shape& shape) {
    return shape.key_name.empty() ? "key" : std::string(shape.key_name);
  }
  static std::string value(const Shape& shape) {
    return shape.element_name.empty() ? "value" : std::string(shape.element_name);
  }

 private:
  bool is_ec2_;
};

std::string joined(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "." + name;
}

class FormWriter {
 public:
  explicit FormWriter(const Service& service) : naming_(service) {}

  void add(const std::string& key, std::string_view value) {
    if (!form_.empty()) form_ += '&';
    form_ += uri_encode(key) + "=" + uri_encode(value);
  }

  void write(const Shape& shape, const Json& value, const std::string& prefix, const Member* member) {
    const bool flattened = member && member->flattened;
    switch (shape.type) {
      case Type::kStructure:
        for_each_member(shape, value, [&](const Member& part_member, const Json& part) {
          write(*part_member.shape, part, joined(prefix, naming_.member(part_member)), &part_member);
        });
        return;
      case Type::kList:
        return write_list(shape, value, prefix, flattened);
      case Type::kMap:
        return write_map(shape, value, naming_.map(shape, flattened, prefix));
      default:
        add(prefix, scalar_text(shape, value, timestamp_format(shape, member, TimestampFormat::kIso8601)));
    }
  }

  std::string take() { return std::move(form_); }

 private:
  void write_list(const Shape& shape, const Json& value, const std::string& prefix, bool flattened) {
    if (value.empty()) return add(prefix, "");  // says "none", which is not the same as saying nothing
    const std::string base = naming_.list(shape, flattened, prefix);
    std::size_t number = 0;
    for (const Json& part : value) write(*shape.element, part, fmt::format("{}.{}", base, ++number), nullptr);
  }

  void write_map(const Shape& shape, const Json& value, const std::string& base) {
    std::size_t number = 0;
    for (const auto& [key, part] : value.items()) {
      const std::string entry = fmt::format("{}.{}.", base, ++number);
      add(entry + Naming::key(shape), key);
      write(*shape.element, part, entry + Naming::value(shape), nullptr);
    }
  }

  Naming naming_;
  std::string form_;
};

class FormReader {
 public:
  FormReader(const Service& service, std::string_view form) : naming_(service) {
    for (auto& [key, value] : http::parse_query(form)) fields_.emplace(std::move(key), std::move(value));
  }

  Json read_structure(const Shape& shape, const std::string& prefix) const {
    Json value = Json::object();
    for (const Member& member : shape.members) {
      Json part = read(*member.shape, joined(prefix, naming_.member(member)), member.flattened);
      if (!part.is_null()) value[std::string(member.name)] = std::move(part);
    }
    return value;
  }

 private:
  // Null where the form has nothing under `prefix`.
  Json read(const Shape& shape, const std::string& prefix, bool flattened) const {
    switch (shape.type) {
      case Type::kStructure:
        return has_below(prefix) ? read_structure(shape, prefix) : Json();
      case Type::kList:
        return read_list(shape, prefix, flattened);
      case Type::kMap:
        return read_map(shape, naming_.map(shape, flattened, prefix));
      default: {
        const auto field = fields_.find(prefix);
        return field == fields_.end() ? Json() : parse_scalar(shape, field->second);
      }
    }
  }

  Json read_list(const Shape& shape, const std::string& prefix, bool flattened) const {
    const std::string named = naming_.list(shape, flattened, prefix);
    // Older clients say "member" where the model has a name of its own.
    for (const std::string& base : {named, prefix + ".member"}) {
      Json value = Json::array();
      for (const std::size_t number : numbers_below(base)) {
        Json part = read(*shape.element, fmt::format("{}.{}", base, number), false);
        if (!part.is_null()) value.push_back(std::move(part));
      }
      if (!value.empty()) return value;
    }
    const auto field = fields_.find(prefix);
    return field != fields_.end() && field->second.empty() ? Json::array() : Json();
  }

  Json read_map(const Shape& shape, const std::string& base) const {
    Json value = Json::object();
    for (const std::size_t number : numbers_below(base)) {
      const std::string entry = fmt::format("{}.{}.", base, number);
      const auto key = fields_.find(entry + Naming::key(shape));
      if (key == fields_.end()) throw MalformedMessage(entry + Naming::key(shape) + " is missing");
      value[key->second] = read(*shape.element, entry + Naming::value(shape), false);
    }
    return value.empty() ? Json() : value;
  }

  bool has_below(const std::string& prefix) const {
    const auto at = fields_.lower_bound(prefix + ".");
    return at != fields_.end() && at->first.starts_with(prefix + ".");
  }

  // The N of fields named "base.N" or "base.N.something", in rising order.
  std::set<std::size_t> numbers_below(const std::string& base) const {
    std::set<std::size_t> numbers;
    const std::string start = base + ".";
    for (auto at = fields_.lower_bound(start); at != fields_.end() && at->first.starts_with(start); ++at) {
      std::size_t number = 0;
      const char* begin = at->first.data() + start.size();
      const char* end = at->first.data() + at->first.size();
      const auto [stop, error] = std::from_chars(begin, end, number);
      if (error == std::errc() && (stop == end || *stop == '.')) numbers.insert(number);
    }
    return numbers;
  }

  Naming naming_;
  std::map<std::string, std::string> fields_;
};

}  // namespace

std::string encode_query_form(const Service& service, const Operation& operation, const Json& input) {
  FormWriter writer(service);
  writer.add("Action", operation.name);
  writer.add("Version", service.api_version);
  if (operation.input) writer.write(*operation.input, input, "", nullptr);
  return writer.take();
}

Json decode_query_form(const Service& service, const Operation& operation, std::string_view form) {
  if (!operation.input) return Json::object();
  return FormReader(service, form).read_structure(*operation.input, "");
}

}  // namespace aurora::aws
