#include "restore/archive.h"

#include <fmt/format.h>

#include "aws/dynamodb.h"
#include "base/dates.h"
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/moments.h"
#include "cli/operation_report.h"
#include "cli/output.h"
#include "cli/pipeline_config.h"
#include "cli/records.h"
#include "cli/task_report.h"

namespace aurora::cli {
namespace {

constexpr std::size_t kOperationsMax = 10000;
constexpr char kPrefix[] = "aurora-restore-logs";

struct ArchiveOptions {
  std::vector<std::string> operation_ids;
  std::string before;
  std::string bucket;
  std::string prefix;
  bool delete_state = false;
  bool yes = false;
  OutputOptions output;
};

void bind_archive(Binder& binder, ArchiveOptions& options) {
  binder.arguments("OPERATION", options.operation_ids, "Operations' ids", false);
  binder.option("--before", "TIME", options.before,
                "All finished operations that began before: 30d, a date, or a time in UTC");
  binder.option("--bucket", "BUCKET", options.bucket, "Instead of the environment's log_bucket");
  binder.option("--prefix", "PREFIX", options.prefix, "Instead of the environment's log_prefix");
  binder.flag("--delete-state", options.delete_state, "Delete the state items afterwards, after asking");
  binder.flag("-y,--yes", options.yes, "Do not ask");
  bind_output(binder, options.output, "One archived operation a line");
}

restore::ArchivePlace place_of(World& world, const ArchiveOptions& options) {
  const Json config = options.bucket.empty() || options.prefix.empty() ? read_pipeline_config(world) : Json();
  restore::ArchivePlace place{.region = world.region(), .bucket = options.bucket, .prefix = options.prefix};
  if (place.bucket.empty()) place.bucket = string_or(config, "log_bucket", "");
  if (place.prefix.empty()) place.prefix = string_or(config, "log_prefix", kPrefix);
  if (place.bucket.empty())
    throw Error("NoLogBucket", fmt::format("log_bucket is not set in {}", world.names.config_parameter()),
                "Set it there, or give --bucket NAME.");
  return place;
}

bool is_over(const Json& item) {
  return string_or(item, "status", "") != restore::kInProgress;
}

std::vector<Json> chosen(Context& context, World& world, const ArchiveOptions& options) {
  if (options.operation_ids.empty() == options.before.empty())
    throw Error("UsageError", "give operations, or --before",
                "`archive --before 30d` takes all that are over and began before.");
  std::vector<Json> items;
  if (options.before.empty()) {
    for (const std::string& id : options.operation_ids) {
      const Operation operation = find_operation(context, world, id);
      if (!operation.state)
        throw Error("OperationNotFound", fmt::format("operation {} has no state any more", id),
                    fmt::format("`{}` writes what its trail and execution still tell.",
                                command_line(context, "report " + id)));
      if (!is_over(*operation.state))
        throw Error("OperationInProgress", fmt::format("operation {} is in progress", id),
                    "Nothing was archived. Archive it when it is over.");
      items.push_back(*operation.state);
    }
    return items;
  }
  OperationFilter filter;
  filter.until = parse_moment(options.before, "--before", context.clock.now());
  filter.count_max = kOperationsMax;
  const Records records = read_operations(world, filter);
  for (const std::string& note : records.notes) context.terminal.err(note + "\n");
  for (const Json& item : records.items)
    if (is_over(item)) items.push_back(item);
  return items;
}

// Asked for before anything is written, so that nobody has to wait for the question.
void confirm(Context& context, const ArchiveOptions& options, std::size_t count) {
  if (!options.delete_state || options.yes || count == 0) return;
  const auto answer = context.terminal.ask(fmt::format(
      "This archives {} operations and then deletes their state items. Type yes to go on: ", count));
  if (!answer || to_lower(trim(*answer)) != "yes")
    throw Error("NotConfirmed", "nothing was archived or deleted", "Answer yes, or give --yes.");
}

// Only as it was archived: an operation that was resumed meanwhile stays.
bool delete_state(World& world, const Json& item) {
  try {
    aws::DynamoDb(*world.api, world.region())
        .remove(world.names.state_table(), {{"operation_id", item["operation_id"]}},
                "#status = :status AND #updated = :updated",
                {{"#status", "status"}, {"#updated", "last_updated_time"}},
                {{":status", item["status"]}, {":updated", member_or_null(item, "last_updated_time")}});
    return true;
  } catch (const aws::ServiceError& error) {
    if (!error.is("ConditionalCheckFailedException")) throw;
    return false;
  }
}

Json archive_one(Context& context, World& world, const restore::ArchivePlace& place, const Json& item,
                 bool with_deletion) {
  const std::string id = string_or(item, "operation_id", "");
  const std::vector<Json> audit = Operations(world).audit(id);
  const Operation operation{id, item, Operations(world).execution(id)};
  restore::write_archive(*world.api, place, item, audit, report_of(context, world, operation, audit));
  return {{"operation_id", id},
          {"to", fmt::format("s3://{}/{}", place.bucket, place.key(id, ""))},
          {"events", audit.size()},
          {"state_deleted", with_deletion && delete_state(world, item)}};
}

ExitCode run_archive(Context& context, const ArchiveOptions& options) {
  World world = open_world(context);
  const restore::ArchivePlace place = place_of(world, options);
  const std::vector<Json> items = chosen(context, world, options);
  if (items.empty()) {
    context.terminal.err("No finished operation of that kind.\n");
    return ExitCode::kDone;
  }
  confirm(context, options, items.size());
  TaskReport report(context);
  std::vector<Json> rows;
  report.task(fmt::format("Archive {} operations", items.size()), [&] {
    for (const Json& item : items) {
      if (context.interrupted.stop_requested())
        throw Cancelled(
            fmt::format("interrupted after {} operations; run the same command again to go on", rows.size()));
      rows.push_back(archive_one(context, world, place, item, options.delete_state));
      report.progress(100.0 * static_cast<double>(rows.size()) / static_cast<double>(items.size()));
    }
    return std::string();
  });
  if (!options.output.is_table()) {
    print_rows(context, options.output, rows);
    return ExitCode::kDone;
  }
  Table table({{"OPERATION"}, {"EVENTS", Table::Align::kRight}, {"STATE"}, {"TO"}});
  for (const Json& row : rows)
    table.add({string_or(row, "operation_id", ""), std::to_string(int_or(row, "events", 0)),
               bool_or(row, "state_deleted", false) ? "deleted" : "kept", string_or(row, "to", "")});
  context.terminal.out(table.text(Style(context.terminal.out_traits())));
  return ExitCode::kDone;
}

}  // namespace

Command archive_command() {
  return make_command<ArchiveOptions>(
      {.path = "archive",
       .summary = "File finished operations in S3, and on request delete their state",
       .description =
           "Writes state, audit trail and report of each to s3://<log_bucket>/<log_prefix>/<operation>/, as "
           "the "
           "pipeline does at the end of an operation. Audit events stay in their table.",
       .examples = {{"{} archive restore-20261121-065209-3f2a", "one operation"},
                    {"{} archive --before 30d --delete-state", "what is older than a month, after asking"}}},
      bind_archive, run_archive);
}

}  // namespace aurora::cli
