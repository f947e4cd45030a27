#include "cli/log_view.h"

#include <algorithm>

#include "base/dates.h"
#include "base/text.h"
#include "restore/step.h"

namespace aurora::cli {
namespace {

constexpr std::size_t kLevelWidth = 7;

std::size_t step_width() {
  std::size_t width = 0;
  for (const restore::Step& step : restore::all_steps()) width = std::max(width, step.name.size());
  return width;
}

std::string level_cell(const std::string& level, const Style& style) {
  if (level == "ERROR") return style.red(level);
  if (level == "WARNING") return style.yellow(level);
  if (level == "DEBUG") return style.dim(level);
  return level;
}

// What a person does not know from the other columns.
std::string fields_text(const Json& fields) {
  std::string text;
  for (const auto& [name, value] : fields.items()) {
    if (name == "step" || name == "operation_id" || name == "_aws" || value.is_null()) continue;
    const std::string shown = value.is_string() ? value.get<std::string>() : dump_json(value);
    const bool quoted = value.is_string() && (shown.empty() || shown.find(' ') != std::string::npos);
    text += "  " + name + "=" + (quoted ? dump_json(value) : shown);
  }
  return text;
}

// One line each, whatever a message holds: what a log brings must not move the cursor.
std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return text;
}

std::string columns(Context& context, const std::string& time, const std::string& level,
                    const std::string& step, const std::string& rest) {
  const std::size_t time_width = display_width(shown_time(context, context.clock.now()));
  std::string line = pad_right(time, time_width) + "  " + pad_right(level, kLevelWidth) + "  " +
                     pad_right(step, step_width()) + "  " + rest;
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string log_heading(Context& context, const Style& style) {
  return style.bold(columns(context, "TIME", "LEVEL", "STEP", "MESSAGE")) + "\n";
}

std::string log_text(Context& context, const LogLine& line, const Style& style) {
  const std::string more = printable(fields_text(line.fields));
  return columns(context, shown_time(context, line.time), level_cell(line.level, style), line.step,
                 printable(line.message) + (more.empty() ? "" : style.dim(more))) +
         "\n";
}

Json log_row(const LogLine& line) {
  return {{"time", format_iso_millis(line.time)},
          {"level", line.level},
          {"step", line.step},
          {"function", line.function},
          {"message", line.message},
          {"fields", line.fields}};
}

void print_log(Context& context, const OutputOptions& output, const std::vector<LogLine>& lines) {
  if (output.is_table()) {
    const Style style(context.terminal.out_traits());
    for (const LogLine& line : lines) context.terminal.out(log_text(context, line, style));
    return;
  }
  std::vector<Json> rows;
  for (const LogLine& line : lines) rows.push_back(log_row(line));
  if (!rows.empty()) print_rows(context, output, rows);
}

}  // namespace aurora::cli
