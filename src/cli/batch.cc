#include "cli/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/dates.h"
#include "cli/exit_codes.h"
#include "cli/follow.h"
#include "cli/operations.h"
#include "cli/outage.h"
#include "cli/pipeline_config.h"
#include "cli/start_restore.h"

namespace aurora::cli {
namespace {

using State = BatchItem::State;

constexpr auto kPollLocal = std::chrono::milliseconds(300);
constexpr auto kPollAws = std::chrono::seconds(5);
constexpr auto kTick = std::chrono::milliseconds(100);
constexpr int kPagesMax = 50;

bool is_before_copy(const BatchItem& item) {
  return item.step.empty() || item.step == "snapshot_check" || item.step == "copy_snapshot";
}

class Batch {
 public:
  Batch(Context& context, World& world, const Fleet& fleet, const std::string& batch, BatchObserver& observer)
      : context_(context),
        world_(world),
        operations_(world),
        fleet_(fleet),
        batch_(batch),
        observer_(observer) {
    const Json config = read_pipeline_config(world);
    for (const FleetItem& plan : fleet.items) {
      BatchItem item{.plan = plan};
      item.source_region = setting(config, plan, "source_region", "us-east-1");
      item.target_region = setting(config, plan, "target_region", world.region());
      result_.items.push_back(std::move(item));
    }
    std::ranges::stable_sort(result_.items, std::ranges::greater(),
                             [](const BatchItem& item) { return item.plan.priority; });
  }

  BatchResult run() {
    const Duration poll_every = world_.local ? Duration(kPollLocal) : Duration(kPollAws);
    for (TimePoint next_poll = context_.clock.now();;) {
      if (context_.clock.now() >= next_poll) {
        if (!look_or_bear()) return detach();
        next_poll = context_.clock.now() + poll_every;
      }
      if (std::ranges::all_of(result_.items, &BatchItem::is_over)) return std::move(result_);
      observer_.tick(result_.items);
      if (!context_.clock.sleep_until(std::min(next_poll, context_.clock.now() + Duration(kTick)),
                                      context_.interrupted))
        return detach();
    }
  }

 private:
  static std::string setting(const Json& config, const FleetItem& plan, const char* name,
                             const std::string& fallback) {
    const std::string configured = string_or(config, name, fallback);
    return string_or(plan.request, name, configured.empty() ? fallback : configured);
  }

  BatchResult detach() {
    result_.detached = true;
    return std::move(result_);
  }

  bool look_or_bear() {
    return outage_.ask([this] { look(); });
  }

  void look() {
    for (BatchItem& item : result_.items)
      if (item.state == State::kRunning) poll(item);
    if (is_stopping()) {
      skip_waiting();
      return;
    }
    copies_.clear();
    for (BatchItem& item : result_.items)
      if (item.state == State::kWaiting && may_start(item)) start(item);
  }

  // ---- what runs

  void poll(BatchItem& item) {
    const auto execution = operations_.execution(item.operation_id);
    const std::string status = execution ? string_or(*execution, "status", "") : "RUNNING";
    if (const auto state = operations_.state(item.operation_id)) read_progress(item, *state);
    if (status == "RUNNING" || status == "PENDING_REDRIVE") return;
    item.finished = context_.clock.now();
    if (status == "SUCCEEDED") {
      item.state = State::kCompleted;
      item.message.clear();
      observer_.finished(item);
      return;
    }
    if (item.error.empty()) item.error = string_or(*execution, "error", status);
    failed(item);
  }

  void read_progress(BatchItem& item, const Json& state) {
    const std::string step = string_or(state, "step", "");
    const Progress progress = progress_of(state);
    item.percent = progress.step == step || progress.step.empty() ? progress.percent : -1;
    item.message = progress.message;
    if (const Json& error = member_or_null(state, "error"); error.is_object()) {
      item.error = string_or(error, "name", "");
      item.message = string_or(error, "message", "");
    }
    if (step == item.step) return;
    item.step = step;
    observer_.step_changed(item);
  }

  // What the request got wrong stays wrong; all else may pass with another attempt.
  void failed(BatchItem& item) {
    const bool retries = item.attempts <= item.plan.retries && item.error != "ABORTED" &&
                         exit_code_of_error(item.error) != ExitCode::kBadInput;
    if (retries) {
      observer_.will_retry(item);
      item.state = State::kWaiting;
      item.step.clear();
      item.error.clear();
      item.message.clear();
      item.percent = -1;
      return;
    }
    item.state = State::kFailed;
    observer_.finished(item);
  }

  // ---- what waits

  bool is_stopping() const {
    return !fleet_.continue_on_error && std::ranges::any_of(result_.items, [](const BatchItem& item) {
      return item.state == State::kFailed;
    });
  }

  void skip_waiting() {
    for (BatchItem& item : result_.items)
      if (item.state == State::kWaiting) {
        item.state = State::kSkipped;
        observer_.finished(item);
      }
  }

  bool may_start(BatchItem& item) {
    const auto running = std::ranges::count(result_.items, State::kRunning, &BatchItem::state);
    if (running >= fleet_.concurrency) return false;
    const TimePoint now = context_.clock.now();
    if (last_start_ && now < *last_start_ + std::chrono::seconds(fleet_.stagger_seconds)) return false;
    if (!item.copies_across() || copies_in(item.target_region) < fleet_.copy_slots) return true;
    if (!waiting_for_slot_[item.plan.name]) observer_.waits_for_slot(item);
    waiting_for_slot_[item.plan.name] = true;
    return false;
  }

  // Everybody's copies into the Region that RDS has at work, and those of ours that are about to begin.
  int copies_in(const std::string& region) {
    const auto known = copies_.find(region);
    const int at_work = known != copies_.end() ? known->second : copies_[region] = ask_copies(region);
    const auto to_come = std::ranges::count_if(result_.items, [&](const BatchItem& item) {
      return item.state == State::kRunning && item.target_region == region && item.copies_across() &&
             is_before_copy(item);
    });
    return at_work + static_cast<int>(to_come);
  }

  int ask_copies(const std::string& region) {
    int copies = 0;
    Json input{{"SnapshotType", "manual"}};
    for (int page = 0; page < kPagesMax; ++page) {
      const Json answer = world_.api->call("rds", region, "DescribeDBClusterSnapshots", input);
      for (const Json& snapshot : member_or_null(answer, "DBClusterSnapshots")) {
        const std::string source = string_or(snapshot, "SourceDBClusterSnapshotArn", "");
        const bool across = !source.empty() && source.find(":" + region + ":") == std::string::npos;
        if (across && string_or(snapshot, "Status", "") == "copying") ++copies;
      }
      const std::string marker = string_or(answer, "Marker", "");
      if (marker.empty()) break;
      input["Marker"] = marker;
    }
    return copies;
  }

  void start(BatchItem& item) {
    ++item.attempts;
    item.operation_id =
        batch_ + "-" + item.plan.name + (item.attempts > 1 ? fmt::format("-{}", item.attempts) : "");
    Json request = item.plan.request;
    request["operation_id"] = item.operation_id;
    last_start_ = context_.clock.now();
    if (!item.started) item.started = last_start_;
    waiting_for_slot_[item.plan.name] = false;
    try {
      start_restore(context_, world_, request);
      item.state = State::kRunning;
      observer_.started(item);
    } catch (const Cancelled&) {
      throw;
    } catch (const Error& error) {
      // Not started, or started under this name: the same again answers the same.
      if (may_pass(error)) --item.attempts;
      if (may_pass(error)) throw;
      item.error = error.name();
      item.message = error.message();
      item.finished = context_.clock.now();
      failed(item);
    }
  }

  Context& context_;
  World& world_;
  Operations operations_;
  const Fleet& fleet_;
  const std::string batch_;
  BatchObserver& observer_;
  BatchResult result_;
  std::map<std::string, int> copies_;  // by Region, of this look
  std::map<std::string, bool> waiting_for_slot_;
  std::optional<TimePoint> last_start_;
  Outage outage_{context_.clock, [this](const std::string& text) { observer_.notice(text); },
                 "trying again, the restores themselves do not depend on this command."};
};

}  // namespace

bool BatchItem::copies_across() const {
  const Json& request = plan.request;
  const bool in_time =
      request.contains("restore_to_time") || bool_or(request, "use_latest_restorable_time", false);
  return source_region != target_region && !in_time;
}

std::string_view name_of(BatchItem::State state) {
  switch (state) {
    case State::kWaiting:
      return "waiting";
    case State::kRunning:
      return "running";
    case State::kCompleted:
      return "completed";
    case State::kFailed:
      return "failed";
    case State::kSkipped:
      return "skipped";
  }
  return "";
}

bool BatchResult::all_completed() const {
  return !detached && std::ranges::all_of(items, [](const BatchItem& item) {
    return item.state == BatchItem::State::kCompleted;
  });
}

BatchResult run_batch(Context& context, World& world, const Fleet& fleet, const std::string& batch,
                      BatchObserver& observer) {
  return Batch(context, world, fleet, batch, observer).run();
}

}  // namespace aurora::cli
