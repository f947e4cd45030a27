// Amazon DynamoDB: tables, items, expressions, transactions, time to live; durable in SQLite.
#pragma once
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "local/dynamodb/store.h"
#include "local/service.h"

namespace aurora::local {

// Table and item operations as in the DynamoDB API of 2012-08-10. Streams, backups, global tables, PartiQL
// and the parameters from before expressions are not carried, and are refused.
class DynamoDbService final : public Service {
 public:
  // Keeps its data in `directory`. `clock` outlives the service.
  DynamoDbService(const std::filesystem::path& directory, Clock& clock, Log log = Log::none());
  ~DynamoDbService() override;

  Json handle(const Call& call) override;
  // Begins to delete expired items, every few seconds.
  void start() override;
  void stop() override;

  // Deletes what has expired by now; returns how many items. Like AWS, leaves alone what claims to have
  // expired more than five years ago.
  std::size_t sweep_expired();

 private:
  std::mutex mutex_;
  dynamodb::Store store_;
  Clock& clock_;
  const Log log_;
  std::jthread sweeper_;
};

}  // namespace aurora::local
