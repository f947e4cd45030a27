#include "local/rds/jobs.h"

#include <algorithm>

namespace aurora::local::rds {
namespace {

constexpr Duration kStoreAgainAfter = std::chrono::seconds(5);

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool share(const std::vector<std::string>& some, const std::vector<std::string>& others) {
  return std::any_of(some.begin(), some.end(),
                     [&](const std::string& name) { return contains(others, name); });
}

bool conflict(const Job& earlier, const Job& later) {
  return share(earlier.holds, later.holds) || share(earlier.holds, later.reads) ||
         share(earlier.reads, later.holds);
}

}  // namespace

double JobControl::fraction() const {
  const std::uint64_t total = total_;
  if (total == 0) return 0;
  return std::min(1.0, static_cast<double>(done_) / static_cast<double>(total));
}

JobQueue::JobQueue(Clock& clock, JobRunner& runner, unsigned threads)
    : clock_(clock), runner_(runner), thread_count_(threads) {}

JobQueue::~JobQueue() {
  stop();
}

void JobQueue::start() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = false;
  }
  if (thread_count_ == 0) return;
  for (unsigned i = 0; i < thread_count_; ++i)
    threads_.emplace_back([this](std::stop_token stop) { work_loop(std::move(stop)); });
  threads_.emplace_back([this](std::stop_token stop) { timer_loop(std::move(stop)); });
}

void JobQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (Entry& entry : entries_) entry.control->request_stop();
    timer_wake_.request_stop();
    for (std::jthread& thread : threads_) thread.request_stop();
  }
  changed_.notify_all();
  threads_.clear();
}

void JobQueue::add(Job job) {
  const std::lock_guard lock(mutex_);
  entries_.emplace_back().job = std::move(job);
  changed_.notify_all();
}

void JobQueue::cancel(std::int64_t job) {
  const std::lock_guard lock(mutex_);
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->job.id != job) continue;
    entry->cancelled = true;
    entry->control->request_stop();
    if (entry->state != State::kRunning) entries_.erase(entry);
    changed_.notify_all();
    return;
  }
}

double JobQueue::fraction(std::int64_t job) {
  const std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_) {
    if (entry.job.id != job) continue;
    const double work = entry.state == State::kHeld ? 1 : entry.control->fraction();
    if (!entry.job.due || entry.job.minimum <= Duration::zero()) return work;
    const Duration left = *entry.job.due - clock_.now();
    const double time =
        1 - static_cast<double>(left.count()) / static_cast<double>(entry.job.minimum.count());
    return std::clamp(std::min(work, time), 0.0, 1.0);
  }
  return 1;
}

bool JobQueue::blocked(Iterator entry) {
  return std::any_of(entries_.begin(), entry,
                     [&](const Entry& earlier) { return conflict(earlier.job, entry->job); });
}

std::optional<JobQueue::Iterator> JobQueue::next_runnable() {
  if (stopping_) return std::nullopt;
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry)
    if (entry->state == State::kWaiting && !blocked(entry)) return entry;
  return std::nullopt;
}

std::optional<JobQueue::Iterator> JobQueue::next_due() {
  const TimePoint now = clock_.now();
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry)
    if (entry->state == State::kHeld && entry->job.due <= now) return entry;
  return std::nullopt;
}

std::optional<TimePoint> JobQueue::earliest_due() {
  std::optional<TimePoint> earliest;
  for (const Entry& entry : entries_)
    if (entry.state == State::kHeld && (!earliest || *entry.job.due < *earliest)) earliest = entry.job.due;
  return earliest;
}

void JobQueue::remove(Iterator entry) {
  const std::lock_guard lock(mutex_);
  entries_.erase(entry);
  changed_.notify_all();
}

// The entry is kRunning, so that nobody else touches it; a list keeps its place while others come and go.
void JobQueue::perform(Iterator entry) {
  try {
    if (entry->job.minimum > Duration::zero() && !entry->job.due) begin(entry);
    entry->result = runner_.perform(entry->job, *entry->control);
  } catch (const Error& error) {
    entry->failure = error;
  } catch (const std::exception& error) {
    entry->failure = Error("InternalFailure", error.what());
  }
  // Work that was told to stop stays recorded, or was taken over by whoever cancelled it.
  if (entry->failure && entry->control->stop().stop_requested()) return remove(entry);
  {
    const std::lock_guard lock(mutex_);
    const bool early = !entry->failure && entry->job.due && *entry->job.due > clock_.now();
    if (early && !entry->cancelled) return hold(entry);
  }
  conclude(entry);
}

void JobQueue::begin(Iterator entry) {
  {
    const std::lock_guard lock(mutex_);
    entry->job.due = clock_.now() + entry->job.minimum;
  }
  runner_.begun(entry->job);
}

void JobQueue::hold(Iterator entry) {
  entry->state = State::kHeld;
  timer_wake_.request_stop();
  changed_.notify_all();
}

void JobQueue::conclude(Iterator entry) {
  bool wanted = false;
  {
    const std::lock_guard lock(mutex_);
    wanted = !entry->cancelled;
  }
  try {
    if (wanted && entry->failure) runner_.failed(entry->job, *entry->failure);
    if (wanted && !entry->failure) runner_.finished(entry->job, entry->result);
  } catch (const std::exception&) {
    // The outcome could not be stored: the disk may be full. It is tried again, so that nothing hangs for
    // ever once there is room.
    const std::lock_guard lock(mutex_);
    entry->job.due = clock_.now() + kStoreAgainAfter;
    return hold(entry);
  }
  remove(entry);
}

bool JobQueue::step() {
  std::unique_lock lock(mutex_);
  if (const auto due = next_due()) {
    (*due)->state = State::kRunning;
    lock.unlock();
    conclude(*due);
    return true;
  }
  const auto runnable = next_runnable();
  if (!runnable) return false;
  (*runnable)->state = State::kRunning;
  lock.unlock();
  perform(*runnable);
  return true;
}

std::optional<TimePoint> JobQueue::run_due() {
  while (step()) {
  }
  const std::lock_guard lock(mutex_);
  return earliest_due();
}

bool JobQueue::idle() {
  const std::lock_guard lock(mutex_);
  return entries_.empty();
}

void JobQueue::work_loop(std::stop_token stop) {
  while (!stop.stop_requested()) {
    if (step()) continue;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [&] { return next_due() || next_runnable(); });
  }
}

// Wakes the workers when held work becomes due. A new held entry ends the sleep, so that it is measured anew.
void JobQueue::timer_loop(std::stop_token stop) {
  while (!stop.stop_requested()) {
    std::optional<TimePoint> due;
    std::stop_token wake;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [&] { return earliest_due() && !next_due(); });
      if (stop.stop_requested()) return;
      due = earliest_due();
      timer_wake_ = std::stop_source();
      wake = timer_wake_.get_token();
    }
    clock_.sleep_until(*due, wake);
    // Under the lock, so that no worker can miss it between its look at the time and its wait.
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }
}

}  // namespace aurora::local::rds
