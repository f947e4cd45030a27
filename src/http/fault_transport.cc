#include "http/fault_transport.h"

#include <algorithm>

namespace aurora::http {

FaultTransport::FaultTransport(Transport& inner, Clock& clock, FaultPlan plan)
    : inner_(inner), clock_(clock), plan_(plan), random_(plan.seed) {}

Response FaultTransport::send(const Request& request, const SendOptions& options) {
  const Draw drawn = draw();
  if (drawn.delay.count() > 0) wait(std::min(drawn.delay, options.timeout), options);
  switch (drawn.fault) {
    case Fault::kRefuse:
      throw TransportError("ConnectionRefused", "injected: nothing listens on " + request.host, true);
    case Fault::kTimeOut:
      wait(options.timeout, options);
      throw TransportError("Timeout", "injected: no answer from " + request.host, false);
    case Fault::kDropAnswer:
      inner_.send(request, options);
      throw TransportError("ConnectionClosed", "injected: the answer of " + request.host + " was lost",
                           false);
    case Fault::kInternalError:
      return Response{500, {}, ""};
    case Fault::kUnavailable:
      return Response{503, {}, ""};
    case Fault::kNone:
      break;
  }
  return inner_.send(request, options);
}

std::uint64_t FaultTransport::faults() const {
  const std::lock_guard lock(mutex_);
  return faults_;
}

FaultTransport::Draw FaultTransport::draw() {
  const std::lock_guard lock(mutex_);
  // Always the same number of draws, so that changing one probability does not shift what follows.
  const double which = uniform();
  const double late = uniform();
  const double how_late = uniform();
  Draw drawn;
  if (late < plan_.delay) {
    drawn.delay = std::chrono::duration_cast<std::chrono::milliseconds>(plan_.delay_max * how_late);
  }
  if (in_a_row_ >= plan_.in_a_row_max) {
    in_a_row_ = 0;
    return drawn;
  }
  double bound = 0;
  const auto falls_under = [&](double probability) { return which < (bound += probability); };
  if (falls_under(plan_.refuse)) {
    drawn.fault = Fault::kRefuse;
  } else if (falls_under(plan_.time_out)) {
    drawn.fault = Fault::kTimeOut;
  } else if (falls_under(plan_.drop_answer)) {
    drawn.fault = Fault::kDropAnswer;
  } else if (falls_under(plan_.internal_error)) {
    drawn.fault = Fault::kInternalError;
  } else if (falls_under(plan_.unavailable)) {
    drawn.fault = Fault::kUnavailable;
  }
  in_a_row_ = drawn.fault == Fault::kNone ? 0 : in_a_row_ + 1;
  faults_ += drawn.fault == Fault::kNone ? 0 : 1;
  return drawn;
}

// The standard's distributions may differ between libraries; a seed has to mean the same everywhere.
double FaultTransport::uniform() {
  return static_cast<double>(random_() >> 11) * 0x1p-53;
}

void FaultTransport::wait(std::chrono::milliseconds duration, const SendOptions& options) {
  if (!clock_.sleep_for(duration, options.stop)) throw Cancelled("the request was cancelled");
}

}  // namespace aurora::http
