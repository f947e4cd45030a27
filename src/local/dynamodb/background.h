// DynamoDB's work behind requests: filling new indexes, exports and imports. All of it is in the store and is
// begun again after a crash.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "local/dynamodb/store.h"
#include "local/dynamodb/transfer_store.h"
#include "local/service.h"

namespace aurora::local::dynamodb {

class BackgroundWork {
 public:
  // `mutex` guards `store`; it is never held while another service is called. Without `router` exports and
  // imports fail, for want of S3.
  BackgroundWork(std::mutex& mutex, Store& store, Clock& clock, Router* router, Log log)
      : mutex_(mutex), store_(store), clock_(clock), router_(router), log_(std::move(log)) {}

  // One batch of an index, or one whole export or import; false when there is nothing to do. A stop leaves
  // the rest for the next start.
  bool work_once(const std::stop_token& stop = {});

 private:
  bool fill_index();
  bool transfer(const std::stop_token& stop);
  // Ends it, with the code and message of a failure where there was one.
  void end(Transfer& transfer, const char* status_member, const std::string& failure_code,
           const std::string& failure_message);

  // export_job.cc and import_job.cc. Throw aws::ServiceError for what S3 refuses, Cancelled at a stop.
  void run_export(Transfer& transfer, const std::stop_token& stop);
  void run_import(Transfer& transfer, const std::stop_token& stop);
  void log_errors(const Transfer& transfer, const Json& errors, const std::stop_token& stop);
  Json call(const Transfer& transfer, std::string_view service, std::string_view operation, const Json& input,
            const std::stop_token& stop);

  std::mutex& mutex_;
  Store& store_;
  Clock& clock_;
  Router* router_;
  const Log log_;
  // How far each index is; after a crash it is filled from the beginning, which changes nothing that is
  // there.
  std::map<std::pair<std::int64_t, std::string>, Position> filled_;
};

}  // namespace aurora::local::dynamodb
