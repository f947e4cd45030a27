#include "local/stepfunctions/worker_pool.h"

namespace aurora::local::stepfunctions {

void WorkerPool::run(Work work) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  waiting_.push_back(std::move(work));
  if (waiting_.size() > idle_ && threads_.size() < threads_max_)
    threads_.emplace_back([this](const std::stop_token& stop) { loop(stop); });
  changed_.notify_one();
}

void WorkerPool::stop() {
  std::vector<std::jthread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    waiting_.clear();
    threads.swap(threads_);
  }
  for (std::jthread& thread : threads) thread.request_stop();
}

void WorkerPool::loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Work work;
    {
      std::unique_lock lock(mutex_);
      ++idle_;
      changed_.wait(lock, stop, [this] { return !waiting_.empty(); });
      --idle_;
      if (waiting_.empty()) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    work(stop);
  }
}

}  // namespace aurora::local::stepfunctions
