// ExportTableToPointInTime, DescribeExport, ListExports. The work itself is export_job.cc's.
#include <fmt/format.h>

#include "aws/table_export.h"
#include "base/dates.h"
#include "base/ids.h"
#include "local/dynamodb/errors.h"
#include "local/dynamodb/transfer_request.h"
#include "local/service_support.h"

namespace aurora::local::dynamodb {
namespace {

constexpr std::size_t kExportsAtOnceMax = 300;

// Says by its name what AWS has and this endpoint has not.
aws::ServiceError not_carried(std::string_view what) {
  return validation_error(fmt::format("{} is not carried by this endpoint", what));
}

void check_format(const Json& input) {
  const std::string format = string_or(input, "ExportFormat", "DYNAMODB_JSON");
  if (format == "ION") throw not_carried("ExportFormat ION");
  if (format != "DYNAMODB_JSON")
    throw constraint_error(format, "exportFormat",
                           "Member must satisfy enum value set: [DYNAMODB_JSON, ION]");
  const std::string type = string_or(input, "ExportType", "FULL_EXPORT");
  if (type == "INCREMENTAL_EXPORT") throw not_carried("ExportType INCREMENTAL_EXPORT");
  if (type != "FULL_EXPORT")
    throw constraint_error(type, "exportType",
                           "Member must satisfy enum value set: [FULL_EXPORT, INCREMENTAL_EXPORT]");
  if (!member_or_null(input, "IncrementalExportSpecification").is_null())
    throw validation_error("IncrementalExportSpecification is only valid for an INCREMENTAL_EXPORT");
}

Table exportable_table(Context& context, const Call& call) {
  const std::string arn = string_or(call.input, "TableArn", "");
  const std::string name = table_of_arn(arn, call);
  if (!arn.starts_with("arn:")) throw validation_error(fmt::format("Invalid TableArn: {}", arn));
  auto table = name.empty() ? std::nullopt : context.store.find_table(call.region, name);
  if (!table || bool_or(table->definition, "Importing", false))
    throw aws::ServiceError("TableNotFoundException", fmt::format("Table not found: {}", arn));
  return std::move(*table);
}

// Only the table as it is now can be exported, since the endpoint keeps no history of items.
std::string export_time(const Context& context, const Call& call, const std::string& recoverable_since) {
  const std::string now = format_iso_millis(context.clock.now());
  const auto wanted = parse_iso(string_or(call.input, "ExportTime", ""));
  if (!wanted) return now;
  const auto refuse = [](const std::string& why) {
    return aws::ServiceError("InvalidExportTimeException", why);
  };
  if (*wanted > context.clock.now()) throw refuse("The export time cannot be in the future");
  if (format_iso_millis(*wanted) < recoverable_since)
    throw refuse("The export time is earlier than the earliest restorable time of the table");
  if (context.clock.now() - *wanted > std::chrono::seconds(1))
    throw refuse(
        "An ExportTime in the past is not carried by this endpoint, which keeps no history of items");
  return now;
}

Json description_of(const Call& call, const Table& table, const Transfer& transfer,
                    const std::string& exported_at, const std::string& now) {
  const Json& input = call.input;
  const std::string prefix = string_or(input, "S3Prefix", "");
  Json description{{"ExportArn", transfer.arn},
                   {"ExportStatus", "IN_PROGRESS"},
                   {"StartTime", now},
                   {"TableArn", transfer.table_arn},
                   {"TableId", table.definition["TableId"]},
                   {"ExportTime", exported_at},
                   {"ClientToken", transfer.token},
                   {"S3Bucket", string_or(input, "S3Bucket", "")}};
  for (const char* member : {"S3BucketOwner", "S3Prefix", "S3SseKmsKeyId"})
    if (const auto& value = member_or_null(input, member); !value.is_null()) description[member] = value;
  description["S3SseAlgorithm"] = string_or(input, "S3SseAlgorithm", "AES256");
  description["ExportFormat"] = "DYNAMODB_JSON";
  description["ExportType"] = "FULL_EXPORT";
  return description;
}

}  // namespace

Json export_table_to_point_in_time(Context& context, const Call& call) {
  check_format(call.input);
  WriteTransaction transaction(context.store.database());
  if (const auto known = repeated(context, call, Transfer::Kind::kExport, "ExportConflictException"))
    return {{"ExportDescription", known->description}};
  const Table table = exportable_table(context, call);
  const std::string since =
      string_or(member_or_null(table.definition, "PointInTimeRecovery"), "EnabledAt", "");
  if (since.empty())
    throw aws::ServiceError("PointInTimeRecoveryUnavailableException",
                            fmt::format("Point in time recovery is not enabled for table '{}'", table.name));
  const std::string at = export_time(context, call, since);
  TransferStore transfers(context.store);
  if (transfers.count_unfinished(Transfer::Kind::kExport) >= kExportsAtOnceMax)
    throw aws::ServiceError("LimitExceededException",
                            fmt::format("At most {} exports can be under way at once", kExportsAtOnceMax));
  Transfer transfer =
      new_transfer(context, call, Transfer::Kind::kExport, string_or(table.definition, "TableArn", ""),
                   aws::new_export_id(context.clock.now()));
  transfer.description = description_of(call, table, transfer, at, format_iso_millis(context.clock.now()));
  transfers.insert(transfer);
  transfers.keep_items(transfer, table);
  transaction.commit();
  return {{"ExportDescription", transfer.description}};
}

Json describe_export(Context& context, const Call& call) {
  const std::string arn = string_or(call.input, "ExportArn", "");
  const auto found = TransferStore(context.store).find(Transfer::Kind::kExport, arn);
  if (!found || found->region != call.region)
    throw aws::ServiceError("ExportNotFoundException", fmt::format("Export not found: {}", arn));
  return {{"ExportDescription", found->description}};
}

Json list_exports(Context& context, const Call& call) {
  return list_transfers(context, call, Transfer::Kind::kExport, "ExportSummaries", "MaxResults",
                        [](const Transfer& transfer) -> Json {
                          return {{"ExportArn", transfer.arn},
                                  {"ExportStatus", transfer.description["ExportStatus"]},
                                  {"ExportType", transfer.description["ExportType"]}};
                        });
}

}  // namespace aurora::local::dynamodb
