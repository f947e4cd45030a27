#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/output.h"
#include "cli/table_transfer.h"
#include "cli/task_report.h"

namespace aurora::cli {
namespace {

constexpr std::chrono::seconds kLookEvery{10};
constexpr std::chrono::milliseconds kLookEveryLocally{200};
// Large tables take an hour; this is a day of looks.
constexpr int kLooksMax = 8640;

struct ExportOptions {
  std::string table;
  std::string to;
  OutputOptions output;
};

void bind_export(Binder& binder, ExportOptions& options) {
  binder.argument("TABLE", options.table, "Which table: state or audit", true, {"state", "audit"});
  binder.option("--to", "PLACE", options.to, "s3://BUCKET/PREFIX or a directory (needed)");
  bind_output(binder, options.output, "What was written as one JSON object");
}

Json begin_export(World& world, PipelineTable table, const PlaceText& place) {
  const std::string name = name_in(world, table);
  Json input{
      {"TableArn", fmt::format("arn:aws:dynamodb:{}:{}:table/{}", world.region(), world.names.account, name)},
      {"S3Bucket", place.bucket}};
  if (!place.path.empty()) input["S3Prefix"] = place.path;
  try {
    return world.api->call("dynamodb", world.region(), "ExportTableToPointInTime",
                           input)["ExportDescription"];
  } catch (const aws::ServiceError& error) {
    if (!error.is("PointInTimeRecoveryUnavailableException")) throw;
    throw Error("PointInTimeRecoveryUnavailableException",
                fmt::format("table {} has no point-in-time recovery, which an export to S3 needs", name),
                fmt::format("Export to a directory, or switch it on: aws dynamodb update-continuous-backups "
                            "--table-name {} --point-in-time-recovery-specification "
                            "PointInTimeRecoveryEnabled=true",
                            name));
  }
}

// DynamoDB itself writes to S3.
Json export_to_s3(Context& context, World& world, PipelineTable table, const PlaceText& place) {
  TaskReport report(context);
  Json description;
  report.task(fmt::format("Export {} to s3://{}/{}", name_in(world, table), place.bucket, place.path), [&] {
    description = begin_export(world, table, place);
    for (int look = 0; look < kLooksMax; ++look) {
      if (string_or(description, "ExportStatus", "") != "IN_PROGRESS") return std::string();
      report.wait(world.local ? Duration(kLookEveryLocally) : Duration(kLookEvery), -1,
                  "DynamoDB is writing");
      description = world.api->call("dynamodb", world.region(), "DescribeExport",
                                    {{"ExportArn", description["ExportArn"]}})["ExportDescription"];
    }
    throw Error("ExportUnfinished", fmt::format("{} goes on", string_or(description, "ExportArn", "")),
                "`aws dynamodb describe-export --export-arn` shows how far it is.");
  });
  if (string_or(description, "ExportStatus", "") != "COMPLETED")
    throw Error("ExportFailed",
                fmt::format("{}: {}", string_or(description, "FailureCode", "the export failed"),
                            string_or(description, "FailureMessage", "")),
                fmt::format("Is bucket {} there, and may it be written? Nothing of the table was changed.",
                            place.bucket));
  return {{"table", name_in(world, table)},
          {"items", int_or(description, "ItemCount", 0)},
          {"bytes", int_or(description, "BilledSizeBytes", 0)},
          {"manifest", fmt::format("s3://{}/{}", place.bucket, string_or(description, "ExportManifest", ""))},
          {"export_arn", string_or(description, "ExportArn", "")}};
}

Json export_to_directory(Context& context, World& world, PipelineTable table, const PlaceText& place) {
  const auto files = open_place(world, place);
  TaskReport report(context);
  ExportResult result;
  report.task(fmt::format("Export {} to {}", name_in(world, table), place.path), [&] {
    result = export_pages(world, table, *files, context.clock.now(), [&](std::int64_t items) {
      if (context.interrupted.stop_requested())
        throw Cancelled("the export was interrupted; it is not complete");
      report.progress(-1, fmt::format("{} items", with_thousands(static_cast<std::uint64_t>(items))));
    });
    return std::string();
  });
  return {{"table", name_in(world, table)},
          {"items", result.items},
          {"bytes", result.bytes},
          {"manifest", files->shown(result.summary_key)}};
}

ExitCode run_export(Context& context, const ExportOptions& options) {
  if (options.to.empty())
    throw Error("UsageError", "--to is needed", "Give s3://BUCKET/PREFIX or a directory.");
  World world = open_world(context);
  const PipelineTable table = options.table == "state" ? PipelineTable::kState : PipelineTable::kAudit;
  const PlaceText place = parse_place(options.to);
  const Json result = place.is_s3() ? export_to_s3(context, world, table, place)
                                    : export_to_directory(context, world, table, place);
  if (!options.output.is_table())
    print_one(context, options.output, result);
  else
    context.terminal.out(
        fmt::format("{} items, {}; {}\n", with_thousands(result["items"].get<std::uint64_t>()),
                    human_bytes(result["bytes"].get<std::uint64_t>()), string_or(result, "manifest", "")));
  return ExitCode::kDone;
}

}  // namespace

Command export_command() {
  return make_command<ExportOptions>(
      {.path = "export",
       .summary = "Write the state or audit table to S3 or a directory",
       .description =
           "In DynamoDB's own export format (DYNAMODB_JSON, packed), which `import`, `aws dynamodb "
           "import-table` "
           "and many other tools read. To S3 DynamoDB writes by itself, as of one moment; to a directory the "
           "table is read page by page, which takes read capacity and may or may not have what is written "
           "meanwhile.",
       .examples = {{"{} export state --to s3://aurora-restore-archives/state-data/2026-11-28",
                     "by DynamoDB"},
                    {"{} export audit --to /var/backup/aurora-restore", "to files of this machine"}}},
      bind_export, run_export);
}

}  // namespace aurora::cli
