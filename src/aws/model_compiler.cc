// A tool of the build: turns models/*.json into C++ tables of constants (see model.h).
//
//   model_compiler OUTPUT_DIRECTORY MODEL.json...
//
// writes OUTPUT_DIRECTORY/<service>_model.cc for each model, and services.cc, which lists them.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "nlohmann/json.hpp"

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

std::string quoted(const std::string& text) {
  return Json(text).dump();
}

std::string text_of(const Json& object, const char* key, const std::string& fallback = "") {
  return object.contains(key) ? object[key].get<std::string>() : fallback;
}

bool flag_of(const Json& object, const char* key) {
  return object.contains(key) && object[key].get<bool>();
}

std::string type_name(const std::string& type) {
  static const std::map<std::string, std::string> kNames = {
      {"structure", "kStructure"}, {"list", "kList"},       {"map", "kMap"},   {"string", "kString"},
      {"character", "kString"},    {"integer", "kInteger"}, {"long", "kLong"}, {"float", "kFloat"},
      {"double", "kDouble"},       {"boolean", "kBoolean"}, {"blob", "kBlob"}, {"timestamp", "kTimestamp"}};
  return "Type::" + kNames.at(type);
}

std::string protocol_name(const std::string& protocol) {
  static const std::map<std::string, std::string> kNames = {{"query", "kQuery"},
                                                            {"json", "kJson"},
                                                            {"rest-json", "kRestJson"},
                                                            {"rest-xml", "kRestXml"},
                                                            {"ec2", "kEc2"}};
  return "Protocol::" + kNames.at(protocol);
}

std::string location_name(const std::string& location) {
  static const std::map<std::string, std::string> kNames = {
      {"", "kBody"},   {"header", "kHeader"},           {"headers", "kHeaders"},
      {"uri", "kUri"}, {"querystring", "kQueryString"}, {"statusCode", "kStatusCode"}};
  return "Location::" + kNames.at(location);
}

std::string timestamp_format_name(const std::string& format) {
  static const std::map<std::string, std::string> kNames = {
      {"", "kDefault"}, {"iso8601", "kIso8601"}, {"unixTimestamp", "kUnix"}, {"rfc822", "kRfc822"}};
  return "TimestampFormat::" + kNames.at(format);
}

// The designated initialisers of one object; what has its default value is left out.
class Fields {
 public:
  void text(const char* name, const std::string& value) {
    if (!value.empty()) add(name, quoted(value));
  }
  void flag(const char* name, bool value) {
    if (value) add(name, "true");
  }
  void code(const char* name, const std::string& value) { add(name, value); }
  std::string str() const { return "{" + text_ + "}"; }

 private:
  void add(const char* name, const std::string& value) {
    if (!text_.empty()) text_ += ", ";
    text_ += std::string(".") + name + " = " + value;
  }
  std::string text_;
};

// One array that grows; its slices become spans.
class Pool {
 public:
  Pool(const char* type, const char* name) : type_(type), name_(name) {}

  std::string slice(const std::vector<std::string>& entries) {
    std::ostringstream span;
    span << "{" << name_ << " + " << entries_.size() << ", " << entries.size() << "}";
    entries_.insert(entries_.end(), entries.begin(), entries.end());
    return span.str();
  }
  std::size_t size() const { return entries_.size(); }
  void print(std::ostream& out) const {
    // An array of no elements is not C++: an unused one has a single, empty element.
    out << "constinit const " << type_ << " " << name_ << "[] = {\n";
    for (const std::string& entry : entries_) out << "    " << entry << ",\n";
    if (entries_.empty()) out << "    {},\n";
    out << "};\n\n";
  }

 private:
  const char* type_;
  const char* name_;
  std::vector<std::string> entries_;
};

class ModelPrinter {
 public:
  explicit ModelPrinter(const Json& model) : model_(model) {
    for (const auto& [name, shape] : model["shapes"].items()) {
      const std::size_t index = shape_index_.size();
      shape_index_[name] = index;
    }
  }

  void print(std::ostream& out) {
    std::vector<std::string> shapes;
    for (const auto& [name, shape] : model_["shapes"].items()) shapes.push_back(shape_entry(name, shape));
    std::vector<std::string> operations;
    for (const auto& [name, operation] : model_["operations"].items())
      operations.push_back(operation_entry(name, operation));

    out << "// Made by model_compiler from models/" << text_of(model_, "service") << ".json.\n"
        << "#include \"aws/model.h\"\n\nnamespace aurora::aws {\nnamespace {\n\n"
        << "extern const Shape kShapes[" << shapes.size() << "];\n\n";
    names_.print(out);
    members_.print(out);
    print_array(out, "Shape", "kShapes", shapes);
    errors_.print(out);
    paginators_.print(out);
    print_array(out, "Operation", "kOperations", operations);
    out << "}  // namespace\n\nextern const Service " << text_of(model_, "service") << "_service;\n"
        << "constinit const Service " << text_of(model_, "service")
        << "_service = " << service_entry(operations.size(), shapes.size())
        << ";\n\n}  // namespace aurora::aws\n";
  }

 private:
  static void print_array(std::ostream& out, const char* type, const char* name,
                          const std::vector<std::string>& entries) {
    out << "constinit const " << type << " " << name << "[" << entries.size() << "] = {\n";
    for (const std::string& entry : entries) out << "    " << entry << ",\n";
    out << "};\n\n";
  }

  std::string shape_pointer(const std::string& name) const {
    return "&kShapes[" + std::to_string(shape_index_.at(name)) + "]";
  }

  std::string names_slice(const Json& names) {
    std::vector<std::string> entries;
    for (const auto& name : names) entries.push_back(quoted(name.get<std::string>()));
    return names_.slice(entries);
  }

  static std::string member_entry(const std::string& name, const Json& member, bool required,
                                  const std::string& pointer) {
    Fields fields;
    fields.text("name", name);
    fields.code("shape", pointer);
    fields.text("wire_name", text_of(member, "locationName", name));
    fields.text("query_name", text_of(member, "queryName"));
    if (member.contains("location")) fields.code("location", location_name(text_of(member, "location")));
    fields.flag("required", required);
    fields.flag("flattened", flag_of(member, "flattened"));
    fields.flag("streaming", flag_of(member, "streaming"));
    fields.flag("xml_attribute", flag_of(member, "xmlAttribute"));
    fields.flag("idempotency_token", flag_of(member, "idempotencyToken"));
    if (member.contains("timestampFormat"))
      fields.code("timestamp_format", timestamp_format_name(text_of(member, "timestampFormat")));
    if (member.contains("xmlNamespace")) {
      fields.text("xml_namespace", text_of(member["xmlNamespace"], "uri"));
      fields.text("xml_prefix", text_of(member["xmlNamespace"], "prefix"));
    }
    return fields.str();
  }

  // Adds the structure's members to the pool; the payload's index in the pool goes to `payload`.
  std::string members_slice(const Json& shape, std::optional<std::size_t>& payload) {
    std::vector<std::string> entries;
    const Json required = shape.value("required", Json::array());
    for (const auto& [name, member] : shape["members"].items()) {
      if (name == text_of(shape, "payload")) payload = members_.size() + entries.size();
      const bool is_required = std::find(required.begin(), required.end(), name) != required.end();
      entries.push_back(member_entry(name, member, is_required, shape_pointer(text_of(member, "shape"))));
    }
    return members_.slice(entries);
  }

  std::string shape_entry(const std::string& name, const Json& shape) {
    Fields fields;
    fields.text("name", name);
    fields.code("type", type_name(text_of(shape, "type")));
    std::optional<std::size_t> payload;
    if (shape.contains("members") && !shape["members"].empty())
      fields.code("members", members_slice(shape, payload));
    const Json element = shape.value("member", shape.value("value", Json::object()));
    if (!element.empty()) fields.code("element", shape_pointer(text_of(element, "shape")));
    if (shape.contains("key")) fields.code("key", shape_pointer(text_of(shape["key"], "shape")));
    fields.text("element_name", text_of(element, "locationName"));
    if (shape.contains("key")) fields.text("key_name", text_of(shape["key"], "locationName"));
    if (payload) fields.code("payload", "kMembers + " + std::to_string(*payload));
    if (shape.contains("enum")) fields.code("enum_values", names_slice(shape["enum"]));
    fields.flag("flattened", flag_of(shape, "flattened"));
    fields.flag("sensitive", flag_of(shape, "sensitive"));
    fields.flag("streaming", flag_of(shape, "streaming"));
    fields.flag("is_union", flag_of(shape, "union"));
    fields.flag("is_event_stream", flag_of(shape, "eventstream"));
    if (shape.contains("timestampFormat"))
      fields.code("timestamp_format", timestamp_format_name(text_of(shape, "timestampFormat")));
    if (shape.contains("min")) fields.code("minimum", std::to_string(shape["min"].get<std::int64_t>()));
    fields.flag("is_error", flag_of(shape, "exception"));
    fields.flag("is_fault", flag_of(shape, "fault"));
    if (flag_of(shape, "exception")) fields.text("error_code", text_of(shape, "code", name));
    if (shape.contains("status")) fields.code("error_status", std::to_string(shape["status"].get<int>()));
    return fields.str();
  }

  std::string paginator_pointer(const Json& paginator) {
    Fields fields;
    fields.code("input_tokens", names_slice(paginator["input"]));
    fields.code("output_tokens", names_slice(paginator["output"]));
    fields.code("result_keys", names_slice(paginator["results"]));
    fields.text("limit_key", text_of(paginator, "limit"));
    fields.text("more_results", text_of(paginator, "more"));
    const std::string pointer = "kPaginators + " + std::to_string(paginators_.size());
    paginators_.slice({fields.str()});
    return pointer;
  }

  std::string operation_entry(const std::string& name, const Json& operation) {
    Fields fields;
    fields.text("name", name);
    fields.text("method", text_of(operation, "method"));
    fields.text("uri", text_of(operation, "uri"));
    if (operation.contains("status")) fields.code("status", std::to_string(operation["status"].get<int>()));
    for (const char* part : {"input", "output"})
      if (operation.contains(part)) fields.code(part, shape_pointer(text_of(operation, part)));
    fields.text("result_wrapper", text_of(operation, "resultWrapper"));
    fields.text("input_name", text_of(operation, "inputName"));
    fields.text("input_namespace", text_of(operation, "inputNamespace"));
    fields.text("host_prefix", text_of(operation, "hostPrefix"));
    fields.flag("is_unsigned", flag_of(operation, "unsigned"));
    fields.flag("checksum_required", flag_of(operation, "checksumRequired"));
    if (operation.contains("errors")) {
      std::vector<std::string> errors;
      for (const auto& error : operation["errors"]) errors.push_back(shape_pointer(error.get<std::string>()));
      fields.code("errors", errors_.slice(errors));
    }
    if (model_["paginators"].contains(name))
      fields.code("paginator", paginator_pointer(model_["paginators"][name]));
    return fields.str();
  }

  std::string service_entry(std::size_t operations, std::size_t shapes) const {
    Fields fields;
    const std::string endpoint_prefix = text_of(model_, "endpointPrefix");
    fields.text("name", text_of(model_, "service"));
    fields.text("id", text_of(model_, "serviceId"));
    fields.code("protocol", protocol_name(text_of(model_, "protocol")));
    fields.flag("query_compatible", flag_of(model_, "queryCompatible"));
    fields.text("api_version", text_of(model_, "apiVersion"));
    fields.text("endpoint_prefix", endpoint_prefix);
    fields.text("signing_name", text_of(model_, "signingName", endpoint_prefix));
    fields.text("json_version", text_of(model_, "jsonVersion"));
    fields.text("target_prefix", text_of(model_, "targetPrefix"));
    fields.text("xml_namespace", text_of(model_, "xmlNamespace"));
    fields.text("global_endpoint", text_of(model_, "globalEndpoint"));
    fields.code("operations", "{kOperations, " + std::to_string(operations) + "}");
    fields.code("shapes", "{kShapes, " + std::to_string(shapes) + "}");
    return fields.str();
  }

  const Json& model_;
  std::map<std::string, std::size_t> shape_index_;
  Pool names_{"std::string_view", "kNames"};
  Pool members_{"Member", "kMembers"};
  Pool errors_{"Shape* const", "kErrors"};
  Pool paginators_{"Paginator", "kPaginators"};
};

// Leaves a file alone whose content would be the same, so that nothing is compiled again for it.
void write_if_changed(const fs::path& path, const std::string& content) {
  std::ifstream old(path, std::ios::binary);
  if (old && std::string(std::istreambuf_iterator<char>(old), {}) == content) return;
  old.close();
  std::ofstream out(path, std::ios::binary);
  out << content;
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::string services_source(const std::vector<std::string>& services) {
  std::ostringstream out;
  out << "// Made by model_compiler.\n#include \"aws/model.h\"\n\nnamespace aurora::aws {\n\n";
  for (const std::string& service : services) out << "extern const Service " << service << "_service;\n";
  out << "\nstd::span<const Service* const> all_services() {\n"
      << "  static constexpr const Service* kServices[] = {\n";
  for (const std::string& service : services) out << "      &" << service << "_service,\n";
  out << "  };\n  return kServices;\n}\n\n}  // namespace aurora::aws\n";
  return out.str();
}

void compile(const fs::path& directory, const std::vector<fs::path>& models) {
  fs::create_directories(directory);
  std::vector<std::string> services;
  for (const fs::path& path : models) {
    std::ifstream in(path);
    if (!in) throw std::runtime_error("cannot read " + path.string());
    const Json model = Json::parse(in);
    std::ostringstream source;
    ModelPrinter(model).print(source);
    services.push_back(text_of(model, "service"));
    write_if_changed(directory / (services.back() + "_model.cc"), source.str());
  }
  write_if_changed(directory / "services.cc", services_source(services));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: model_compiler OUTPUT_DIRECTORY MODEL.json...\n";
    return 2;
  }
  try {
    compile(argv[1], {argv + 2, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "model_compiler: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
