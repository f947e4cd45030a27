// An endpoint or a network that is away while something is followed. What is followed goes on in the endpoint
// or on AWS, so that a question without an answer is no reason to give it up.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"

namespace aurora::cli {

// Whether the same question may be answered a little later: nobody answered, the service is busy, or it
// starts.
bool may_pass(const Error& error);

class Outage {
 public:
  using Tell = std::function<void(const std::string& text)>;

  // `tell` says to people that it began and that it is over. `remark` follows what happened: "trying again".
  // Where nobody has answered before, the first question is not borne: that is no connection that broke.
  Outage(const Clock& clock, Tell tell, std::string remark, bool answered_before = true)
      : clock_(clock), tell_(std::move(tell)), remark_(std::move(remark)), answered_(answered_before) {}

  // Asks once. False when Ctrl-C cut the question short; throws what is not to be borne: what will not pass,
  // or has gone on for a minute.
  bool ask(const std::function<void()>& question);
  bool lasts() const { return since_.has_value(); }

 private:
  bool bears(const Error& error);
  void over();

  const Clock& clock_;
  Tell tell_;
  std::string remark_;
  bool answered_;
  std::optional<TimePoint> since_;
};

}  // namespace aurora::cli
