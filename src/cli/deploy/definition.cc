#include "cli/deploy/definition.h"

#include "base/text.h"
#include "restore/step.h"

namespace aurora::cli {
namespace {

std::string placeholder(std::string_view step) {
  std::string name;
  for (const std::string& word : split(step, '_')) name += to_upper(word.substr(0, 1)) + word.substr(1);
  return "${" + name + "Function}";
}

}  // namespace

std::string definition_with_placeholders(const restore::DefinitionOptions& options) {
  const restore::PipelineNames names;
  Json definition = restore::render_definition(
      parse_json(restore::definition_text(), "the state machine's definition"), names, options);
  for (auto& [state_name, state] : definition["States"].items()) {
    if (!state.contains("Parameters") || !state["Parameters"].contains("FunctionName")) continue;
    for (const restore::Step& step : restore::all_steps())
      if (state["Parameters"]["FunctionName"] == names.function(step.name)) {
        state["Parameters"]["FunctionName"] = placeholder(step.name);
        break;
      }
  }
  return dump_json_pretty(definition) + "\n";
}

}  // namespace aurora::cli
