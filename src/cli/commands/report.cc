#include <fmt/format.h>

#include "base/files.h"
#include "cli/commands/commands.h"
#include "cli/operation_report.h"
#include "restore/report_html.h"

namespace aurora::cli {
namespace {

namespace fs = std::filesystem;

struct ReportOptions {
  std::string operation_id;
  std::string file;
  std::string directory;
  bool json = false;
};

void bind_report(Binder& binder, ReportOptions& options) {
  binder.argument("OPERATION", options.operation_id, "The operation's id", true);
  binder.option("-o,--out", "FILE", options.file, "Write the page to FILE, and the same as JSON beside it");
  binder.option("--dir", "DIR", options.directory, "Write both into DIR, named after the operation");
  binder.flag("--json", options.json, "Write no files: the report as JSON to standard output");
}

// The page's file; the JSON stands beside it.
fs::path page_of(const ReportOptions& options) {
  if (!options.file.empty() && !options.directory.empty())
    throw Error("UsageError", "--out and --dir exclude each other", "Give one of them.");
  if (!options.file.empty()) {
    const fs::path file(options.file);
    if (file.extension() == ".html" || file.extension() == ".htm") return file;
    throw Error("UsageError", fmt::format("{} does not end in .html", options.file),
                "The page is HTML; the same as JSON is written beside it.");
  }
  // An operation's id is safe as a file's name: letters, digits, dots, underscores and hyphens.
  return fs::path(options.directory.empty() ? "." : options.directory) /
         fmt::format("report-{}.html", options.operation_id);
}

ExitCode run_report(Context& context, const ReportOptions& options) {
  const fs::path page = page_of(options);
  World world = open_world(context);
  Operation operation{options.operation_id, Operations(world).state(options.operation_id),
                      Operations(world).execution(options.operation_id)};
  const std::vector<Json> audit = Operations(world).audit(options.operation_id);
  // The trail outlives the state, and is enough for a report.
  if (!operation.state && !operation.execution && audit.empty())
    operation = find_operation(context, world, options.operation_id);
  const Json report = report_of(context, world, operation, audit);
  if (options.json) {
    context.terminal.out(dump_json_pretty(report) + "\n");
    return ExitCode::kDone;
  }
  if (page.has_parent_path()) fs::create_directories(page.parent_path());
  fs::path data = page;
  data.replace_extension(".json");
  write_file(page, restore::report_html(report));
  write_file(data, dump_json_pretty(report) + "\n");
  context.terminal.out(fmt::format("{}\n{}\n", page.string(), data.string()));
  return ExitCode::kDone;
}

}  // namespace

Command report_command() {
  return make_command<ReportOptions>(
      {.path = "report",
       .summary = "Write the whole story of an operation as one page and as JSON",
       .description =
           "Outcome, timeline, checks, what was made and removed, configuration and its sources, errors, "
           "cost "
           "and identifiers. The page holds everything itself, so that it can be mailed, printed and kept.",
       .examples = {{"{} report restore-20261121-065209-3f2a", "report-<operation>.html and .json here"},
                    {"{} report restore-20261121-065209-3f2a --dir /srv/reports", "into a folder"}}},
      bind_report, run_report);
}

}  // namespace aurora::cli
