// Tokens of DynamoDB's expression language.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace aurora::local::dynamodb {

struct Token {
  enum class Kind {
    kName,         // operation_id; keywords are names, told apart by the parser
    kPlaceholder,  // #name
    kValue,        // :value
    kIndex,        // digits, as in list[0]
    kSymbol,       // = <> < <= > >= ( ) [ ] . , + -
    kEnd,
  };
  Kind kind = Kind::kEnd;
  std::string_view text;   // points into the expression; "<EOF>" at the end
  std::size_t offset = 0;  // where it begins

  bool is(std::string_view symbol) const { return kind == Kind::kSymbol && text == symbol; }
  // A keyword, in any case.
  bool is_word(std::string_view word) const;
};

// The error for `token`: 'Syntax error; token: "…", near: "…"', where near is the text from the token
// before it to the token behind it.
std::string syntax_error(std::string_view expression, const std::vector<Token>& tokens, std::size_t position);

// The tokens of `expression`, kEnd last. Throws Error "ExpressionError" with the message of AWS.
std::vector<Token> tokenize(std::string_view expression);

}  // namespace aurora::local::dynamodb
