#include "aws/xml_codec.h"

#include <sstream>

#include "aws/scalars.h"

namespace aurora::aws {
namespace {

constexpr auto kUsual = TimestampFormat::kIso8601;

std::string or_else(std::string_view name, const char* fallback) {
  return name.empty() ? fallback : std::string(name);
}

pugi::xml_node append(pugi::xml_node parent, std::string_view name) {
  return parent.append_child(std::string(name).c_str());
}

void declare_namespace(pugi::xml_node node, const Member& member) {
  if (member.xml_namespace.empty()) return;
  const std::string attribute =
      member.xml_prefix.empty() ? "xmlns" : "xmlns:" + std::string(member.xml_prefix);
  node.append_attribute(attribute.c_str()) = std::string(member.xml_namespace).c_str();
}

bool is_flattened(const Shape& shape, const Member* member) {
  return shape.flattened || (member && member->flattened);
}

void write_list(pugi::xml_node parent, std::string_view name, const Shape& shape, const Json& value,
                const Member* member) {
  if (is_flattened(shape, member)) {
    const std::string element = or_else(shape.element_name, std::string(name).c_str());
    for (const Json& part : value) write_xml(parent, element, *shape.element, part);
    return;
  }
  pugi::xml_node list = append(parent, name);
  for (const Json& part : value) write_xml(list, or_else(shape.element_name, "member"), *shape.element, part);
}

void write_map(pugi::xml_node parent, std::string_view name, const Shape& shape, const Json& value,
               const Member* member) {
  const bool flattened = is_flattened(shape, member);
  pugi::xml_node map = flattened ? parent : append(parent, name);
  for (const auto& [key, part] : value.items()) {
    pugi::xml_node entry = append(map, flattened ? name : "entry");
    append_text(entry, or_else(shape.key_name, "key"), key);
    write_xml(entry, or_else(shape.element_name, "value"), *shape.element, part);
  }
}

// Names may carry a prefix ("ns2:DBCluster"); a namespace of its own is never what tells two apart.
bool is_named(pugi::xml_node node, std::string_view name) {
  const std::string_view actual = node.name();
  return actual == name || (actual.size() > name.size() && actual.ends_with(name) &&
                            actual[actual.size() - name.size() - 1] == ':');
}

std::vector<pugi::xml_node> children(pugi::xml_node node, std::string_view name) {
  std::vector<pugi::xml_node> found;
  for (const pugi::xml_node child : node.children())
    if (child.type() == pugi::node_element && is_named(child, name)) found.push_back(child);
  return found;
}

Json read_elements(const std::vector<pugi::xml_node>& nodes, const Shape& element) {
  Json value = Json::array();
  for (const pugi::xml_node node : nodes) value.push_back(read_xml(node, element));
  return value;
}

Json read_entries(const std::vector<pugi::xml_node>& entries, const Shape& shape) {
  Json value = Json::object();
  for (const pugi::xml_node entry : entries) {
    const std::string key = xml_child(entry, or_else(shape.key_name, "key")).text().get();
    value[key] = read_xml(xml_child(entry, or_else(shape.element_name, "value")), *shape.element);
  }
  return value;
}

// A flattened list or map has no element of its own: its parts stand among the members.
Json read_flattened(pugi::xml_node parent, const Shape& shape, std::string_view name) {
  const bool is_list = shape.type == Type::kList;
  const auto nodes = children(parent, is_list && !shape.element_name.empty() ? shape.element_name : name);
  if (nodes.empty()) return {};
  return is_list ? read_elements(nodes, *shape.element) : read_entries(nodes, shape);
}

Json read_member(pugi::xml_node node, const Member& member) {
  const Shape& shape = *member.shape;
  const std::string_view name = member.query_name.empty() ? member.wire_name : member.query_name;
  if (member.xml_attribute) {
    const pugi::xml_attribute attribute = node.attribute(std::string(name).c_str());
    return attribute ? parse_scalar(shape, attribute.value()) : Json();
  }
  if (!is_scalar(shape.type) && shape.type != Type::kStructure && is_flattened(shape, &member))
    return read_flattened(node, shape, name);
  const pugi::xml_node child = xml_child(node, name);
  return child ? read_xml(child, shape) : Json();
}

}  // namespace

pugi::xml_node append_text(pugi::xml_node parent, std::string_view name, std::string_view text) {
  pugi::xml_node node = append(parent, name);
  if (!text.empty()) node.text().set(std::string(text).c_str());
  return node;
}

void write_xml_members(pugi::xml_node node, const Shape& shape, const Json& value) {
  for_each_member(shape, value, [](const Member&, const Json&) {});  // refuses what the shape does not know
  for (const Member& member : shape.members) {
    const auto part = value.find(member.name);
    if (member.location != Location::kBody || part == value.end() || part->is_null()) continue;
    const std::string_view name = member.query_name.empty() ? member.wire_name : member.query_name;
    if (member.xml_attribute)
      node.append_attribute(std::string(name).c_str()) = scalar_text(*member.shape, *part, kUsual).c_str();
    else
      write_xml(node, name, *member.shape, *part, &member);
  }
}

void write_xml(pugi::xml_node parent, std::string_view name, const Shape& shape, const Json& value,
               const Member* member) {
  switch (shape.type) {
    case Type::kStructure: {
      pugi::xml_node node = append(parent, name);
      if (member) declare_namespace(node, *member);
      return write_xml_members(node, shape, value);
    }
    case Type::kList:
      return write_list(parent, name, shape, value, member);
    case Type::kMap:
      return write_map(parent, name, shape, value, member);
    default:
      append_text(parent, name, scalar_text(shape, value, timestamp_format(shape, member, kUsual)));
  }
}

pugi::xml_node xml_child(pugi::xml_node node, std::string_view name) {
  for (const pugi::xml_node child : node.children())
    if (child.type() == pugi::node_element && is_named(child, name)) return child;
  return {};
}

Json read_xml_members(pugi::xml_node node, const Shape& shape) {
  Json value = Json::object();
  for (const Member& member : shape.members) {
    if (member.location != Location::kBody) continue;
    Json part = read_member(node, member);
    if (!part.is_null()) value[std::string(member.name)] = std::move(part);
  }
  return value;
}

Json read_xml(pugi::xml_node node, const Shape& shape) {
  switch (shape.type) {
    case Type::kStructure:
      return read_xml_members(node, shape);
    case Type::kList:
      return read_elements(children(node, or_else(shape.element_name, "member")), *shape.element);
    case Type::kMap:
      return read_entries(children(node, "entry"), shape);
    default:
      return parse_scalar(shape, node.text().get());
  }
}

pugi::xml_document parse_xml(std::string_view body) {
  pugi::xml_document document;
  // A text of nothing but spaces is a value too.
  const pugi::xml_parse_result result =
      document.load_buffer(body.data(), body.size(), pugi::parse_default | pugi::parse_ws_pcdata_single);
  if (!result) throw MalformedMessage(fmt::format("the body is not XML: {}", result.description()));
  return document;
}

std::string print_xml(const pugi::xml_document& document, bool with_declaration) {
  std::ostringstream out;
  if (with_declaration) out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  document.save(out, "", pugi::format_raw | pugi::format_no_declaration);
  return std::move(out).str();
}

}  // namespace aurora::aws
