#include "local/lambda/log.h"

#include <algorithm>
#include <cmath>

#include "base/dates.h"
#include "base/ids.h"
#include "base/text.h"

namespace aurora::local {
namespace {

constexpr std::size_t kTailBytes = 4096;
// CloudWatch Logs takes events of up to 256 KB; a longer line becomes several.
constexpr std::size_t kLineBytesMax = 256 * 1024 - 26;

double milliseconds(Duration duration) {
  return static_cast<double>(duration.count()) / 1000.0;
}

}  // namespace

FunctionLog::FunctionLog(std::string function, std::string region, std::string stream, const Clock& clock,
                         LogSink sink)
    : function_(std::move(function)),
      region_(std::move(region)),
      stream_(std::move(stream)),
      clock_(clock),
      sink_(std::move(sink)) {}

void FunctionLog::output(std::string_view bytes) {
  partial_.append(bytes);
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = partial_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    emit(partial_.substr(begin, end - begin));
  }
  partial_.erase(0, begin);
  while (partial_.size() > kLineBytesMax) {
    emit(partial_.substr(0, kLineBytesMax));
    partial_.erase(0, kLineBytesMax);
  }
}

void FunctionLog::flush() {
  if (!partial_.empty()) emit(std::exchange(partial_, {}));
}

void FunctionLog::line(const std::string& text) {
  flush();
  emit(text);
}

void FunctionLog::emit(const std::string& text) {
  tail_ += text;
  tail_ += '\n';
  if (tail_.size() > kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
  if (sink_) sink_(function_, region_, stream_, clock_.now(), text);
}

std::string new_log_stream(TimePoint now, std::string_view version) {
  return fmt::format("{}/[{}]{}", replace_all(format_date(now), "-", "/"), version, random_hex(32));
}

std::string report_line(const Report& report) {
  const double duration = milliseconds(report.duration);
  // A custom runtime pays for its start too.
  const double billed = duration + milliseconds(report.init);
  std::string line = fmt::format(
      "REPORT RequestId: {}\tDuration: {:.2f} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory "
      "Used: {} MB\t",
      report.request_id, duration, static_cast<long>(std::ceil(billed)), report.memory_mb,
      std::max(1L, (report.memory_used_kb + 1023) / 1024));
  if (report.init.count() > 0) line += fmt::format("Init Duration: {:.2f} ms\t", milliseconds(report.init));
  if (!report.status.empty()) line += fmt::format("Status: {}", report.status);
  return line;
}

}  // namespace aurora::local
