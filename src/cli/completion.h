// Shell completion, generated from the table of commands.
#pragma once
#include <string>

namespace aurora::cli {

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace aurora::cli
