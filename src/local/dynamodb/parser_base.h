// What the three grammars share: the token cursor, document paths, placeholders and the order of errors.
#pragma once
#include <fmt/format.h>

#include <functional>

#include "local/dynamodb/errors.h"
#include "local/dynamodb/lexer.h"
#include "local/dynamodb/parser.h"

namespace aurora::local::dynamodb {

// A faulty expression is refused for its syntax first. Of several other faults, AWS reports the one of the
// earliest kind in this order, wherever it stands.
enum class Fault {
  kRedundantParentheses,
  kUnknownFunction,
  kMisusedFunction,
  kReservedWord,
  kRepeatedSection,
  kUndefinedPlaceholder,
  kOperandCount,
  kSamePath,
  kOverlappingPaths,
  kOperandType,
};

class ParserBase {
 public:
  ParserBase(std::string_view text, Placeholders& placeholders);

 protected:
  const Token& peek(std::size_t ahead = 0) const;
  Token take();
  bool take_if(std::string_view symbol);
  bool take_word_if(std::string_view word);
  void expect(std::string_view symbol);
  [[noreturn]] void refuse_token() const;

  // Remembers the fault; parsing goes on, to find out whether the syntax is right.
  void report(Fault fault, std::string message);
  // Throws what was reported, when anything was.
  void finish() const;

  bool at_path() const;
  Path parse_path();
  Json parse_value();  // the value of a :placeholder; null when it is undefined
  // Reports a path that is equal to, inside, or at odds with an earlier one of the same expression.
  void check_overlap(const std::vector<Path>& earlier, const Path& path);
  void report_operand_type(std::string_view name, std::string_view type);
  void report_operand_count(std::string_view name, std::size_t count);

  // Guards recursion: constructs on the way down, destroys on the way up.
  class Level {
   public:
    explicit Level(ParserBase& parser);
    ~Level() { --parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    ParserBase& parser_;
  };

 private:
  std::string parse_path_name();

  std::string_view text_;
  Placeholders& placeholders_;
  std::vector<Token> tokens_;
  std::size_t position_ = 0;
  int depth_ = 0;
  std::optional<std::pair<Fault, std::string>> fault_;
};

// Runs `parse` and gives its errors the prefix "Invalid <label>: ".
template <typename Parse>
auto with_label(std::string_view label, Parse parse) {
  try {
    return parse();
  } catch (const aws::ServiceError&) {
    throw;
  } catch (const Error& error) {
    throw validation_error(fmt::format("Invalid {}: {}", label, error.message()));
  }
}

}  // namespace aurora::local::dynamodb
