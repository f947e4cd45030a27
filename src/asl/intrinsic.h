// Intrinsic functions: States.Format('Hello {}', $.name).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "asl/host.h"
#include "asl/path.h"

namespace aurora::asl {

// A function could not be evaluated. A path that points at nothing inside a call is a PathMiss.
class IntrinsicFailure : public Error {
 public:
  explicit IntrinsicFailure(std::string message) : Error("States.IntrinsicFailure", std::move(message)) {}
};

// A compiled call, or one of its arguments.
struct Expression {
  enum class Kind { kLiteral, kPath, kCall };
  Kind kind = Kind::kLiteral;
  Json literal;
  // A string literal with its escapes of braces and backslashes still in it, as States.Format reads it.
  std::string raw;
  Path path;
  std::string function;
  std::string text;  // the call as it was written
  std::vector<Expression> arguments;
};

// Whether `text` is meant as a call rather than as a path.
bool looks_like_intrinsic(std::string_view text);
// Throws Error "InvalidIntrinsic": unknown function, wrong number of arguments, bad syntax, arguments that
// can never fit.
Expression compile_intrinsic(std::string_view text);
Json evaluate(const Expression& expression, const Scope& scope, Host& host);

}  // namespace aurora::asl
