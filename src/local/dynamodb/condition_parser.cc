// The grammar of ConditionExpression, FilterExpression and KeyConditionExpression:
//
//   or      = and { OR and }
//   and     = not { AND not }
//   not     = NOT not | term
//   term    = primary [ comparator operand | BETWEEN operand AND operand | IN ( operand {, operand} ) ]
//   primary = ( or ) | function ( operand {, operand} ) | operand
//   operand = path | :value | size ( operand )
#include <array>
#include <map>

#include "local/dynamodb/parser_base.h"
#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

constexpr std::size_t kInOperandsMax = 100;

struct Function {
  std::string_view name;
  std::size_t operands;
  Condition::Kind kind;  // of no meaning for size, which is an operand
};
constexpr std::array kFunctions = {
    Function{"attribute_exists", 1, Condition::Kind::kAttributeExists},
    Function{"attribute_not_exists", 1, Condition::Kind::kAttributeNotExists},
    Function{"attribute_type", 2, Condition::Kind::kAttributeType},
    Function{"begins_with", 2, Condition::Kind::kBeginsWith},
    Function{"contains", 2, Condition::Kind::kContains},
    Function{"size", 1, Condition::Kind::kAnd},
};

const Function* find_function(std::string_view name) {
  for (const auto& function : kFunctions) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

std::optional<Condition::Kind> comparator(const Token& token) {
  static const std::map<std::string_view, Condition::Kind> kinds = {
      {"=", Condition::Kind::kEqual},   {"<>", Condition::Kind::kNotEqual},
      {"<", Condition::Kind::kLess},    {"<=", Condition::Kind::kLessOrEqual},
      {">", Condition::Kind::kGreater}, {">=", Condition::Kind::kGreaterOrEqual},
  };
  const auto found = token.kind == Token::Kind::kSymbol ? kinds.find(token.text) : kinds.end();
  if (found == kinds.end()) return std::nullopt;
  return found->second;
}

bool is_keyword(const Token& token) {
  return token.is_word("AND") || token.is_word("OR") || token.is_word("NOT") || token.is_word("BETWEEN") ||
         token.is_word("IN");
}

// The type of a literal; empty for a path, and for a value that is not defined.
std::string_view literal_type(const Operand& operand) {
  if (operand.is_path()) return "";
  if (operand.size) return "N";
  return operand.value().is_null() ? "" : type_of(operand.value());
}

std::string print_literal(const Json& value) {
  const auto& content = content_of(value);
  return fmt::format("AttributeValue: {{{}:{}}}", type_of(value),
                     content.is_string() ? content.get<std::string>() : dump_json(content));
}

// What stands at a place: a condition, or an operand that is still to become part of one.
struct Node {
  std::variant<Condition, Operand> content;
  std::string function;  // the name when it is a call of one
  bool parenthesised = false;

  bool is_condition() const { return std::holds_alternative<Condition>(content); }
};

class ConditionParser : ParserBase {
 public:
  using ParserBase::ParserBase;

  Condition parse() {
    Condition condition = as_condition(parse_or());
    finish();
    return condition;
  }

 private:
  Node parse_or() {
    const Level level(*this);
    return parse_chain("OR", Condition::Kind::kOr, [this] { return parse_and(); });
  }
  Node parse_and() {
    return parse_chain("AND", Condition::Kind::kAnd, [this] { return parse_not(); });
  }

  Node parse_chain(std::string_view word, Condition::Kind kind, const std::function<Node()>& parse_part) {
    Node first = parse_part();
    if (!peek().is_word(word)) return first;
    Condition chain{.kind = kind, .operands = {}, .children = {}};
    chain.children.push_back(as_condition(std::move(first)));
    while (take_word_if(word)) chain.children.push_back(as_condition(parse_part()));
    return {.content = std::move(chain), .function = "", .parenthesised = false};
  }

  Node parse_not() {
    if (!take_word_if("NOT")) return parse_term();
    const Level level(*this);
    Condition negation{.kind = Condition::Kind::kNot, .operands = {}, .children = {}};
    negation.children.push_back(as_condition(parse_not()));
    return {.content = std::move(negation), .function = "", .parenthesised = false};
  }

  Node parse_term() {
    Node left = parse_primary();
    if (const auto kind = comparator(peek())) return parse_comparison(std::move(left), *kind);
    if (peek().is_word("BETWEEN")) return parse_between(std::move(left));
    if (peek().is_word("IN")) return parse_in(std::move(left));
    return left;
  }

  Node parse_comparison(Node left, Condition::Kind kind) {
    Condition condition{.kind = kind, .operands = {}, .children = {}};
    condition.operands.push_back(as_operand(std::move(left)));
    const std::string name(take().text);
    condition.operands.push_back(as_operand(parse_primary()));
    check_distinct(name, condition.operands);
    const bool ordering = kind != Condition::Kind::kEqual && kind != Condition::Kind::kNotEqual;
    for (const auto& operand : condition.operands) {
      const auto type = literal_type(operand);
      if (ordering && !type.empty() && type != "S" && type != "N" && type != "B")
        report_operand_type(name, type);
    }
    return {.content = std::move(condition), .function = "", .parenthesised = false};
  }

  Node parse_between(Node left) {
    Condition condition{.kind = Condition::Kind::kBetween, .operands = {}, .children = {}};
    condition.operands.push_back(as_operand(std::move(left)));
    take();
    condition.operands.push_back(as_operand(parse_primary()));
    if (!take_word_if("AND")) refuse_token();
    condition.operands.push_back(as_operand(parse_primary()));
    check_bounds(condition.operands[1], condition.operands[2]);
    return {.content = std::move(condition), .function = "", .parenthesised = false};
  }

  Node parse_in(Node left) {
    Condition condition{.kind = Condition::Kind::kIn, .operands = {}, .children = {}};
    condition.operands.push_back(as_operand(std::move(left)));
    take();
    expect("(");
    do {
      condition.operands.push_back(as_operand(parse_primary()));
    } while (take_if(","));
    expect(")");
    if (condition.operands.size() - 1 > kInOperandsMax) {
      report(Fault::kOperandCount,
             fmt::format("The IN operator is provided with too many operands; number of operands: {}",
                         condition.operands.size() - 1));
    }
    return {.content = std::move(condition), .function = "", .parenthesised = false};
  }

  Node parse_primary() {
    const Level level(*this);
    if (take_if("(")) {
      Node node = parse_or();
      expect(")");
      if (node.parenthesised) {
        report(Fault::kRedundantParentheses, "The expression has redundant parentheses;");
      }
      node.parenthesised = true;
      return node;
    }
    if (peek().kind == Token::Kind::kName && peek(1).is("(")) return parse_function();
    return {.content = parse_operand(), .function = "", .parenthesised = false};
  }

  Operand parse_operand() {
    if (peek().kind == Token::Kind::kValue) return {.source = parse_value()};
    if (is_keyword(peek())) refuse_token();
    return {.source = parse_path()};
  }

  Node parse_function() {
    if (is_keyword(peek())) refuse_token();
    const std::string name(take().text);
    take();
    std::vector<Operand> operands;
    do {
      operands.push_back(as_operand(parse_primary()));
    } while (take_if(","));
    expect(")");
    const auto* function = find_function(name);
    if (function == nullptr) {
      report(Fault::kUnknownFunction, fmt::format("Invalid function name; function: {}", name));
      return {.content = Condition{}, .function = name, .parenthesised = false};
    }
    if (operands.size() != function->operands) {
      report_operand_count(name, operands.size());
    } else {
      check_distinct(name, operands);
      check_function(*function, operands);
    }
    if (name == "size") {
      operands[0].size = true;
      return {.content = std::move(operands[0]), .function = name, .parenthesised = false};
    }
    Condition condition{.kind = function->kind, .operands = std::move(operands), .children = {}};
    return {.content = std::move(condition), .function = name, .parenthesised = false};
  }

  void check_function(const Function& function, const std::vector<Operand>& operands) {
    const auto first = literal_type(operands[0]);
    if (function.name == "attribute_exists" || function.name == "attribute_not_exists") {
      if (operands[0].is_path() && !operands[0].size) return;
      report(Fault::kOperandType,
             fmt::format("Operator or function requires a document path; operator or function: {}",
                         function.name));
    } else if (function.name == "begins_with") {
      for (const auto& operand : operands) {
        const auto type = literal_type(operand);
        if (!type.empty() && type != "S" && type != "B") report_operand_type(function.name, type);
      }
    } else if (function.name == "size") {
      if (operands[0].size || first == "N" || first == "BOOL" || first == "NULL") {
        report_operand_type(function.name, operands[0].size ? "N" : first);
      }
    } else if (function.name == "attribute_type") {
      check_type_name(operands[1]);
    }
  }

  void check_type_name(const Operand& operand) {
    const auto type = literal_type(operand);
    if (type != "S") {
      if (operand.is_path()) {
        report_operand_type("attribute_type", "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}");
      } else if (!type.empty()) {
        report_operand_type("attribute_type", type);
      }
      return;
    }
    static const std::set<std::string, std::less<>> types = {"S",  "N",  "B",  "NULL", "BOOL",
                                                             "SS", "NS", "BS", "L",    "M"};
    const auto& name = content_of(operand.value()).get_ref<const std::string&>();
    if (types.contains(name)) return;
    report(Fault::kOperandType,
           fmt::format(
               "Invalid attribute type name found; type: {}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}",
               name));
  }

  void check_distinct(std::string_view name, const std::vector<Operand>& operands) {
    const auto plain_path = [](const Operand& operand) { return operand.is_path() && !operand.size; };
    if (operands.size() != 2 || !plain_path(operands[0]) || !plain_path(operands[1])) return;
    if (operands[0].path() != operands[1].path()) return;
    report(Fault::kSamePath,
           fmt::format("The first operand must be distinct from the remaining operands for this operator or "
                       "function; operator: {}, first operand: {}",
                       name, print_path(operands[0].path())));
  }

  void check_bounds(const Operand& lower, const Operand& upper) {
    const auto lower_type = literal_type(lower);
    const auto upper_type = literal_type(upper);
    if (lower_type.empty() || upper_type.empty() || lower.size || upper.size) return;
    const auto order = compare_values(lower.value(), upper.value());
    if (lower_type == upper_type && (!order || *order <= 0)) return;
    report(Fault::kOperandType,
           fmt::format("The BETWEEN operator requires {}; lower bound operand: {}, upper bound operand: {}",
                       lower_type != upper_type ? "same data type for lower and upper bounds"
                                                : "upper bound to be greater than or equal to lower bound",
                       print_literal(lower.value()), print_literal(upper.value())));
  }

  void report_misuse(std::string_view function) {
    report(Fault::kMisusedFunction,
           fmt::format("The function is not allowed to be used this way in an expression; function: {}",
                       function));
  }

  Condition as_condition(Node node) {
    if (node.is_condition()) return std::get<Condition>(std::move(node.content));
    // A path or a value by itself is no condition: something is missing at the next token.
    if (node.function.empty()) refuse_token();
    report_misuse(node.function);
    return {};
  }

  Operand as_operand(Node node) {
    if (!node.is_condition()) return std::get<Operand>(std::move(node.content));
    if (node.function.empty()) refuse_token();
    if (find_function(node.function) != nullptr) report_misuse(node.function);
    return {.source = Json(nullptr)};
  }
};

}  // namespace

Condition parse_condition(std::string_view text, std::string_view label, Placeholders& placeholders) {
  return with_label(label, [&] { return ConditionParser(text, placeholders).parse(); });
}

}  // namespace aurora::local::dynamodb
