#include "local/stepfunctions/engine.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/text.h"
#include "local/stepfunctions/token.h"
#include "local/store.h"

namespace aurora::local::stepfunctions {
namespace {

class ExecutionHost final : public asl::Host {
 public:
  explicit ExecutionHost(std::int64_t execution) : execution_(execution) {}
  double random() override {
    std::uint64_t bits = 0;
    for (const char byte : random_bytes(sizeof(bits))) bits = bits << 8 | static_cast<unsigned char>(byte);
    return static_cast<double>(bits >> 11) * 0x1.0p-53;
  }
  std::string uuid() override { return new_uuid(); }
  std::string task_token(int strand, std::int64_t ticket) override {
    return encode_task_token({.execution = execution_, .strand = strand, .ticket = ticket});
  }

 private:
  std::int64_t execution_;
};

}  // namespace

// An execution in memory. It can be dropped at any time between transactions and made again from its rows.
struct Engine::Running {
  ExecutionRow row;
  ExecutionHost host;
  std::unique_ptr<asl::Execution> execution;
  std::optional<TimePoint> armed;  // the timer that was set last
  std::set<int> stored_strands;
  explicit Running(ExecutionRow from) : row(std::move(from)), host(row.id) {}
};

Engine::Engine(const std::filesystem::path& directory, Clock& clock, TaskInvoker& invoker, Options options)
    : clock_(clock),
      invoker_(invoker),
      options_(options),
      store_(directory),
      pool_(static_cast<std::size_t>(options.workers_max)) {
  worker_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Engine::~Engine() {
  stop();
}

void Engine::start() {
  // By its thread, to which the store belongs.
  post({[this] { recover(); }, nullptr});
  timekeeper_ = std::jthread([this](const std::stop_token& stop) { keep_time(stop); });
}

void Engine::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  if (timekeeper_.joinable()) {
    timekeeper_.request_stop();
    {
      const std::lock_guard lock(timer_mutex_);
      timer_wake_.request_stop();
    }
    timekeeper_.join();
  }
  pool_.stop();
  if (worker_.joinable()) {
    worker_.request_stop();
    worker_.join();
  }
}

// ---- the engine's thread

void Engine::Completion::set(std::exception_ptr failure) {
  const std::lock_guard lock(mutex_);
  failure_ = std::move(failure);
  done_ = true;
  // Under the lock: the caller may be gone as soon as it is released.
  changed_.notify_one();
}

void Engine::Completion::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return done_; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Engine::post(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ || !job.caller) {
      job.caller ? calls_.push_back(std::move(job)) : own_jobs_.push_back(std::move(job));
      changed_.notify_one();
      return;
    }
  }
  job.caller->set(std::make_exception_ptr(
      aws::ServiceError("ServiceUnavailable", "The endpoint is stopping; ask again when it runs.", 503)));
}

void Engine::post_feed(std::int64_t execution, std::function<void(asl::Execution&, TimePoint)> input) {
  post({[this, execution, input = std::move(input)] { feed(execution, input); }, nullptr});
}

void Engine::work(const std::stop_token& stop) {
  stop_ = stop;
  while (true) {
    std::vector<Job> batch;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [this] { return !calls_.empty() || !own_jobs_.empty(); });
      batch = take_batch();
    }
    if (batch.empty()) return;
    run_batch(batch);
  }
}

std::vector<Engine::Job> Engine::take_batch() {
  std::vector<Job> batch;
  for (std::size_t i = 0; i < kOwnJobsPerBatch && !own_jobs_.empty(); ++i) {
    batch.push_back(std::move(own_jobs_.front()));
    own_jobs_.pop_front();
  }
  batch.insert(batch.end(), std::make_move_iterator(calls_.begin()), std::make_move_iterator(calls_.end()));
  calls_.clear();
  return batch;
}

void Engine::run_batch(std::vector<Job>& batch) {
  std::vector<std::exception_ptr> failures(batch.size());
  try {
    WriteTransaction transaction(store_.database());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      try {
        batch[i].work();
      } catch (const SQLite::Exception&) {
        throw;
      } catch (...) {
        failures[i] = std::current_exception();
      }
    }
    transaction.commit();
  } catch (const SQLite::Exception& e) {
    after_failed_commit(batch, std::make_exception_ptr(store_error(e, "Step Functions")), failures);
  }
  settle_batch(batch, failures);
}

// Nothing of the batch is stored. Callers are told; the engine's own work waits and is done again.
void Engine::after_failed_commit(std::vector<Job>& batch, const std::exception_ptr& failure,
                                 std::vector<std::exception_ptr>& failures) {
  cache_.clear();
  cached_.clear();
  to_dispatch_.clear();
  to_arm_.clear();
  to_deliver_.clear();
  to_proceed_.clear();
  std::vector<Job> again;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch[i].caller)
      failures[i] = failure;
    else
      again.push_back(std::move(batch[i]));
  }
  clock_.sleep_for(options_.retry_after, stop_);
  const std::lock_guard lock(mutex_);
  own_jobs_.insert(own_jobs_.begin(), std::make_move_iterator(again.begin()),
                   std::make_move_iterator(again.end()));
}

void Engine::settle_batch(std::vector<Job>& batch, std::vector<std::exception_ptr>& failures) {
  for (const Timer& timer : to_arm_) arm(timer.when, timer.execution);
  to_arm_.clear();
  for (Dispatch& each : to_dispatch_) dispatch(std::move(each));
  to_dispatch_.clear();
  for (Store::Outgoing& each : to_deliver_) deliver(std::move(each));
  to_deliver_.clear();
  for (std::size_t i = 0; i < batch.size(); ++i)
    if (batch[i].caller) batch[i].caller->set(std::move(failures[i]));
  for (const std::int64_t execution : std::exchange(to_proceed_, {}))
    post_feed(execution, [](asl::Execution& each, TimePoint now) { each.proceed(now); });
}

// ---- executions

asl::ExecutionIdentity Engine::identity_of(const ExecutionRow& row, const Program& program) {
  return {.arn = row.arn,
          .name = row.name,
          .machine_arn = row.machine_arn,
          .machine_name = program.machine_name,
          .role_arn = program.role_arn,
          .region = row.region,
          .start_time = row.started,
          .redrive_count = row.redrives};
}

void Engine::begin_execution(const ExecutionRow& given) {
  ExecutionRow row = given;
  const Program& from = program(row.revision);
  if (const auto timeout = from.machine->timeout_seconds)
    row.deadline = row.started + std::chrono::seconds(static_cast<std::int64_t>(*timeout));
  row.id = store_.add_execution(row);
  auto running = std::make_unique<Running>(row);
  running->execution = std::make_unique<asl::Execution>(from.machine, identity_of(row, from),
                                                        asl::Value::stored(row.input), running->host);
  Running& kept = remember(std::move(running));
  if (row.deadline) to_arm_.push_back({*row.deadline, row.id});
  announce(row);
  kept.execution->start(now());
  store_changes(kept);
}

void Engine::redrive(const ExecutionRow& given, const std::string& token) {
  ExecutionRow row = given;
  const Program& from = program(row.revision);
  row.status = asl::ExecutionStatus::kRunning;
  row.redrives += 1;
  row.redriven = now();
  row.redrive_token = token;
  row.stopped.reset();
  row.error.reset();
  row.cause.reset();
  row.output.clear();
  row.deadline.reset();
  if (const auto timeout = from.machine->timeout_seconds)
    row.deadline = now() + std::chrono::seconds(static_cast<std::int64_t>(*timeout));
  store_.reopen_execution(row);
  std::vector<asl::Strand> unfinished = store_.take_unfinished(row.id);
  auto running = std::make_unique<Running>(row);
  running->execution = std::make_unique<asl::Execution>(
      from.machine, identity_of(row, from), asl::Value::stored(row.input), running->host,
      std::vector<asl::Strand>{}, row.events,
      [this, id = row.id](std::int64_t event) { return store_.payload(id, event); });
  Running& kept = remember(std::move(running));
  if (row.deadline) to_arm_.push_back({*row.deadline, row.id});
  announce(row);
  kept.execution->redrive(std::move(unfinished), now());
  store_changes(kept);
}

bool Engine::feed(std::int64_t execution, const std::function<void(asl::Execution&, TimePoint)>& input) {
  Running* running = find_running(execution);
  if (!running) return false;
  try {
    input(*running->execution, now());
    store_changes(*running);
  } catch (...) {
    forget(execution);  // what it holds in memory is ahead of its rows
    throw;
  }
  return true;
}

const asl::Execution* Engine::running(std::int64_t execution) {
  Running* running = find_running(execution);
  return running ? running->execution.get() : nullptr;
}

Engine::Running* Engine::find_running(std::int64_t id) {
  if (const auto found = cached_.find(id); found != cached_.end()) {
    cache_.splice(cache_.begin(), cache_, found->second);
    return found->second->get();
  }
  std::optional<ExecutionRow> row = store_.execution(id);
  if (!row || row->status != asl::ExecutionStatus::kRunning) return nullptr;
  const Program& from = program(row->revision);
  auto running = std::make_unique<Running>(*row);
  std::vector<asl::Strand> strands = store_.strands(id);
  for (const asl::Strand& strand : strands) running->stored_strands.insert(strand.id);
  running->execution =
      std::make_unique<asl::Execution>(from.machine, identity_of(*row, from), asl::Value::stored(row->input),
                                       running->host, std::move(strands), store_.last_event(id),
                                       [this, id](std::int64_t event) { return store_.payload(id, event); });
  return &remember(std::move(running));
}

Engine::Running& Engine::remember(std::unique_ptr<Running> running) {
  const std::int64_t id = running->row.id;
  cache_.push_front(std::move(running));
  cached_[id] = cache_.begin();
  if (cache_.size() > options_.cached_executions) forget(cache_.back()->row.id);
  return *cache_.front();
}

void Engine::forget(std::int64_t execution) {
  const auto found = cached_.find(execution);
  if (found == cached_.end()) return;
  cache_.erase(found->second);
  cached_.erase(found);
}

void Engine::store_changes(Running& running) {
  asl::Execution& execution = *running.execution;
  asl::Changes changes = execution.take_changes();
  const std::int64_t id = running.row.id;
  store_.add_events(id, changes.events);
  for (const int strand : changes.removed_strands)
    if (running.stored_strands.erase(strand) > 0) store_.erase_strand(id, strand);
  for (const int strand : changes.changed_strands) {
    store_.put_strand(id, execution.strands().at(strand));
    running.stored_strands.insert(strand);
  }
  for (asl::TaskStart& task : changes.tasks)
    to_dispatch_.push_back({id, running.row.region, std::move(task)});
  if (changes.more) to_proceed_.push_back(id);
  if (execution.status() != asl::ExecutionStatus::kRunning) return finish(running);
  const std::optional<TimePoint> wake = execution.next_wake();
  if (wake && wake != running.armed) to_arm_.push_back({*wake, id});
  running.armed = wake;
}

void Engine::finish(Running& running) {
  const asl::Execution& execution = *running.execution;
  ExecutionRow row = running.row;
  row.status = execution.status();
  row.output = execution.output();
  row.error = execution.error();
  row.cause = execution.cause();
  row.stopped = now();
  row.events = execution.event_count();
  store_.finish_execution(row);
  if (row.status != asl::ExecutionStatus::kSucceeded) store_.put_unfinished(row.id, execution.unfinished());
  announce(row);
  forget(row.id);
  // A machine that was deleted while executions ran goes with the last of them.
  if (store_.is_deleting(row.machine_arn) && !store_.has_running(row.machine_arn))
    store_.erase_machine(row.machine_arn);
}

const Engine::Program& Engine::program(std::int64_t revision) {
  constexpr std::size_t kProgramsMax = 64;
  if (const auto found = programs_.find(revision); found != programs_.end()) return found->second;
  if (programs_.size() >= kProgramsMax) programs_.clear();
  const Revision stored = store_.revision(revision);
  return programs_[revision] = {asl::Machine::compile(parse_json(stored.definition, "a stored definition")),
                                stored.machine_name, stored.role_arn};
}

// What a dead process left: executions that can go on at once, tasks without an answer, timers.
void Engine::recover() {
  for (const auto& [when, execution] : store_.timers()) to_arm_.push_back({when, execution});
  for (Store::Outgoing& each : store_.outgoing()) to_deliver_.push_back(std::move(each));
  for (const std::int64_t id : store_.interrupted()) {
    feed(id, [](asl::Execution& execution, TimePoint now) {
      std::vector<std::pair<int, std::int64_t>> interrupted;
      for (const auto& [strand, row] : execution.strands())
        if (row.phase == asl::Strand::Phase::kTask && row.begun && !row.submitted)
          interrupted.emplace_back(strand, row.ticket);
      for (const auto& [strand, ticket] : interrupted)
        execution.task_interrupted(strand, ticket, "The endpoint was stopped while the task was running.",
                                   now);
      execution.proceed(now);
    });
  }
}

// ---- events about executions

// https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
void Engine::announce(const ExecutionRow& row) {
  if (observer_) observer_(row);
  if (listener_ == nullptr || !listener_->may_want(row.region, asl::status_name(row.status))) return;
  const auto millis = [](TimePoint when) {
    return std::chrono::floor<std::chrono::milliseconds>(when).time_since_epoch().count();
  };
  const bool succeeded = row.status == asl::ExecutionStatus::kSucceeded;
  const Json detail{{"executionArn", row.arn},
                    {"stateMachineArn", row.machine_arn},
                    {"name", row.name},
                    {"status", asl::status_name(row.status)},
                    {"startDate", millis(row.started)},
                    {"stopDate", row.stopped ? Json(millis(*row.stopped)) : Json(nullptr)},
                    {"input", row.input},
                    {"output", succeeded ? Json(row.output) : Json(nullptr)},
                    {"inputDetails", {{"included", true}}},
                    {"outputDetails", succeeded ? Json{{"included", true}} : Json(nullptr)},
                    {"error", row.error ? Json(*row.error) : Json(nullptr)},
                    {"cause", row.cause ? Json(*row.cause) : Json(nullptr)},
                    {"redriveCount", row.redrives}};
  const Json event{{"version", "0"},
                   {"id", new_uuid()},
                   {"detail-type", "Step Functions Execution Status Change"},
                   {"source", "aws.states"},
                   {"account", split(row.arn, ':').at(4)},
                   {"time", format_iso_seconds(now())},
                   {"region", row.region},
                   {"resources", {row.arn}},
                   {"detail", detail}};
  if (!listener_->wants(row.region, event)) return;
  to_deliver_.push_back({store_.add_outgoing(row.region, event), row.region, event});
}

void Engine::deliver(Store::Outgoing outgoing) {
  pool_.run([this, outgoing = std::move(outgoing)](const std::stop_token& stop) {
    if (stop.stop_requested()) return;
    try {
      listener_->deliver(outgoing.region, outgoing.event);
    } catch (const Error&) {
      return;  // it stays in the store, and the next process delivers it
    }
    post({[this, id = outgoing.id] { store_.erase_outgoing(id); }, nullptr});
  });
}

// ---- tasks

void Engine::dispatch(Dispatch dispatch) {
  pool_.run([this, dispatch = std::move(dispatch)](const std::stop_token& stop) {
    const TaskAnswer result = invoker_.invoke(dispatch.task, dispatch.region, stop);
    // A task that was told to stop is run again by the next process rather than counted as failed.
    if (stop.stop_requested() && !result.succeeded) return;
    answer(dispatch.execution, dispatch.task, result);
  });
}

void Engine::answer(std::int64_t execution, const asl::TaskStart& task, const TaskAnswer& answer) {
  const bool callback = task.resource.pattern == asl::Resource::Pattern::kWaitForTaskToken;
  post_feed(execution, [strand = task.strand, ticket = task.ticket, answer, callback](asl::Execution& each,
                                                                                      TimePoint now) {
    if (!answer.succeeded)
      each.task_failed(strand, ticket, answer.error, answer.cause, now);
    else if (callback)
      each.task_submitted(strand, ticket, answer.output, now);
    else
      each.task_succeeded(strand, ticket, answer.output, now);
  });
}

// ---- time

void Engine::arm(TimePoint when, std::int64_t execution) {
  const std::lock_guard lock(timer_mutex_);
  const bool first = timers_.empty() || when < timers_.top().when;
  timers_.push({when, execution});
  if (first) timer_wake_.request_stop();
}

// Sleeps until the first timer, and looks again whenever an earlier one is armed.
void Engine::keep_time(const std::stop_token& stop) {
  constexpr Duration kLongSleep = std::chrono::hours(24);
  while (!stop.stop_requested()) {
    std::stop_source wake;
    std::vector<std::int64_t> due;
    TimePoint next = clock_.now() + kLongSleep;
    {
      const std::lock_guard lock(timer_mutex_);
      const TimePoint now = clock_.now();
      for (; !timers_.empty() && timers_.top().when <= now; timers_.pop())
        due.push_back(timers_.top().execution);
      if (!timers_.empty()) next = timers_.top().when;
      timer_wake_ = wake;
    }
    for (const std::int64_t execution : due) fire(execution);
    if (stop.stop_requested()) return;
    if (due.empty()) clock_.sleep_until(next, wake.get_token());
  }
}

// A timer may be stale: time_passed() does only what is due.
void Engine::fire(std::int64_t execution) {
  post({[this, execution] {
          feed(execution, [this, execution](asl::Execution& each, TimePoint now) {
            const Running* running = find_running(execution);
            if (running->row.deadline && *running->row.deadline <= now)
              each.time_out(now);
            else
              each.time_passed(now);
          });
        },
        nullptr});
}

}  // namespace aurora::local::stepfunctions
