// ImportTable, DescribeImport, ListImports. The work itself is import_job.cc's.
#include <fmt/format.h>

#include "aws/table_export.h"
#include "base/dates.h"
#include "local/dynamodb/errors.h"
#include "local/dynamodb/transfer_request.h"
#include "local/service_support.h"

namespace aurora::local::dynamodb {
namespace {

constexpr std::size_t kImportsAtOnceMax = 50;

aws::ServiceError not_carried(std::string_view what) {
  return validation_error(fmt::format("{} is not carried by this endpoint", what));
}

void check_format(const Json& input) {
  const std::string format = string_or(input, "InputFormat", "");
  if (format == "ION" || format == "CSV") throw not_carried("InputFormat " + format);
  if (format != "DYNAMODB_JSON")
    throw constraint_error(format, "inputFormat",
                           "Member must satisfy enum value set: [ION, DYNAMODB_JSON, CSV]");
  const std::string compression = string_or(input, "InputCompressionType", "NONE");
  if (compression == "ZSTD") throw not_carried("InputCompressionType ZSTD");
  if (compression != "GZIP" && compression != "NONE")
    throw constraint_error(compression, "inputCompressionType",
                           "Member must satisfy enum value set: [NONE, ZSTD, GZIP]");
}

Json description_of(const Call& call, const Table& table, const Transfer& transfer, const std::string& now) {
  Json description{{"ImportArn", transfer.arn},
                   {"ImportStatus", "IN_PROGRESS"},
                   {"TableArn", transfer.table_arn},
                   {"TableId", table.definition["TableId"]},
                   {"ClientToken", transfer.token},
                   {"S3BucketSource", call.input["S3BucketSource"]},
                   {"ErrorCount", 0},
                   {"CloudWatchLogGroupArn",
                    make_arn("logs", call.region, std::string("log-group:") + kImportLogGroup + ":*")},
                   {"InputFormat", "DYNAMODB_JSON"},
                   {"InputCompressionType", string_or(call.input, "InputCompressionType", "NONE")},
                   {"TableCreationParameters", call.input["TableCreationParameters"]},
                   {"StartTime", now},
                   {"ProcessedSizeBytes", 0},
                   {"ProcessedItemCount", 0},
                   {"ImportedItemCount", 0}};
  return description;
}

}  // namespace

Json import_table(Context& context, const Call& call) {
  check_format(call.input);
  WriteTransaction transaction(context.store.database());
  if (const auto known = repeated(context, call, Transfer::Kind::kImport, "ImportConflictException"))
    return {{"ImportTableDescription", known->description}};
  TransferStore transfers(context.store);
  if (transfers.count_unfinished(Transfer::Kind::kImport) >= kImportsAtOnceMax)
    throw aws::ServiceError("LimitExceededException",
                            fmt::format("At most {} imports can be under way at once", kImportsAtOnceMax));
  Call creation = call;
  creation.input = member_or_null(call.input, "TableCreationParameters");
  Table table = add_table(context, creation);
  table.definition["Importing"] = true;
  context.store.update_table(table);
  Transfer transfer =
      new_transfer(context, call, Transfer::Kind::kImport, string_or(table.definition, "TableArn", ""),
                   aws::new_export_id(context.clock.now()));
  transfer.description = description_of(call, table, transfer, format_iso_millis(context.clock.now()));
  transfers.insert(transfer);
  transaction.commit();
  return {{"ImportTableDescription", transfer.description}};
}

Json describe_import(Context& context, const Call& call) {
  const std::string arn = string_or(call.input, "ImportArn", "");
  const auto found = TransferStore(context.store).find(Transfer::Kind::kImport, arn);
  if (!found || found->region != call.region)
    throw aws::ServiceError("ImportNotFoundException", fmt::format("Import not found: {}", arn));
  return {{"ImportTableDescription", found->description}};
}

Json list_imports(Context& context, const Call& call) {
  return list_transfers(
      context, call, Transfer::Kind::kImport, "ImportSummaryList", "PageSize", [](const Transfer& transfer) {
        Json summary = Json::object();
        for (const char* member : {"ImportArn", "ImportStatus", "TableArn", "S3BucketSource",
                                   "CloudWatchLogGroupArn", "InputFormat", "StartTime", "EndTime"})
          if (transfer.description.contains(member)) summary[member] = transfer.description[member];
        return summary;
      });
}

}  // namespace aurora::local::dynamodb
