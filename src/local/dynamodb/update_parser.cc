// The grammar of UpdateExpression:
//
//   update  = section { section }
//   section = SET path = value {, …} | REMOVE path {, …} | ADD path :value {, …} | DELETE path :value {, …}
//   value   = operand [ ( + | - ) operand ]
//   operand = path | :value | if_not_exists ( path , operand ) | list_append ( operand , operand )
#include <array>

#include "local/dynamodb/parser_base.h"
#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

constexpr std::array<std::pair<std::string_view, UpdateAction::Kind>, 4> kSections = {{
    {"SET", UpdateAction::Kind::kSet},
    {"REMOVE", UpdateAction::Kind::kRemove},
    {"ADD", UpdateAction::Kind::kAdd},
    {"DELETE", UpdateAction::Kind::kDelete},
}};

// The words of AWS for the types of values in this one message.
std::string_view long_type_name(std::string_view type) {
  static const std::map<std::string_view, std::string_view> names = {
      {"S", "STRING"},      {"N", "NUMBER"},  {"B", "BINARY"},     {"SS", "STRING_SET"}, {"NS", "NUMBER_SET"},
      {"BS", "BINARY_SET"}, {"NULL", "NULL"}, {"BOOL", "BOOLEAN"}, {"L", "LIST"},        {"M", "MAP"},
  };
  return names.at(type);
}

class UpdateParser : ParserBase {
 public:
  using ParserBase::ParserBase;

  Update parse() {
    do {
      parse_section();
    } while (peek().kind != Token::Kind::kEnd);
    finish();
    return std::move(update_);
  }

 private:
  void parse_section() {
    const auto section = std::find_if(kSections.begin(), kSections.end(),
                                      [this](const auto& entry) { return peek().is_word(entry.first); });
    if (section == kSections.end()) refuse_token();
    take();
    if (!seen_.insert(section->second).second) {
      report(
          Fault::kRepeatedSection,
          fmt::format("The \"{}\" section can only be used once in an update expression;", section->first));
    }
    do {
      parse_action(section->first, section->second);
    } while (take_if(","));
  }

  void parse_action(std::string_view section, UpdateAction::Kind kind) {
    UpdateAction action{.kind = kind, .path = parse_path(), .set = {}, .value = nullptr};
    check_overlap(paths_, action.path);
    paths_.push_back(action.path);
    if (kind == UpdateAction::Kind::kSet) {
      expect("=");
      action.set = parse_set_value();
    } else if (kind != UpdateAction::Kind::kRemove) {
      if (peek().kind != Token::Kind::kValue) refuse_token();
      action.value = parse_value();
      check_set_operand(section, kind, action.value);
    }
    update_.push_back(std::move(action));
  }

  void check_set_operand(std::string_view section, UpdateAction::Kind kind, const Json& value) {
    if (value.is_null()) return;
    const auto type = type_of(value);
    if (is_set_type(type) || (kind == UpdateAction::Kind::kAdd && type == "N")) return;
    report(Fault::kOperandType,
           fmt::format("Incorrect operand type for operator or function; operator: {}, operand type: {}",
                       section, long_type_name(type)));
  }

  SetValue parse_set_value() {
    SetValue left = parse_set_operand();
    if (!peek().is("+") && !peek().is("-")) return left;
    const std::string name(take().text);
    SetValue sum{.kind = name == "+" ? SetValue::Kind::kPlus : SetValue::Kind::kMinus,
                 .path = {},
                 .value = nullptr,
                 .arguments = {}};
    sum.arguments.push_back(std::move(left));
    sum.arguments.push_back(parse_set_operand());
    check_argument_types(name, sum.arguments, "N");
    return sum;
  }

  SetValue parse_set_operand() {
    const Level level(*this);
    if (peek().kind == Token::Kind::kName && peek(1).is("(")) return parse_function();
    SetValue operand;
    if (peek().kind == Token::Kind::kValue) {
      operand.value = parse_value();
    } else {
      operand.kind = SetValue::Kind::kPath;
      operand.path = parse_path();
    }
    return operand;
  }

  SetValue parse_function() {
    const std::string name(take().text);
    take();
    std::vector<SetValue> arguments;
    do {
      arguments.push_back(parse_set_operand());
    } while (take_if(","));
    expect(")");
    if (name != "if_not_exists" && name != "list_append") {
      report(Fault::kUnknownFunction, fmt::format("Invalid function name; function: {}", name));
      return {};
    }
    if (arguments.size() != 2) {
      report_operand_count(name, arguments.size());
      return {};
    }
    return name == "list_append" ? list_append(std::move(arguments)) : if_not_exists(std::move(arguments));
  }

  SetValue list_append(std::vector<SetValue> arguments) {
    check_argument_types("list_append", arguments, "L");
    return {
        .kind = SetValue::Kind::kListAppend, .path = {}, .value = nullptr, .arguments = std::move(arguments)};
  }

  SetValue if_not_exists(std::vector<SetValue> arguments) {
    if (arguments[0].kind != SetValue::Kind::kPath) {
      report(Fault::kOperandType,
             "Operator or function requires a document path; operator or function: if_not_exists");
      return {};
    }
    Path path = std::move(arguments[0].path);
    arguments.erase(arguments.begin());
    return {.kind = SetValue::Kind::kIfNotExists,
            .path = std::move(path),
            .value = nullptr,
            .arguments = std::move(arguments)};
  }

  void check_argument_types(std::string_view name, const std::vector<SetValue>& arguments,
                            std::string_view type) {
    for (const auto& argument : arguments) {
      if (argument.kind != SetValue::Kind::kValue || argument.value.is_null()) continue;
      if (!has_type(argument.value, type)) report_operand_type(name, type_of(argument.value));
    }
  }

  Update update_;
  std::vector<Path> paths_;
  std::set<UpdateAction::Kind> seen_;
};

class ProjectionParser : ParserBase {
 public:
  using ParserBase::ParserBase;

  Projection parse() {
    Projection paths;
    do {
      Path path = parse_path();
      check_overlap(paths, path);
      paths.push_back(std::move(path));
    } while (take_if(","));
    finish();
    return paths;
  }
};

}  // namespace

Update parse_update(std::string_view text, Placeholders& placeholders) {
  return with_label("UpdateExpression", [&] { return UpdateParser(text, placeholders).parse(); });
}

Projection parse_projection(std::string_view text, Placeholders& placeholders) {
  return with_label("ProjectionExpression", [&] { return ProjectionParser(text, placeholders).parse(); });
}

}  // namespace aurora::local::dynamodb
