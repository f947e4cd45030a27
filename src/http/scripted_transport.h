// A transport for tests: gives prepared answers and errors in order, and remembers what was asked.
#pragma once
#include <deque>
#include <mutex>
#include <vector>

#include "http/transport.h"

namespace aurora::http {

// Thread-safe. A request beyond the script fails with Error "ScriptExhausted" that shows it.
class ScriptedTransport final : public Transport {
 public:
  ScriptedTransport& answer(Response response) {
    const std::lock_guard lock(mutex_);
    script_.push_back([response = std::move(response)] { return response; });
    return *this;
  }
  ScriptedTransport& answer(int status, std::string body, Headers headers = {}) {
    return answer(Response{status, std::move(headers), std::move(body)});
  }
  template <class Exception>
  ScriptedTransport& fail(Exception error) {
    const std::lock_guard lock(mutex_);
    script_.push_back([error = std::move(error)]() -> Response { throw error; });
    return *this;
  }

  using Transport::send;
  Response send(const Request& request, const SendOptions&) override {
    std::function<Response()> next;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      if (script_.empty()) {
        throw Error("ScriptExhausted", fmt::format("unexpected request {}: {} {} {}", requests_.size(),
                                                   request.method, request.target(), request.body));
      }
      next = std::move(script_.front());
      script_.pop_front();
    }
    return next();
  }

  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  // Answers that nobody has asked for yet; a test that ends with some has not done what it meant to.
  std::size_t unused() const {
    const std::lock_guard lock(mutex_);
    return script_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::deque<std::function<Response()>> script_;
  std::vector<Request> requests_;
};

}  // namespace aurora::http
