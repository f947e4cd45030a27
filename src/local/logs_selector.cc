#include "local/logs_selector.h"

#include <fmt/format.h>

#include <cctype>

#include "base/error.h"
#include "base/text.h"

namespace aurora::local {
namespace {

using Selector = LogPattern::Selector;
using Kind = Selector::Kind;
using Comparison = Selector::Comparison;

constexpr int kDepthMax = 32;

const Json& value_at(const Json& event, const std::vector<std::string>& path) {
  static const Json kAbsent = Json::value_t::discarded;
  const Json* value = &event;
  for (const std::string& part : path) {
    if (part.front() == '[') {
      const std::size_t index = std::stoul(part.substr(1));
      if (!value->is_array() || index >= value->size()) return kAbsent;
      value = &(*value)[index];
    } else {
      if (!value->is_object() || !value->contains(part)) return kAbsent;
      value = &(*value)[part];
    }
  }
  return *value;
}

// A star stands for any run of characters.
bool matches_wildcards(std::string_view text, std::string_view pattern) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return text == pattern;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  for (std::size_t skip = 0; skip <= text.size(); ++skip)
    if (matches_wildcards(text.substr(skip), pattern)) return true;
  return false;
}

template <typename T>
bool compares(const T& left, Comparison comparison, const T& right) {
  switch (comparison) {
    case Comparison::kEqual:
      return left == right;
    case Comparison::kNotEqual:
      return left != right;
    case Comparison::kLess:
      return left < right;
    case Comparison::kLessOrEqual:
      return left <= right;
    case Comparison::kGreater:
      return left > right;
    case Comparison::kGreaterOrEqual:
      return left >= right;
  }
  return false;
}

// pattern := '{' any '}'   any := all ('||' all)*   all := one ('&&' one)*
// one := '(' any ')' | '$' path condition
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Selector parse() {
    expect("{");
    Selector selector = any();
    expect("}");
    skip_blanks();
    if (at_ != text_.size()) fail("the end");
    return selector;
  }

 private:
  [[noreturn]] void fail(std::string_view wanted) const {
    throw Error("InvalidPattern", fmt::format("Invalid filter pattern: expected {} at character {} of {}",
                                              wanted, at_ + 1, text_));
  }
  void skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool accept(std::string_view token) {
    skip_blanks();
    if (!equals_ignore_case(text_.substr(at_, token.size()), token)) return false;
    at_ += token.size();
    return true;
  }
  void expect(std::string_view token) {
    if (!accept(token)) fail(token);
  }

  Selector joined(Kind kind, std::string_view token, Selector (Parser::*part)()) {
    Selector selector{.kind = kind};
    do {
      selector.parts.push_back((this->*part)());
    } while (accept(token));
    return selector;
  }
  Selector any() { return joined(Kind::kAny, "||", &Parser::all); }
  Selector all() { return joined(Kind::kAll, "&&", &Parser::one); }

  Selector one() {
    if (++depth_ > kDepthMax) fail("fewer parentheses");
    if (accept("(")) {
      Selector selector = any();
      expect(")");
      --depth_;
      return selector;
    }
    --depth_;
    Selector selector{.kind = Kind::kCompare, .path = path()};
    condition(selector);
    return selector;
  }

  std::vector<std::string> path() {
    expect("$");
    std::vector<std::string> parts;
    while (at_ < text_.size() && (text_[at_] == '.' || text_[at_] == '[')) {
      const bool is_index = text_[at_] == '[';
      const std::size_t begin = ++at_;
      const std::string_view stops = is_index ? "]" : " .[=!<>)&|}\t";
      at_ = std::min(text_.find_first_of(stops, begin), text_.size());
      std::string name(text_.substr(begin, at_ - begin));
      if (name.empty()) fail("a name");
      if (is_index) {
        if (name.find_first_not_of("0123456789") != std::string::npos || name.size() > 6) fail("an index");
        name = "[" + name;
        expect("]");
      }
      parts.push_back(std::move(name));
    }
    return parts;
  }

  void condition(Selector& selector) {
    if (accept("IS NULL")) {
      selector.kind = Kind::kIsNull;
    } else if (accept("IS TRUE")) {
      selector.kind = Kind::kIsTrue;
    } else if (accept("IS FALSE")) {
      selector.kind = Kind::kIsFalse;
    } else if (accept("NOT EXISTS")) {
      selector.kind = Kind::kNotExists;
    } else if (accept("EXISTS")) {
      selector.kind = Kind::kExists;
    } else {
      selector.comparison = comparison();
      value(selector);
    }
  }

  Comparison comparison() {
    if (accept("!=")) return Comparison::kNotEqual;
    if (accept("<=")) return Comparison::kLessOrEqual;
    if (accept(">=")) return Comparison::kGreaterOrEqual;
    if (accept("<")) return Comparison::kLess;
    if (accept(">")) return Comparison::kGreater;
    if (accept("=")) return Comparison::kEqual;
    fail("a comparison");
  }

  void value(Selector& selector) {
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == '"') {
      const auto end = text_.find('"', at_ + 1);
      if (end == std::string_view::npos) fail("a closing \"");
      selector.value = std::string(text_.substr(at_ + 1, end - at_ - 1));
      at_ = end + 1;
      return;
    }
    const std::size_t end = std::min(text_.find_first_of(" \t&|)}", at_), text_.size());
    selector.value = std::string(text_.substr(at_, end - at_));
    if (selector.value.empty()) fail("a value");
    selector.is_number = Json::accept(selector.value) && Json::parse(selector.value).is_number();
    at_ = end;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

bool holds(const Selector& selector, const Json& value) {
  if (selector.is_number) {
    if (!value.is_number()) return selector.comparison == Comparison::kNotEqual;
    return compares(value.get<double>(), selector.comparison, Json::parse(selector.value).get<double>());
  }
  if (!value.is_string() && !value.is_boolean()) return selector.comparison == Comparison::kNotEqual;
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (selector.comparison == Comparison::kEqual) return matches_wildcards(text, selector.value);
  if (selector.comparison == Comparison::kNotEqual) return !matches_wildcards(text, selector.value);
  return compares(text, selector.comparison, selector.value);
}

}  // namespace

bool Selector::matches(const Json& event) const {
  const auto part_matches = [&](const Selector& part) { return part.matches(event); };
  if (kind == Kind::kAll) return std::all_of(parts.begin(), parts.end(), part_matches);
  if (kind == Kind::kAny) return std::any_of(parts.begin(), parts.end(), part_matches);
  const Json& found = value_at(event, path);
  if (kind == Kind::kNotExists) return found.is_discarded();
  if (found.is_discarded()) return false;
  if (kind == Kind::kExists) return true;
  if (kind == Kind::kIsNull) return found.is_null();
  if (kind == Kind::kIsTrue) return found == true;
  if (kind == Kind::kIsFalse) return found == false;
  return holds(*this, found);
}

std::unique_ptr<LogPattern::Selector> parse_log_selector(std::string_view text) {
  return std::make_unique<Selector>(Parser(text).parse());
}

}  // namespace aurora::local
