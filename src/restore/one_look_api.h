// RDS as one call of a step sees it: what was described a moment ago is not asked for again until something
// is changed. Several parts of a step look at the same cluster, and each call counts against the account's
// rate.
#pragma once
#include <future>
#include <map>
#include <mutex>

#include "aws/client.h"
#include "base/clock.h"

namespace aurora::restore {

// Thread-safe. `api` and `clock` outlive it.
class OneLookApi final : public aws::Api {
 public:
  OneLookApi(aws::Api& api, const Clock& clock) : api_(api), clock_(clock) {}

  Json call(std::string_view service, std::string_view region, std::string_view operation,
            const Json& input) override;
  // Those see for themselves.
  std::unique_ptr<aws::Api> with_credentials(std::shared_ptr<aws::CredentialsProvider> credentials) override {
    return api_.with_credentials(std::move(credentials));
  }

 private:
  struct Seen {
    std::shared_future<Json> answer;
    Duration at{};
  };

  Json change(std::string_view service, std::string_view region, std::string_view operation,
              const Json& input);
  void forget();

  aws::Api& api_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Seen> seen_;
};

}  // namespace aurora::restore
