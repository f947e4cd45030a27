#include "cli/dry_run.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/lambda_call.h"
#include "cli/output.h"
#include "cli/table.h"

namespace aurora::cli {
namespace {

constexpr std::size_t kIndent = 4;

std::string broken(const Style& style, const std::string& text) {
  const auto width = static_cast<std::size_t>(style.traits().width);
  return style.traits().tty && width > 2 * kIndent ? wrap_words(text, width - kIndent, kIndent) : text;
}

std::string answer_text(Context& context, const Json& answer) {
  const Style style(context.terminal.out_traits());
  const bool fit = member_or_null(answer, "findings").empty();
  std::vector<std::pair<std::string, std::string>> lines;
  if (bool_or(answer, "snapshot_exists", false)) {
    lines.emplace_back("Snapshot",
                       fmt::format("{} ({} {})", string_or(answer, "snapshot_name", ""),
                                   string_or(answer, "engine", ""), string_or(answer, "engine_version", "")));
    lines.emplace_back("Made", shown_time(context, string_or(answer, "created_at", "")));
    lines.emplace_back("Copy", bool_or(answer, "copy_needed", false) ? "needed" : "not needed");
    lines.emplace_back("Target", fmt::format("{} in {}", string_or(answer, "target_cluster_id", ""),
                                             string_or(answer, "target_region", "")));
  }
  return fmt::format("{} {}\n", fit ? style.ok() : style.bad(),
                     style.bold(string_or(answer, "message", ""))) +
         label_lines(lines, style, 2) + findings_text(context, answer, style);
}

// Files of this machine are uploaded when a restore is started; until then, S3 alone can be looked at.
void drop_local_files(Json& event) {
  const auto is_local = [](const Json& file) {
    return !file.is_string() || !file.get<std::string>().starts_with("s3:");
  };
  for (const char* list : {"post_restore_sql", "verification_sql"})
    if (event.contains(list) && event[list].is_array()) {
      Json kept = Json::array();
      for (const Json& file : event[list])
        if (!is_local(file)) kept.push_back(file);
      event[list] = kept;
    }
  if (event.contains("verification_manifest") && is_local(event["verification_manifest"]))
    event.erase("verification_manifest");
}

}  // namespace

std::string findings_text(const Context& context, const Json& answer, const Style& style) {
  std::string text;
  for (const Json& finding : member_or_null(answer, "findings")) {
    text += fmt::format("  {} {}\n", style.bad(), style.bold(string_or(finding, "name", "")));
    for (const char* part : {"message", "hint"})
      if (const std::string said = string_or(finding, part, ""); !said.empty())
        text += std::string(kIndent, ' ') + broken(style, with_typed_commands(context, said)) + "\n";
  }
  for (const Json& warning : member_or_null(answer, "preflight_warnings"))
    text += fmt::format("  {} {}\n", style.warn(),
                        broken(style, with_typed_commands(context, warning.get<std::string>())));
  return text;
}

Json ask_dry_run(World& world, const Json& request) {
  Json event = request;
  drop_local_files(event);
  event["dry_run"] = true;
  if (string_or(event, "operation_id", "").empty()) event["operation_id"] = "dry-run";
  return invoke_step(world, "snapshot_check", event);
}

ExitCode exit_code_of_findings(const Json& answer) {
  const Json& findings = member_or_null(answer, "findings");
  if (findings.empty()) return ExitCode::kDone;
  return exit_code_of_error(findings.size() == 1 ? string_or(findings[0], "name", "") : "PreflightFailed");
}

ExitCode run_dry(Context& context, World& world, const Json& request, bool json) {
  const Json answer = ask_dry_run(world, request);
  context.terminal.out(json ? dump_json(answer) + "\n" : answer_text(context, answer));
  return exit_code_of_findings(answer);
}

}  // namespace aurora::cli
