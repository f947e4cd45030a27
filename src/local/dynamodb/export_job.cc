// The work of ExportTableToPointInTime.
#include "aws/table_export.h"
#include "base/error.h"
#include "local/dynamodb/background.h"

namespace aurora::local::dynamodb {
namespace {

constexpr std::size_t kBatchBytes = 1024 * 1024;

// What manifest-summary.json says that is known beforehand.
Json summary_of(const Json& description) {
  return {{"version", "2020-06-30"},
          {"exportArn", description["ExportArn"]},
          {"startTime", description["StartTime"]},
          {"endTime", nullptr},
          {"tableArn", description["TableArn"]},
          {"tableId", description["TableId"]},
          {"exportTime", description["ExportTime"]},
          {"s3Bucket", description["S3Bucket"]},
          {"s3Prefix", member_or_null(description, "S3Prefix")},
          {"s3SseAlgorithm", description["S3SseAlgorithm"]},
          {"s3SseKmsKeyId", member_or_null(description, "S3SseKmsKeyId")},
          {"manifestFilesS3Key", nullptr},
          {"billedSizeBytes", 0},
          {"itemCount", 0},
          {"outputFormat", "DYNAMODB_JSON"},
          {"exportType", "FULL_EXPORT"}};
}

std::string id_of(const std::string& arn) {
  return arn.substr(arn.rfind('/') + 1);
}

}  // namespace

void BackgroundWork::run_export(Transfer& transfer, const std::stop_token& stop) {
  Json& description = transfer.description;
  const auto put = [&](const std::string& key, const std::string& bytes) {
    Json input{{"Bucket", description["S3Bucket"]}, {"Key", key}, {"Body", bytes}};
    for (const auto& [ours, theirs] :
         {std::pair("S3SseAlgorithm", "ServerSideEncryption"), std::pair("S3SseKmsKeyId", "SSEKMSKeyId")})
      if (const auto& value = member_or_null(description, ours); !value.is_null()) input[theirs] = value;
    call(transfer, "s3", "PutObject", input, stop);
  };
  aws::ExportWriter writer(summary_of(description), string_or(description, "S3Prefix", ""),
                           id_of(transfer.arn), put);
  writer.begin();
  std::int64_t last = 0;
  while (true) {
    std::vector<std::pair<std::int64_t, Json>> items;
    {
      const std::lock_guard lock(mutex_);
      items = TransferStore(store_).kept_items(transfer, last, kBatchBytes);
    }
    if (items.empty()) break;
    for (const auto& [number, item] : items) writer.add(item);
    last = items.back().first;
  }
  writer.finish(clock_.now());
  description["ExportManifest"] = writer.summary_key();
  description["BilledSizeBytes"] = writer.size_bytes();
  description["ItemCount"] = writer.item_count();
}

}  // namespace aurora::local::dynamodb
