// Threads for work that blocks: as many as there is work, up to a limit.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace aurora::local::stepfunctions {

class WorkerPool {
 public:
  using Work = std::function<void(const std::stop_token&)>;
  explicit WorkerPool(std::size_t threads_max) : threads_max_(threads_max) {}
  ~WorkerPool() { stop(); }

  // Runs `work`, which must not throw, on a thread that is free, or on a new one, or later.
  void run(Work work);
  // Drops what has not begun, tells what runs to stop, and waits for it.
  void stop();

 private:
  void loop(const std::stop_token& stop);

  const std::size_t threads_max_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Work> waiting_;
  std::size_t idle_ = 0;
  bool stopped_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace aurora::local::stepfunctions
