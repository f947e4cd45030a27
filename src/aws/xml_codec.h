// Values as XML elements: the answers of the Query protocols, and both directions of REST XML.
#pragma once
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "aws/model.h"
#include "base/json.h"

namespace aurora::aws {

// Writes the members of a structure into `node`, in the model's order; only those that travel in a body.
void write_xml_members(pugi::xml_node node, const Shape& shape, const Json& value);
// Appends one element, or several for flattened lists and maps.
void write_xml(pugi::xml_node parent, std::string_view name, const Shape& shape, const Json& value,
               const Member* member = nullptr);
pugi::xml_node append_text(pugi::xml_node parent, std::string_view name, std::string_view text);

// The body members that stand in `node`; absent elements are absent members. Throws MalformedMessage.
Json read_xml_members(pugi::xml_node node, const Shape& shape);
Json read_xml(pugi::xml_node node, const Shape& shape);
// The child of that name, whatever its namespace prefix.
pugi::xml_node xml_child(pugi::xml_node node, std::string_view name);

// Throws MalformedMessage when `body` is no XML. The result keeps the document alive.
pugi::xml_document parse_xml(std::string_view body);
// Without white space between elements.
std::string print_xml(const pugi::xml_document& document, bool with_declaration);

}  // namespace aurora::aws
