// A definition's text as it was given on the command line.
#pragma once
#include <string>

#include "cli/context.h"

namespace aurora::cli {

struct Document {
  std::string name;  // as it was given; "standard input" for "-"
  std::string text;
};

// Throws Error "FileNotUsable" for what is no readable file, is larger than a definition may be, or is not
// UTF-8: nothing further could be said about it.
Document read_document(Context& context, const std::string& name);

// JSON text, @FILE, or - for standard input; `option` names it in errors ("--input").
std::string read_argument(Context& context, const std::string& value, const std::string& option);

}  // namespace aurora::cli
