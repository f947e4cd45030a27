// Amazon DynamoDB: tables, items, expressions, transactions, time to live; durable in SQLite.
#pragma once
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "local/dynamodb/background.h"
#include "local/dynamodb/store.h"
#include "local/service.h"

namespace aurora::local {

// Table and item operations, exports and imports as in the DynamoDB API of 2012-08-10. Streams, backups,
// global tables, PartiQL and the parameters from before expressions are not carried, and are refused.
class DynamoDbService final : public Service {
 public:
  // Keeps its data in `directory`. `clock` and `router`, which leads to S3, outlive the service; without a
  // router exports and imports fail.
  DynamoDbService(const std::filesystem::path& directory, Clock& clock, Log log = Log::none(),
                  Router* router = nullptr);
  ~DynamoDbService() override;

  Json handle(const Call& call) override;
  // Begins to delete expired items, every few seconds, and to fill indexes, export and import.
  void start() override;
  void stop() override;

  // Deletes what has expired by now; returns how many items. Like AWS, leaves alone what claims to have
  // expired more than five years ago.
  std::size_t sweep_expired();
  // Fills indexes, exports and imports until nothing is left to do.
  void finish_work(const std::stop_token& stop = {});

 private:
  void run(const std::stop_token& stop);
  void wake();

  std::mutex mutex_;
  dynamodb::Store store_;
  Clock& clock_;
  const Log log_;
  dynamodb::BackgroundWork work_;
  std::mutex wake_mutex_;
  std::stop_source wake_;
  std::jthread worker_;
};

}  // namespace aurora::local
