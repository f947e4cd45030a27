// Prints the state machine's definition as a deployment uploads it, for validators.
#include <fmt/format.h>

#include "restore/definition.h"

int main() {
  using namespace aurora;
  fmt::print("{}\n", dump_json_pretty(restore::definition_for_template(
                         parse_json(restore::definition_text(), "the definition"))));
  return 0;
}
