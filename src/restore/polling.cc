#include "restore/polling.h"

#include <algorithm>

namespace aurora::restore {
namespace {

// A gap of this part of the time waited so far makes a look late by half of it on average.
constexpr double kDense = 0.08;
// With an assumption only, the range is wide, and so are the steps through it.
constexpr double kDenseUnlearned = 0.15;
// Where nothing is expected yet, the time waited so far doubles.
constexpr double kSparse = 1.0;
// The first look behind the earliest end there was: so far behind it that it often is the only one.
constexpr double kBehindEarliest = 0.03;
// A look that is to find the end lies behind it by this part of what is waited for.
constexpr double kMargin = 0.01;
// From here on the percentage, cut off as it is, tells the end to within 1.25 % of the whole: the next look
// may be the last.
constexpr int kTellingPercent = 40;
// Before, that part of what is left is waited for.
constexpr double kBeforeEnd = 0.9;

// The first look when nothing is learned: what belongs to a large snapshot does not come within seconds, what
// belongs to a small one may.
double first_look(const KnownWait& wait) {
  constexpr double kSecondsPerGib = 0.5;
  constexpr double kShortest = 2;
  constexpr double kLongest = 300;
  return std::clamp(wait.size_gib * kSecondsPerGib, kShortest,
                    std::clamp(wait.least_seconds / 2, kShortest, kLongest));
}

double by_percent(const KnownWait& wait, int percent) {
  // RDS cuts the fraction off, so that the truth is half a percent more on average and one more at most.
  const auto left = [&](double done) { return wait.elapsed_seconds * (100 - done) / done; };
  if (percent < kTellingPercent) return kBeforeEnd * left(percent + 1);
  const double likely = std::max(left(percent + 0.5), 0.0);
  return likely + kMargin * (wait.elapsed_seconds + likely);
}

double by_experience(const KnownWait& wait) {
  const double elapsed = wait.elapsed_seconds;
  const double earliest = wait.least_seconds * (1 + kBehindEarliest);
  if (elapsed < earliest) return earliest - elapsed;
  return kDense * std::max(elapsed, wait.least_seconds);
}

double by_age(const KnownWait& wait) {
  const double elapsed = wait.elapsed_seconds;
  const double first = first_look(wait);
  if (elapsed < first) return first - elapsed;
  if (elapsed >= wait.least_seconds) return kDenseUnlearned * elapsed;
  // Not beyond the earliest likely end by more than its own step.
  return std::min(kSparse * elapsed, std::max(wait.least_seconds - elapsed, kDenseUnlearned * elapsed));
}

double unbounded(const KnownWait& wait) {
  // Below two percent the pace is a guess.
  if (wait.percent && *wait.percent >= 2 && *wait.percent < 100) return by_percent(wait, *wait.percent);
  return wait.learned ? by_experience(wait) : by_age(wait);
}

}  // namespace

double seconds_to_next_look(const KnownWait& wait) {
  return std::clamp(unbounded(wait), std::chrono::duration<double>(kGapMin).count(),
                    std::chrono::duration<double>(kGapMax).count());
}

}  // namespace aurora::restore
