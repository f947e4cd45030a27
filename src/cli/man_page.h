// aurora-restore(1), made from the commands' declarations as --help and completion are.
#pragma once
#include <string>
#include <string_view>

namespace aurora::cli {

// roff for man(7)'s macros, in ASCII; groff and mandoc take it without warnings.
std::string man_page(const std::string& version);

// `text` as a roff line shows it: no character is a request, an escape or a typographic dash.
std::string roff_text(std::string_view text);

}  // namespace aurora::cli
