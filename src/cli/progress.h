// A progress bar and how long is left.
#pragma once
#include <deque>
#include <optional>
#include <string>

#include "base/clock.h"
#include "cli/style.h"

namespace aurora::cli {

// The bar alone, `width` columns wide.
std::string progress_bar(double percent, std::size_t width, const Style& style);

// "1 h 05 min left", "about 20 s left", "a moment left"
std::string remaining_text(Duration left);

// Estimates the rest from how the percentage grew lately, because copies run at an even pace but begin
// after a pause.
class RemainingTime {
 public:
  void add(double percent, Duration at);
  // Nothing until there are two different values.
  std::optional<Duration> left() const;

 private:
  struct Sample {
    double percent;
    Duration at;
  };
  std::deque<Sample> samples_;
};

}  // namespace aurora::cli
