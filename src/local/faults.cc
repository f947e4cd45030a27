#include "local/faults.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"

namespace aurora::local {
namespace {

constexpr char kEverywhere[] = "";

// So that names sort as numbers do.
std::string name_of(std::int64_t number) {
  return fmt::format("{:012}", number);
}

}  // namespace

bool Fault::concerns(const Call& call) const {
  return call.service == service && (operation.empty() || call.operation == operation) &&
         (region.empty() || call.region == region);
}

Json Fault::to_json() const {
  return {{"number", number},
          {"service", service},
          {"operation", operation},
          {"region", region},
          {"code", code},
          {"status", status},
          {"message", message},
          {"delay_ms", delay.count()},
          {"after_work", after_work},
          {"times_left", left},
          {"met", met},
          {"made_at", made_at}};
}

Fault Fault::from_json(const Json& json) {
  return {.number = int_or(json, "number", 0),
          .service = string_or(json, "service", ""),
          .operation = string_or(json, "operation", ""),
          .region = string_or(json, "region", ""),
          .code = string_or(json, "code", ""),
          .status = static_cast<int>(int_or(json, "status", 400)),
          .message = string_or(json, "message", ""),
          .delay = std::chrono::milliseconds(int_or(json, "delay_ms", 0)),
          .after_work = bool_or(json, "after_work", false),
          .left = int_or(json, "times_left", 1),
          .met = int_or(json, "met", 0),
          .made_at = string_or(json, "made_at", "")};
}

aws::ServiceError Fault::error() const {
  return {code, message, status};
}

Faults::Faults(const std::filesystem::path& directory, const Clock& clock)
    : clock_(clock),
      database_(open_store(directory, "faults", {Documents::schema("faults")})),
      documents_(database_, "faults") {
  for (const auto& [name, document] : documents_.list(kEverywhere))
    faults_.push_back(Fault::from_json(document));
  any_ = !faults_.empty();
}

Fault Faults::add(Fault fault) {
  const std::lock_guard lock(mutex_);
  fault.number = faults_.empty() ? 1 : faults_.back().number + 1;
  fault.made_at = format_iso_seconds(clock_.now());
  keep(fault);
  faults_.push_back(fault);
  any_ = true;
  return fault;
}

std::vector<Fault> Faults::list() const {
  const std::lock_guard lock(mutex_);
  return faults_;
}

bool Faults::remove(std::int64_t number) {
  const std::lock_guard lock(mutex_);
  if (!documents_.erase(kEverywhere, name_of(number))) return false;
  std::erase_if(faults_, [&](const Fault& fault) { return fault.number == number; });
  any_ = !faults_.empty();
  return true;
}

std::int64_t Faults::remove_all() {
  const std::lock_guard lock(mutex_);
  const auto count = static_cast<std::int64_t>(faults_.size());
  WriteTransaction transaction(database_);
  for (const Fault& fault : faults_) documents_.erase(kEverywhere, name_of(fault.number));
  transaction.commit();
  faults_.clear();
  any_ = false;
  return count;
}

std::optional<Fault> Faults::meet(const Call& call) {
  // Nearly always there is none, and nobody waits for the lock.
  if (!any_ || !begun_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(faults_, [&](const Fault& fault) { return fault.concerns(call); });
  if (found == faults_.end()) return std::nullopt;
  ++found->met;
  const Fault fault = *found;
  if (found->left == 1) {
    documents_.erase(kEverywhere, name_of(found->number));
    faults_.erase(found);
    any_ = !faults_.empty();
    return fault;
  }
  if (found->left > 1) --found->left;
  keep(*found);
  return fault;
}

void Faults::keep(const Fault& fault) {
  documents_.put(kEverywhere, name_of(fault.number), fault.to_json());
}

Json Rehearsed::handle(const Call& call) {
  const std::optional<Fault> fault = faults_.meet(call);
  if (!fault) return service_.handle(call);
  log_.info("A fault that was asked for", {{"number", fault->number},
                                           {"service", call.service},
                                           {"operation", call.operation},
                                           {"code", fault->code},
                                           {"delay_ms", fault->delay.count()},
                                           {"request_id", call.request_id}});
  if (!clock_.sleep_for(fault->delay, call.stop))
    throw Cancelled("the endpoint stops, or the caller went away");
  if (fault->code.empty()) return service_.handle(call);
  if (fault->after_work) service_.handle(call);
  throw fault->error();
}

}  // namespace aurora::local
