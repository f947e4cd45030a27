// When a schedule is due: cron(...), rate(...) and at(...), as EventBridge rules and EventBridge Scheduler
// write it. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
#pragma once
#include <optional>
#include <string_view>
#include <variant>

#include "schedule/cron.h"
#include "schedule/zone.h"

namespace aurora::schedule {

class Expression {
 public:
  // Throws Error "InvalidSchedule", which says what is wrong and what may stand there. Texts of more than 256
  // characters (AWS's limit) are refused.
  static Expression parse(std::string_view text);

  bool is_cron() const { return std::holds_alternative<Cron>(when_); }
  bool is_rate() const { return std::holds_alternative<Duration>(when_); }
  bool is_at() const { return std::holds_alternative<WallTime>(when_); }
  // Of a rate: from one time to the next.
  Duration period() const { return std::get<Duration>(when_); }

  // The first time after `after`; nothing when there is none. A rate counts from `anchor`, which is itself
  // one of its times, and knows no zone: a day is 24 hours. A cron expression skips a time over which clocks
  // are set forward (Cron); at(...) is moved by as much.
  std::optional<TimePoint> next_after(TimePoint after, const Zone& zone, TimePoint anchor) const;

 private:
  using When = std::variant<Cron, Duration, WallTime>;
  explicit Expression(When when) : when_(std::move(when)) {}
  When when_;
};

}  // namespace aurora::schedule
