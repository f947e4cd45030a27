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

using Operation = Json (*)(dynamodb::Context&, const Call&);

const std::map<std::string_view, Operation>& operations() {
  static const std::map<std::string_view, Operation> table = {
      {"BatchGetItem", dynamodb::batch_get_item},
      {"BatchWriteItem", dynamodb::batch_write_item},
      {"CreateTable", dynamodb::create_table},
      {"DeleteItem", dynamodb::delete_item},
      {"DeleteTable", dynamodb::delete_table},
      {"DescribeContinuousBackups", dynamodb::describe_continuous_backups},
      {"DescribeLimits", dynamodb::describe_limits},
      {"DescribeTable", dynamodb::describe_table},
      {"DescribeTimeToLive", dynamodb::describe_time_to_live},
      {"GetItem", dynamodb::get_item},
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

}  // namespace

DynamoDbService::DynamoDbService(const std::filesystem::path& directory, Clock& clock, Log log)
    : store_(directory), clock_(clock), log_(std::move(log)) {}

DynamoDbService::~DynamoDbService() {
  stop();
}

Json DynamoDbService::handle(const Call& call) {
  const auto found = operations().find(call.operation);
  if (found == operations().end()) throw unknown_operation(call);
  const std::lock_guard lock(mutex_);
  dynamodb::Context context{store_, clock_};
  try {
    return found->second(context, call);
  } catch (const SQLite::Exception& failure) {
    throw store_error(failure, "dynamodb");
  } catch (const nlohmann::json::exception&) {
    // A member has another type than the model says; only callers inside the process can get here.
    throw dynamodb::serialization_error("A member of the request has an unexpected type");
  }
}

void DynamoDbService::start() {
  sweeper_ = std::jthread([this](const std::stop_token& stop) {
    while (clock_.sleep_for(kSweepInterval, stop)) {
      try {
        sweep_expired();
      } catch (const std::exception& failure) {
        // The disk may be full for a while; the next round tries again.
        log_.warning("expired items of DynamoDB could not be deleted", {{"error", failure.what()}});
      }
    }
  });
}

void DynamoDbService::stop() {
  if (!sweeper_.joinable()) return;
  sweeper_.request_stop();
  sweeper_.join();
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
    transaction.commit();
    total += erased;
    if (erased < kSweepBatch) return total;
  }
}

}  // namespace aurora::local
