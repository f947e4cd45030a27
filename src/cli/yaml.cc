#include "cli/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <charconv>

#include "base/error.h"

namespace aurora::cli {
namespace {

constexpr int kNodesMax = 100000;  // an alias may be used many times: what it stands for is counted each time
constexpr int kDepthMax = 100;

[[noreturn]] void refuse(std::string_view what, const YAML::Mark& mark, std::string_view reason) {
  const std::string place =
      mark.is_null() ? "" : fmt::format(" at line {}, column {}", mark.line + 1, mark.column + 1);
  throw Error("InvalidYaml", fmt::format("{} is not valid YAML{}: {}", what, place, reason),
              "Indent with spaces, and put text that holds \": \" or \" #\" into quotes.");
}

template <typename Number>
bool is_whole(const std::string& text, Number& number) {
  const char* first = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(first, text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// What a plain scalar means in YAML's core schema.
Json plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  // 0123 is an octal number to some readers and 123 to others: an account's or a date's zeros must not go.
  const bool padded = text.size() > 1 && text[0] == '0' && std::isdigit(static_cast<unsigned char>(text[1]));
  const bool numeric = text.find_first_not_of("+-.0123456789eE") == std::string::npos && !padded;
  std::int64_t integer = 0;
  double number = 0;
  if (numeric && is_whole(text, integer)) return integer;
  // 15.10 is a version: as a number it would become 15.1. What a number would not be written as stays text.
  if (numeric && is_whole(text, number) && Json(number).dump() == text) return number;
  return text;
}

class Reader {
 public:
  Reader(std::string_view what, YamlTags tags) : what_(what), tags_(tags) {}

  Json read(const YAML::Node& node, const std::string& pointer, int depth) {
    if (++nodes_ > kNodesMax) refuse(what_, node.Mark(), "it holds too much");
    if (depth > kDepthMax) refuse(what_, node.Mark(), "it is nested too deeply");
    if (const std::string& tag = node.Tag(); tag.size() > 1 && tags_ == YamlTags::kRefused)
      refuse(what_, node.Mark(), "tags are not taken");
    positions_[pointer] = {node.Mark().line + 1, node.Mark().column + 1};
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        return node.Tag().starts_with("!") ? Json(node.Scalar()) : plain(node.Scalar(), pointer);
      case YAML::NodeType::Sequence:
        return list(node, pointer, depth);
      case YAML::NodeType::Map:
        return map(node, pointer, depth);
      default:
        return nullptr;
    }
  }
  std::map<std::string, YamlPosition> positions() { return std::move(positions_); }
  std::map<std::string, std::string> typed() { return std::move(typed_); }

 private:
  Json plain(const std::string& text, const std::string& pointer) {
    Json value = plain_scalar(text);
    if (value.is_number() || value.is_boolean()) typed_[pointer] = text;
    return value;
  }

  Json list(const YAML::Node& node, const std::string& pointer, int depth) {
    Json result = Json::array();
    for (const YAML::Node& element : node)
      result.push_back(read(element, fmt::format("{}/{}", pointer, result.size()), depth + 1));
    return result;
  }

  Json map(const YAML::Node& node, const std::string& pointer, int depth) {
    Json result = Json::object();
    for (const auto& member : node) {
      if (!member.first.IsScalar()) refuse(what_, member.first.Mark(), "a key is no text");
      const std::string& key = member.first.Scalar();
      if (result.contains(key)) refuse(what_, member.first.Mark(), fmt::format("{} stands twice", key));
      result[key] = read(member.second, (Json::json_pointer(pointer) / key).to_string(), depth + 1);
    }
    return result;
  }

  std::string_view what_;
  YamlTags tags_;
  int nodes_ = 0;
  std::map<std::string, YamlPosition> positions_;
  std::map<std::string, std::string> typed_;
};

void emit(YAML::Emitter& out, const Json& value) {
  if (value.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [key, member] : value.items()) {
      out << YAML::Key;
      emit(out, key);
      out << YAML::Value;
      emit(out, member);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    if (value.empty()) out << YAML::Flow;
    out << YAML::BeginSeq;
    for (const Json& element : value) emit(out, element);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    const std::string& text = value.get_ref<const std::string&>();
    const bool ambiguous = !plain_scalar(text).is_string() || (!text.empty() && std::isdigit(text[0]));
    if (ambiguous) out << YAML::DoubleQuoted;
    out << text;
  } else if (value.is_null()) {
    out << YAML::Null;
  } else {
    out << value.dump();
  }
}

}  // namespace

YamlDocument parse_yaml(const std::string& text, std::string_view what, YamlTags tags) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1) refuse(what, documents[1].Mark(), "it holds more than one document");
    Reader reader(what, tags);
    Json value = documents.empty() ? Json() : reader.read(documents.front(), "", 0);
    return {std::move(value), reader.positions(), reader.typed()};
  } catch (const YAML::Exception& error) {
    refuse(what, error.mark, error.msg);
  }
}

std::string to_yaml(const Json& value) {
  YAML::Emitter out;
  emit(out, value);
  return std::string(out.c_str()) + "\n";
}

}  // namespace aurora::cli
