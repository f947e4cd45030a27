#include "local/dynamodb/background.h"

#include <fmt/format.h>

#include "aws/retry.h"
#include "base/dates.h"
#include "base/error.h"
#include "base/ids.h"

namespace aurora::local::dynamodb {
namespace {

constexpr std::size_t kIndexBatch = 1000;
// Of a call that fails without fault of its own, as S3 may for a moment.
constexpr int kAttemptsMax = 5;
constexpr std::chrono::milliseconds kPause{200};

// DynamoDB names what S3 refused: "S3NoSuchBucket".
std::string failure_code(const aws::ServiceError& error) {
  return "S3" + error.code();
}

}  // namespace

bool BackgroundWork::work_once(const std::stop_token& stop) {
  return fill_index() || transfer(stop);
}

bool BackgroundWork::fill_index() {
  const std::lock_guard lock(mutex_);
  auto table = store_.find_backfilling();
  if (!table) {
    filled_.clear();
    return false;
  }
  const Index& index = *table->backfilling_index();
  const std::pair key(table->id, index.name);
  const auto known = filled_.find(key);
  WriteTransaction transaction(store_.database());
  const auto last = store_.fill_index(
      *table, index, known == filled_.end() ? std::nullopt : std::optional(known->second), kIndexBatch);
  if (!last)
    for (Json& definition : table->definition["GlobalSecondaryIndexes"])
      if (string_or(definition, "IndexName", "") == index.name) definition.erase("IndexStatus");
  if (!last) store_.update_table(*table);
  transaction.commit();
  if (last)
    filled_.insert_or_assign(key, *last);
  else
    filled_.erase(key);
  return true;
}

bool BackgroundWork::transfer(const std::stop_token& stop) {
  std::optional<Transfer> transfer;
  {
    const std::lock_guard lock(mutex_);
    transfer = TransferStore(store_).next_unfinished();
  }
  if (!transfer || stop.stop_requested()) return false;
  const bool exports = transfer->kind == Transfer::Kind::kExport;
  const char* status = exports ? "ExportStatus" : "ImportStatus";
  try {
    if (exports)
      run_export(*transfer, stop);
    else
      run_import(*transfer, stop);
    end(*transfer, status, "", "");
  } catch (const Cancelled&) {
    return false;  // begun again at the next start
  } catch (const aws::ServiceError& error) {
    end(*transfer, status, failure_code(error), error.message());
  } catch (const Error& error) {
    log_.warning("a transfer of a DynamoDB table failed",
                 {{"arn", transfer->arn}, {"error", error.name()}, {"message", error.message()}});
    end(*transfer, status, "UNKNOWN", error.message());
  }
  return true;
}

void BackgroundWork::end(Transfer& transfer, const char* status_member, const std::string& failure_code,
                         const std::string& failure_message) {
  const bool failed = !failure_code.empty();
  Json& description = transfer.description;
  description[status_member] = failed ? "FAILED" : "COMPLETED";
  description["EndTime"] = format_iso_millis(clock_.now());
  if (failed) {
    description["FailureCode"] = failure_code;
    description["FailureMessage"] = failure_message;
  }
  transfer.finished = true;
  const std::lock_guard lock(mutex_);
  WriteTransaction transaction(store_.database());
  TransferStore transfers(store_);
  transfers.update(transfer);
  transfers.erase_items(transfer);
  if (transfer.kind == Transfer::Kind::kImport) {
    const std::string name = transfer.table_arn.substr(transfer.table_arn.find('/') + 1);
    auto table = store_.find_table(transfer.region, name);
    if (table && failed) {
      store_.erase_table(*table);
    } else if (table) {
      table->definition.erase("Importing");
      store_.update_table(*table);
    }
  }
  transaction.commit();
}

Json BackgroundWork::call(const Transfer& transfer, std::string_view service, std::string_view operation,
                          const Json& input, const std::stop_token& stop) {
  if (router_ == nullptr) throw Error("NoS3", "there is no S3 beside this DynamoDB");
  Call call;
  call.service = service;
  call.region = transfer.region;
  call.operation = operation;
  call.input = input;
  call.request_id = new_uuid();
  for (int attempt = 1;; ++attempt) {
    if (stop.stop_requested()) throw Cancelled("the endpoint stops");
    try {
      return router_->call(call);
    } catch (const aws::ServiceError& error) {
      const auto kind = aws::kind_of(error);
      const bool may_pass = kind == aws::FailureKind::kThrottled || kind == aws::FailureKind::kTransient;
      if (!may_pass || attempt == kAttemptsMax) throw;
      clock_.sleep_for(kPause * attempt, stop);
    }
  }
}

}  // namespace aurora::local::dynamodb
