#include "local/dynamodb.h"

#include <map>

#include "local/dynamodb/errors.h"
#include "local/dynamodb/operations.h"

namespace aurora::local {
namespace {

constexpr std::chrono::seconds kSweepInterval{2};
constexpr std::size_t kSweepBatch = 500;
constexpr std::int64_t kFiveYearsSeconds = 5LL * 365 * 86400;
constexpr std::int64_t kTokenLifeSeconds = 600;
// As long as AWS lists exports and imports.
constexpr std::int64_t kTransferLifeSeconds = 90LL * 86400;

using Operation = Json (*)(dynamodb::Context&, const Call&);

const std::map<std::string_view, Operation>& operations() {
  static const std::map<std::string_view, Operation> table = {
      {"BatchGetItem", dynamodb::batch_get_item},
      {"BatchWriteItem", dynamodb::batch_write_item},
      {"CreateTable", dynamodb::create_table},
      {"DeleteItem", dynamodb::delete_item},
      {"DeleteTable", dynamodb::delete_table},
      {"DescribeContinuousBackups", dynamodb::describe_continuous_backups},
      {"DescribeExport", dynamodb::describe_export},
      {"DescribeImport", dynamodb::describe_import},
      {"DescribeLimits", dynamodb::describe_limits},
      {"DescribeTable", dynamodb::describe_table},
      {"DescribeTimeToLive", dynamodb::describe_time_to_live},
      {"ExportTableToPointInTime", dynamodb::export_table_to_point_in_time},
      {"GetItem", dynamodb::get_item},
      {"ImportTable", dynamodb::import_table},
      {"ListExports", dynamodb::list_exports},
      {"ListImports", dynamodb::list_imports},
      {"ListTables", dynamodb::list_tables},
      {"ListTagsOfResource", dynamodb::list_tags_of_resource},
      {"PutItem", dynamodb::put_item},
      {"Query", dynamodb::query},
      {"Scan", dynamodb::scan},
      {"TagResource", dynamodb::tag_resource},
      {"TransactGetItems", dynamodb::transact_get_items},
      {"TransactWriteItems", dynamodb::transact_write_items},
      {"UntagResource", dynamodb::untag_resource},
      {"UpdateContinuousBackups", dynamodb::update_continuous_backups},
      {"UpdateItem", dynamodb::update_item},
      {"UpdateTable", dynamodb::update_table},
      {"UpdateTimeToLive", dynamodb::update_time_to_live},
  };
  return table;
}

// What leaves work for the background behind.
bool leaves_work(std::string_view operation) {
  return operation == "UpdateTable" || operation == "ExportTableToPointInTime" || operation == "ImportTable";
}

}  // namespace

DynamoDbService::DynamoDbService(const std::filesystem::path& directory, Clock& clock, Log log,
                                 Router* router)
    : store_(directory), clock_(clock), log_(std::move(log)), work_(mutex_, store_, clock_, router, log_) {}

DynamoDbService::~DynamoDbService() {
  stop();
}

Json DynamoDbService::handle(const Call& call) {
  const auto found = operations().find(call.operation);
  if (found == operations().end()) throw unknown_operation(call);
  const std::lock_guard lock(mutex_);
  dynamodb::Context context{store_, clock_};
  try {
    Json answer = found->second(context, call);
    if (leaves_work(call.operation)) wake();
    return answer;
  } catch (const SQLite::Exception& failure) {
    throw store_error(failure, "dynamodb");
  } catch (const nlohmann::json::exception&) {
    // A member has another type than the model says; only callers inside the process can get here.
    throw dynamodb::serialization_error("A member of the request has an unexpected type");
  }
}

void DynamoDbService::start() {
  worker_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void DynamoDbService::run(const std::stop_token& stop) {
  // A stop wakes the sleeper as well, which sleeps on `wake_`.
  const std::stop_callback woken(stop, [this] { wake(); });
  TimePoint next_sweep = clock_.now();
  while (!stop.stop_requested()) {
    std::stop_token wake;
    {
      const std::lock_guard lock(wake_mutex_);
      wake_ = std::stop_source();
      wake = wake_.get_token();
    }
    try {
      finish_work(stop);
      if (clock_.now() >= next_sweep) {
        sweep_expired();
        next_sweep = clock_.now() + kSweepInterval;
      }
    } catch (const std::exception& failure) {
      // The disk may be full for a while; the next round tries again.
      log_.warning("DynamoDB's work in the background did not get on", {{"error", failure.what()}});
      next_sweep = clock_.now() + kSweepInterval;
    }
    // A stop that came before `wake_` was new has not woken this one.
    if (!stop.stop_requested()) clock_.sleep_until(next_sweep, wake);
  }
}

void DynamoDbService::wake() {
  const std::lock_guard lock(wake_mutex_);
  wake_.request_stop();
}

void DynamoDbService::finish_work(const std::stop_token& stop) {
  while (!stop.stop_requested() && work_.work_once(stop)) {
  }
}

void DynamoDbService::stop() {
  if (!worker_.joinable()) return;
  worker_.request_stop();
  worker_.join();
}

std::size_t DynamoDbService::sweep_expired() {
  std::size_t total = 0;
  while (true) {
    // The lock is taken anew for each batch, so that requests are not held up.
    const std::lock_guard lock(mutex_);
    const dynamodb::Context context{store_, clock_};
    const auto now = context.now_seconds();
    WriteTransaction transaction(store_.database());
    const auto erased = store_.erase_expired(now - kFiveYearsSeconds, now, kSweepBatch);
    store_.erase_tokens_before(now - kTokenLifeSeconds);
    dynamodb::TransferStore(store_).erase_finished_before(now - kTransferLifeSeconds);
    transaction.commit();
    total += erased;
    if (erased < kSweepBatch) return total;
  }
}

}  // namespace aurora::local
