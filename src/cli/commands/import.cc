#include <fmt/format.h>

#include "base/dates.h"
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/output.h"
#include "cli/records.h"
#include "cli/table_transfer.h"
#include "cli/task_report.h"
#include "restore/provision.h"

namespace aurora::cli {
namespace {

constexpr std::chrono::seconds kLookEvery{10};
constexpr std::chrono::milliseconds kLookEveryLocally{200};
constexpr int kLooksMax = 8640;

struct ImportOptions {
  std::string table;
  std::string from;
  bool overwrite = false;
  OutputOptions output;
};

void bind_import(Binder& binder, ImportOptions& options) {
  binder.argument("TABLE", options.table, "Which table: state or audit", true, {"state", "audit"});
  binder.option("--from", "PLACE", options.from, "s3://BUCKET/PREFIX or a directory with an export (needed)");
  binder.flag("--overwrite", options.overwrite, "Replace items even where the table's are newer");
  bind_output(binder, options.output, "The counts as one JSON object");
}

bool is_there(World& world, const std::string& table) {
  try {
    world.api->call("dynamodb", world.region(), "DescribeTable", {{"TableName", table}});
    return true;
  } catch (const aws::ServiceError& error) {
    if (!error.is("ResourceNotFoundException")) throw;
    return false;
  }
}

// A table that is gone altogether: DynamoDB makes it anew from the files, with its index.
Json import_by_dynamodb(Context& context, World& world, PipelineTable table, const PlaceText& place,
                        const FoundExport& found) {
  const std::string prefix = place.path.empty() ? found.folder : place.path + "/" + found.folder;
  TaskReport report(context);
  Json description;
  report.task(fmt::format("Import {}", name_in(world, table)), [&] {
    description = world.api->call(
        "dynamodb", world.region(), "ImportTable",
        {{"S3BucketSource", {{"S3Bucket", place.bucket}, {"S3KeyPrefix", prefix + "data/"}}},
         {"InputFormat", "DYNAMODB_JSON"},
         {"InputCompressionType", "GZIP"},
         {"TableCreationParameters",
          restore::table_definition(world.names, table == PipelineTable::kAudit)}})["ImportTableDescription"];
    for (int look = 0; look < kLooksMax; ++look) {
      if (string_or(description, "ImportStatus", "") != "IN_PROGRESS") return std::string();
      report.wait(world.local ? Duration(kLookEveryLocally) : Duration(kLookEvery), -1,
                  "DynamoDB is reading");
      description = world.api->call("dynamodb", world.region(), "DescribeImport",
                                    {{"ImportArn", description["ImportArn"]}})["ImportTableDescription"];
    }
    throw Error("ImportUnfinished", fmt::format("{} goes on", string_or(description, "ImportArn", "")),
                "`aws dynamodb describe-import --import-arn` shows how far it is.");
  });
  if (string_or(description, "ImportStatus", "") != "COMPLETED")
    throw Error("ImportFailed",
                fmt::format("{}: {}", string_or(description, "FailureCode", "the import failed"),
                            string_or(description, "FailureMessage", "")),
                "The table was not made. Correct what is named and run the same command again.");
  restore::complete_table(*world.api, world.names, table == PipelineTable::kAudit);
  return {{"table", name_in(world, table)},
          {"written", int_or(description, "ImportedItemCount", 0)},
          {"kept", 0},
          {"skipped", int_or(description, "ErrorCount", 0)},
          {"made_table", true}};
}

Json import_by_items(Context& context, World& world, PipelineTable table, FilePlace& place,
                     const FoundExport& found, bool overwrite) {
  TaskReport report(context);
  ImportResult result;
  const auto total = int_or(found.summary, "itemCount", 0);
  report.task(fmt::format("Import into {}", name_in(world, table)), [&] {
    result = import_items(world, table, place, found, overwrite, [&](std::int64_t items) {
      if (context.interrupted.stop_requested())
        throw Cancelled(
            fmt::format("interrupted after {} items; run the same command again to go on", items));
      report.progress(total > 0 ? 100.0 * static_cast<double>(items) / static_cast<double>(total) : -1,
                      fmt::format("{} items", with_thousands(static_cast<std::uint64_t>(items))));
    });
    return std::string();
  });
  return {{"table", name_in(world, table)},
          {"written", result.written},
          {"kept", result.kept},
          {"skipped", result.skipped},
          {"made_table", false}};
}

std::string counts_text(const Json& result) {
  std::string text = fmt::format("{} items written", result["written"].get<std::int64_t>());
  if (const auto kept = result["kept"].get<std::int64_t>(); kept > 0)
    text += fmt::format(", {} there already and no older", kept);
  if (const auto skipped = result["skipped"].get<std::int64_t>(); skipped > 0)
    text += fmt::format(", {} left out{}", skipped,
                        bool_or(result, "made_table", false) ? "" : " (locks of what ran then)");
  return text + "\n";
}

ExitCode run_import(Context& context, const ImportOptions& options) {
  if (options.from.empty())
    throw Error("UsageError", "--from is needed", "Give s3://BUCKET/PREFIX or a directory.");
  World world = open_world(context);
  const PipelineTable table = options.table == "state" ? PipelineTable::kState : PipelineTable::kAudit;
  const PlaceText place = parse_place(options.from);
  const auto files = open_place(world, place);
  const FoundExport found = find_export(*files);
  if (found.others > 0)
    context.terminal.err(fmt::format("{} exports are there; the newest is taken, of {}.\n", found.others + 1,
                                     shown_time(context, string_or(found.summary, "exportTime", ""))));
  const bool there = is_there(world, name_in(world, table));
  if (!there && !place.is_s3()) throw_pipeline_missing(world, "table " + name_in(world, table));
  const Json result = there ? import_by_items(context, world, table, *files, found, options.overwrite)
                            : import_by_dynamodb(context, world, table, place, found);
  if (options.output.is_table())
    context.terminal.out(counts_text(result));
  else
    print_one(context, options.output, result);
  if (table == PipelineTable::kState)
    context.terminal.err(fmt::format(
        "Operations that were in progress then are shown so again; `{}` ends those that nobody works on.\n",
        command_line(context, "mark-failed OPERATION --reason TEXT")));
  return ExitCode::kDone;
}

}  // namespace

Command import_command() {
  return make_command<ImportOptions>(
      {.path = "import",
       .summary = "Bring an export of the state or audit table back",
       .description =
           "Takes the newest complete export at the place. Into a table that is there, items are written one "
           "by one "
           "and never replace what is newer (unless --overwrite), so that an interrupted import may be run "
           "again. "
           "A table that is gone is made anew from S3 by DynamoDB itself.",
       .examples = {{"{} import state --from s3://aurora-restore-archives/state-data/2026-11-28", "from S3"},
                    {"{} import audit --from /var/backup/aurora-restore", "from files of this machine"}}},
      bind_import, run_import);
}

}  // namespace aurora::cli
