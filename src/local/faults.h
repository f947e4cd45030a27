// Faults that somebody asked for, to rehearse what AWS alone decides: no capacity, throttling, a key that is
// not accessible, answers that come late. Whoever asks a service meets them: clients, tasks of state
// machines, and other services.
#pragma once
#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "local/documents.h"
#include "local/service.h"
#include "local/store.h"

namespace aurora::local {

struct Fault {
  std::int64_t number = 0;
  std::string service = {};    // "rds", as in aws/client.h
  std::string operation = {};  // empty: every one of the service
  std::string region = {};     // empty: in every Region
  std::string code = {};       // as on the wire; empty: the answer is only late
  int status = 400;
  std::string message = {};
  std::chrono::milliseconds delay{0};
  bool after_work = false;  // what was asked for is done, and the caller is told that it failed
  std::int64_t left = 1;    // calls that are still to meet it; 0: until it is removed
  std::int64_t met = 0;
  std::string made_at = {};

  bool concerns(const Call& call) const;
  Json to_json() const;
  static Fault from_json(const Json& json);
  // What its callers are told.
  aws::ServiceError error() const;
};

// Survives the endpoint's end. Thread-safe.
class Faults {
 public:
  Faults(const std::filesystem::path& directory, const Clock& clock);

  // From now on calls meet them; what the endpoint itself sets up before, no fault shall keep it from.
  void begin() { begun_ = true; }

  // Gives it its number.
  Fault add(Fault fault);
  std::vector<Fault> list() const;
  // False when there is none of that number.
  bool remove(std::int64_t number);
  std::int64_t remove_all();

  // The oldest fault that concerns the call, counted as met and forgotten once all its calls have met it.
  std::optional<Fault> meet(const Call& call);

 private:
  void keep(const Fault& fault);

  const Clock& clock_;
  mutable std::mutex mutex_;
  SQLite::Database database_;
  Documents documents_;
  std::vector<Fault> faults_;
  std::atomic<bool> any_;
  std::atomic<bool> begun_ = false;
};

// A service whose callers meet the faults that concern it.
class Rehearsed final : public Service {
 public:
  // All outlive it.
  Rehearsed(Service& service, Faults& faults, Clock& clock, Log log)
      : service_(service), faults_(faults), clock_(clock), log_(std::move(log)) {}
  Json handle(const Call& call) override;
  void start() override { service_.start(); }
  void stop() override { service_.stop(); }

 private:
  Service& service_;
  Faults& faults_;
  Clock& clock_;
  const Log log_;
};

}  // namespace aurora::local
