#include "base/log.h"

#include <unistd.h>

#include "base/dates.h"
#include "base/text.h"

namespace aurora {
namespace {

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "DEBUG";
    case LogLevel::kInfo: return "INFO";
    case LogLevel::kWarning: return "WARNING";
    case LogLevel::kError: return "ERROR";
  }
  return "ERROR";
}

Log::Sink descriptor_sink(int descriptor) {
  return [descriptor](const std::string& line) {
    const std::string with_end = line + "\n";
    std::string_view rest = with_end;
    while (!rest.empty()) {
      const ssize_t count = ::write(descriptor, rest.data(), rest.size());
      // A log that cannot be written must not stop the work it tells of.
      if (count <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(count));
    }
  };
}

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view name) {
  const std::string upper = to_upper(name);
  if (upper == "DEBUG") return LogLevel::kDebug;
  if (upper == "INFO") return LogLevel::kInfo;
  if (upper == "WARNING" || upper == "WARN") return LogLevel::kWarning;
  if (upper == "ERROR") return LogLevel::kError;
  return std::nullopt;
}

Log::Log(const Clock& clock, LogLevel least, Sink sink)
    : clock_(&clock), least_(least), sink_(std::move(sink)), fields_(Json::object()) {}

Log Log::none() {
  static const SystemClock clock;
  return Log(clock, LogLevel::kError, nullptr);
}

Log::Sink Log::standard_output() { return descriptor_sink(STDOUT_FILENO); }
Log::Sink Log::standard_error() { return descriptor_sink(STDERR_FILENO); }

Log Log::with(const Json& fields) const {
  Log copy = *this;
  copy.fields_.update(fields);
  return copy;
}

void Log::debug(std::string_view message, const Json& fields) const { write(LogLevel::kDebug, message, fields); }
void Log::info(std::string_view message, const Json& fields) const { write(LogLevel::kInfo, message, fields); }
void Log::warning(std::string_view message, const Json& fields) const { write(LogLevel::kWarning, message, fields); }
void Log::error(std::string_view message, const Json& fields) const { write(LogLevel::kError, message, fields); }

void Log::write(LogLevel level, std::string_view message, const Json& fields) const {
  if (level < least_ || !sink_) return;
  Json line{{"timestamp", format_iso_millis(clock_->now())}, {"level", name_of(level)}};
  line.update(fields_);
  line["message"] = message;
  if (fields.is_object()) line.update(fields);
  sink_(dump_json(line));
}

}  // namespace aurora
