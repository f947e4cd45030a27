// The work of ImportTable.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "aws/table_export.h"
#include "base/error.h"
#include "base/gzip.h"
#include "base/text.h"
#include "local/dynamodb/background.h"
#include "local/dynamodb/errors.h"
#include "local/dynamodb/operations.h"
#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

constexpr std::int64_t kPieceBytes = 8 * 1024 * 1024;
constexpr std::size_t kBatchItems = 500;
constexpr std::size_t kErrorsLoggedMax = 1000;

// The manifests of an export say what the data files hold and are no data, so that the prefix of a whole
// export can be given.
bool is_data(const std::string& key) {
  const std::string name = key.substr(key.rfind('/') + 1);
  for (const char* other : {"manifest-summary.json", "manifest-summary.md5", "manifest-files.json",
                            "manifest-files.md5", "_started", ""})
    if (name == other) return false;
  return true;
}

struct Source {
  std::string key;
  std::int64_t size = 0;
};

// Counts, and what was wrong with which item.
struct Tally {
  std::int64_t processed_bytes = 0;
  std::int64_t processed_items = 0;
  std::int64_t imported_items = 0;
  std::int64_t errors = 0;
  Json logged = Json::array();

  void error(const Json& source, const std::string& key, std::int64_t index, const std::string& message) {
    ++errors;
    if (logged.size() >= kErrorsLoggedMax) return;
    logged.push_back({{"itemS3Pointer",
                       {{"bucket", string_or(source, "S3Bucket", "")}, {"key", key}, {"itemIndex", index}}},
                      {"errorMessages", {message}}});
  }
};

// An item of the file, ready to be stored; throws what is wrong with it.
std::pair<Position, Json> checked_item(const Table& table, std::string_view line) {
  Json item = aws::parse_export_line(line);
  normalize_item(item);
  if (item_size(item) > kItemBytesMax)
    throw validation_error("Item size has exceeded the maximum allowed size");
  return {table.item_position(item), std::move(item)};
}

using S3Call = std::function<Json(std::string_view operation, const Json& input)>;
using StoreBatch = std::function<void(const std::vector<std::pair<Position, Json>>& batch)>;

// Reads objects and hands on what they hold.
class Reader {
 public:
  Reader(const Json& description, const Table& table, S3Call s3, StoreBatch store)
      : source_(description["S3BucketSource"]),
        bucket_(string_or(source_, "S3Bucket", "")),
        packed_(description["InputCompressionType"] == "GZIP"),
        table_(table),
        s3_(std::move(s3)),
        store_(std::move(store)) {}

  Tally run() {
    for (const Source& object : objects()) read(object);
    store_batch();
    return std::move(tally_);
  }

 private:
  std::vector<Source> objects() {
    std::vector<Source> found;
    const std::string prefix = string_or(source_, "S3KeyPrefix", "");
    Json input{{"Bucket", bucket_}, {"Prefix", prefix}};
    while (true) {
      const Json page = s3_("ListObjectsV2", input);
      for (const Json& object : member_or_null(page, "Contents"))
        if (const std::string key = string_or(object, "Key", ""); is_data(key))
          found.push_back({key, int_or(object, "Size", 0)});
      if (!bool_or(page, "IsTruncated", false)) break;
      input["ContinuationToken"] = page["NextContinuationToken"];
    }
    if (found.empty())
      throw aws::ServiceError("NoSuchKey",
                              fmt::format("No objects with data under s3://{}/{}", bucket_, prefix));
    return found;
  }

  void read(const Source& object) {
    std::int64_t index = 0;
    try {
      read_lines(object, [&](std::string_view line) { take(object, index++, line); });
    } catch (const aws::ServiceError&) {
      throw;
    } catch (const Cancelled&) {
      throw;
    } catch (const Error& error) {
      // An object that cannot be read to its end; what came before counts.
      tally_.error(source_, object.key, index, error.message());
    }
  }

  void read_lines(const Source& object, const aws::LineCutter::Sink& sink) {
    Gunzip gunzip;
    aws::LineCutter lines;
    const auto take_text = [&](std::string_view text) {
      tally_.processed_bytes += static_cast<std::int64_t>(text.size());
      lines.feed(text, sink);
    };
    for (std::int64_t at = 0; at < object.size; at += kPieceBytes) {
      const std::string range = fmt::format("bytes={}-{}", at, std::min(at + kPieceBytes, object.size) - 1);
      const Json answer = s3_("GetObject", {{"Bucket", bucket_}, {"Key", object.key}, {"Range", range}});
      const std::string& piece = answer.at("Body").get_ref<const std::string&>();
      if (packed_)
        gunzip.feed(piece, take_text);
      else
        take_text(piece);
    }
    if (packed_) gunzip.finish();
    lines.finish(sink);
  }

  void take(const Source& object, std::int64_t index, std::string_view line) {
    ++tally_.processed_items;
    try {
      batch_.push_back(checked_item(table_, line));
    } catch (const Error& error) {
      tally_.error(source_, object.key, index, error.message());
    }
    if (batch_.size() >= kBatchItems) store_batch();
  }

  void store_batch() {
    store_(batch_);
    tally_.imported_items += static_cast<std::int64_t>(batch_.size());
    batch_.clear();
  }

  const Json source_;
  const std::string bucket_;
  const bool packed_;
  const Table& table_;
  const S3Call s3_;
  const StoreBatch store_;
  Tally tally_;
  std::vector<std::pair<Position, Json>> batch_;
};

}  // namespace

void BackgroundWork::run_import(Transfer& transfer, const std::stop_token& stop) {
  std::optional<Table> table;
  {
    const std::lock_guard lock(mutex_);
    table = store_.find_table(transfer.region, transfer.table_arn.substr(transfer.table_arn.find('/') + 1));
    AURORA_INVARIANT(table.has_value());
    // What an earlier run left before a crash; its counts are gone, so all of it is read again.
    WriteTransaction transaction(store_.database());
    store_.erase_items(*table);
    transaction.commit();
  }
  Reader reader(
      transfer.description, *table,
      [&](std::string_view operation, const Json& input) {
        return call(transfer, "s3", operation, input, stop);
      },
      [&](const std::vector<std::pair<Position, Json>>& batch) {
        const std::lock_guard lock(mutex_);
        WriteTransaction transaction(store_.database());
        for (const auto& [position, item] : batch) store_.put(*table, position, item);
        transaction.commit();
      });
  const Tally tally = reader.run();
  Json& description = transfer.description;
  description["ProcessedSizeBytes"] = tally.processed_bytes;
  description["ProcessedItemCount"] = tally.processed_items;
  description["ImportedItemCount"] = tally.imported_items;
  description["ErrorCount"] = tally.errors;
  if (tally.errors == 0) return;
  description["FailureCode"] = "ItemValidationError";
  description["FailureMessage"] =
      "Some of the items failed validation checks. Please check CloudWatch error logs for more details.";
  log_errors(transfer, tally.logged, stop);
}

// Events of a stream of the import's own, in /aws-dynamodb/imports.
void BackgroundWork::log_errors(const Transfer& transfer, const Json& errors, const std::stop_token& stop) {
  const std::string stream = transfer.arn.substr(transfer.arn.rfind('/') + 1) + "/error";
  const Json place{{"logGroupName", kImportLogGroup}, {"logStreamName", stream}};
  const auto now = std::chrono::floor<std::chrono::milliseconds>(clock_.now()).time_since_epoch().count();
  Json events = Json::array();
  for (Json error : errors) {
    error["importArn"] = transfer.arn;
    events.push_back({{"timestamp", now}, {"message", dump_json(error)}});
  }
  const auto make = [&](const char* operation, const Json& input) {
    try {
      call(transfer, "logs", operation, input, stop);
    } catch (const aws::ServiceError& error) {
      if (!error.is("ResourceAlreadyExistsException")) throw;
    }
  };
  try {
    make("CreateLogGroup", {{"logGroupName", kImportLogGroup}});
    make("CreateLogStream", place);
    Json input = place;
    input["logEvents"] = std::move(events);
    call(transfer, "logs", "PutLogEvents", input, stop);
  } catch (const aws::ServiceError& error) {
    // The import stands all the same, and says how many items it left out.
    log_.warning("errors of an import could not be logged", {{"reason", error.what()}});
  }
}

}  // namespace aurora::local::dynamodb
