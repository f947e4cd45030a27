#include "local/dynamodb/parser_base.h"

#include <algorithm>

#include "local/dynamodb/reserved_words.h"
#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

constexpr std::size_t kExpressionBytesMax = 4096;
constexpr int kLevelsMax = 300;

bool is_placeholder(std::string_view key, char mark) {
  return key.size() > 1 && key[0] == mark && std::all_of(key.begin() + 1, key.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
         });
}

std::set<std::string, std::less<>> keys_of(const Json& map, char mark, std::string_view member) {
  std::set<std::string, std::less<>> keys;
  if (map.is_null()) return keys;
  if (!map.is_object()) throw serialization_error("Unexpected field type");
  if (map.empty()) throw validation_error(fmt::format("{} must not be empty", member));
  for (const auto& [key, value] : map.items()) {
    if (!is_placeholder(key, mark)) {
      throw validation_error(fmt::format("{} contains invalid key: Syntax error; key: \"{}\"", member, key));
    }
    keys.insert(key);
  }
  return keys;
}

void refuse_unused(const std::set<std::string, std::less<>>& keys, std::string_view member) {
  if (keys.empty()) return;
  throw validation_error(
      fmt::format("Value provided in {} unused in expressions: keys: {{{}}}", member, fmt::join(keys, ", ")));
}

}  // namespace

Placeholders::Placeholders(const Json& input)
    : names_(member_or_null(input, "ExpressionAttributeNames")),
      values_(member_or_null(input, "ExpressionAttributeValues")),
      unused_names_(keys_of(names_, '#', "ExpressionAttributeNames")),
      unused_values_(keys_of(values_, ':', "ExpressionAttributeValues")) {
  for (const auto& name : names_) {
    if (!name.is_string()) throw serialization_error("Unexpected field type");
  }
  if (values_.is_null()) return;
  for (auto& [key, value] : values_.items()) {
    try {
      normalize_value(value);
    } catch (const aws::ServiceError& error) {
      throw aws::ServiceError(error.code(),
                              fmt::format("ExpressionAttributeValues contains invalid value: {} for key {}",
                                          error.message(), key));
    }
  }
}

const std::string* Placeholders::name(std::string_view placeholder) {
  const auto& found = member_or_null(names_, placeholder);
  if (found.is_null()) return nullptr;
  unused_names_.erase(std::string(placeholder));
  return &found.get_ref<const std::string&>();
}

const Json* Placeholders::value(std::string_view placeholder) {
  const auto& found = member_or_null(values_, placeholder);
  if (found.is_null()) return nullptr;
  unused_values_.erase(std::string(placeholder));
  return &found;
}

void Placeholders::check_all_used() const {
  refuse_unused(unused_names_, "ExpressionAttributeNames");
  refuse_unused(unused_values_, "ExpressionAttributeValues");
}

std::string print_path(const Path& path) {
  std::string text = "[";
  for (const auto& step : path) {
    if (text.size() > 1) text += ", ";
    if (const auto* name = std::get_if<std::string>(&step)) {
      text += *name;
    } else {
      text += fmt::format("[{}]", std::get<std::size_t>(step));
    }
  }
  return text + "]";
}

ParserBase::ParserBase(std::string_view text, Placeholders& placeholders)
    : text_(text), placeholders_(placeholders) {
  if (text.empty()) throw Error("ExpressionError", "The expression can not be empty;");
  if (text.size() > kExpressionBytesMax) {
    throw Error("ExpressionError",
                fmt::format("Expression size has exceeded the maximum allowed size; expression size: {}",
                            text.size()));
  }
  tokens_ = tokenize(text);
}

ParserBase::Level::Level(ParserBase& parser) : parser_(parser) {
  if (++parser_.depth_ <= kLevelsMax) return;
  --parser_.depth_;
  throw Error("ExpressionError",
              fmt::format("The expression has exceeded the maximum nesting depth of {}", kLevelsMax));
}

const Token& ParserBase::peek(std::size_t ahead) const {
  return tokens_[std::min(position_ + ahead, tokens_.size() - 1)];
}

Token ParserBase::take() {
  const Token token = peek();
  if (position_ + 1 < tokens_.size()) ++position_;
  return token;
}

bool ParserBase::take_if(std::string_view symbol) {
  if (!peek().is(symbol)) return false;
  take();
  return true;
}

bool ParserBase::take_word_if(std::string_view word) {
  if (!peek().is_word(word)) return false;
  take();
  return true;
}

void ParserBase::expect(std::string_view symbol) {
  if (!take_if(symbol)) refuse_token();
}

void ParserBase::refuse_token() const {
  throw Error("ExpressionError", syntax_error(text_, tokens_, position_));
}

void ParserBase::report(Fault fault, std::string message) {
  if (!fault_ || fault < fault_->first) fault_.emplace(fault, std::move(message));
}

void ParserBase::finish() const {
  if (peek().kind != Token::Kind::kEnd) refuse_token();
  if (fault_) throw Error("ExpressionError", fault_->second);
}

bool ParserBase::at_path() const {
  return peek().kind == Token::Kind::kName || peek().kind == Token::Kind::kPlaceholder;
}

std::string ParserBase::parse_path_name() {
  if (!at_path()) refuse_token();
  const Token token = take();
  if (token.kind == Token::Kind::kName) {
    if (is_reserved_word(token.text)) {
      report(Fault::kReservedWord,
             fmt::format("Attribute name is a reserved keyword; reserved keyword: {}", token.text));
    }
    return std::string(token.text);
  }
  const auto* name = placeholders_.name(token.text);
  if (name != nullptr) return *name;
  report(
      Fault::kUndefinedPlaceholder,
      fmt::format("An expression attribute name used in the document path is not defined; attribute name: {}",
                  token.text));
  return std::string(token.text);
}

Path ParserBase::parse_path() {
  Path path = {parse_path_name()};
  while (true) {
    if (take_if(".")) {
      path.emplace_back(parse_path_name());
    } else if (take_if("[")) {
      // No list has as many elements as nine digits can count.
      if (peek().kind != Token::Kind::kIndex || peek().text.size() > 9) refuse_token();
      path.emplace_back(static_cast<std::size_t>(std::stoul(std::string(take().text))));
      expect("]");
    } else {
      return path;
    }
  }
}

Json ParserBase::parse_value() {
  const Token token = take();
  const auto* value = placeholders_.value(token.text);
  if (value != nullptr) return *value;
  report(Fault::kUndefinedPlaceholder,
         fmt::format("An expression attribute value used in expression is not defined; attribute value: {}",
                     token.text));
  return nullptr;
}

void ParserBase::check_overlap(const std::vector<Path>& earlier, const Path& path) {
  for (const auto& other : earlier) {
    const auto [mine, theirs] = std::mismatch(path.begin(), path.end(), other.begin(), other.end());
    const bool inside = mine == path.end() || theirs == other.end();
    if (!inside && mine->index() == theirs->index()) continue;
    report(
        Fault::kOverlappingPaths,
        fmt::format("Two document paths {} with each other; must remove or rewrite one of these paths; path "
                    "one: {}, path two: {}",
                    inside ? "overlap" : "conflict", print_path(other), print_path(path)));
  }
}

void ParserBase::report_operand_type(std::string_view name, std::string_view type) {
  report(Fault::kOperandType,
         fmt::format(
             "Incorrect operand type for operator or function; operator or function: {}, operand type: {}",
             name, type));
}

void ParserBase::report_operand_count(std::string_view name, std::size_t count) {
  report(Fault::kOperandCount,
         fmt::format(
             "Incorrect number of operands for operator or function; operator or function: {}, number of "
             "operands: {}",
             name, count));
}

}  // namespace aurora::local::dynamodb
