// A decorator that lets the network and the servers fail as they do, decided by a seed.
#pragma once
#include <mutex>
#include <random>

#include "base/clock.h"
#include "http/transport.h"

namespace aurora::http {

// Probabilities for each request, taken in this order; their sum is at most 1.
struct FaultPlan {
  std::uint64_t seed = 1;
  double refuse = 0;          // nobody listens: the server saw nothing
  double time_out = 0;        // the request is lost on its way, and the caller waits in vain
  double drop_answer = 0;     // the server did what was asked, and the answer is lost
  double internal_error = 0;  // 500 from the server, which did nothing
  double unavailable = 0;     // 503 from the server, which did nothing
  // Independently of these: answers that come late, by up to `delay_max`.
  double delay = 0;
  std::chrono::milliseconds delay_max{2000};
  // After so many faults in a row the next request succeeds, so that bounded retries can be expected to.
  int in_a_row_max = 2;
};

// Thread-safe. The same seed and order of requests give the same faults.
class FaultTransport final : public Transport {
 public:
  // Waits through `clock`, so that virtual time makes delays cost nothing.
  FaultTransport(Transport& inner, Clock& clock, FaultPlan plan);

  using Transport::send;
  Response send(const Request& request, const SendOptions& options) override;

  std::uint64_t faults() const;

 private:
  enum class Fault { kNone, kRefuse, kTimeOut, kDropAnswer, kInternalError, kUnavailable };
  struct Draw {
    Fault fault = Fault::kNone;
    std::chrono::milliseconds delay{0};
  };

  Draw draw();
  double uniform();
  void wait(std::chrono::milliseconds duration, const SendOptions& options);

  Transport& inner_;
  Clock& clock_;
  const FaultPlan plan_;
  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  int in_a_row_ = 0;
  std::uint64_t faults_ = 0;
};

}  // namespace aurora::http
