#include "cli/output.h"

#include <ctime>

#include "base/dates.h"
#include "cli/yaml.h"

namespace aurora::cli {
namespace {

std::string in_zone(Context& context, TimePoint when, const char* format) {
  if (!context.terminal.out_traits().tty) return format_iso_seconds(when);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(when));
  std::tm local{};
  ::localtime_r(&seconds, &local);
  char text[64];
  return {text, std::strftime(text, sizeof text, format, &local)};
}

}  // namespace

void bind_output(Binder& binder, OutputOptions& options, std::string_view of_json) {
  binder.option("-o,--output", "FORMAT", options.format, "How to write it (default table)",
                {"table", "json", "yaml"});
  binder.flag("--json", options.json, of_json);
}

void print_rows(Context& context, const OutputOptions& options, const std::vector<Json>& rows) {
  if (!options.json && options.format == "yaml") return context.terminal.out(to_yaml(Json(rows)));
  for (const Json& row : rows) context.terminal.out(dump_json(row) + "\n");
}

void print_one(Context& context, const OutputOptions& options, const Json& value) {
  const bool yaml = !options.json && options.format == "yaml";
  context.terminal.out(yaml ? to_yaml(value) : dump_json(value) + "\n");
}

std::string shown_time(Context& context, TimePoint when) {
  return in_zone(context, when, "%Y-%m-%d %H:%M:%S %Z");
}

std::string shown_time_of_day(Context& context, TimePoint when) {
  return in_zone(context, when, "%H:%M:%S");
}

std::string shown_time(Context& context, const std::string& iso_text) {
  const auto when = parse_iso(iso_text);
  return when ? shown_time(context, *when) : "";
}

}  // namespace aurora::cli
