// Log as JSON lines: one object a line with timestamp, level, message and the fields given, so that
// CloudWatch Logs Insights finds each of them.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"

namespace aurora {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// Nothing for a name that is no level. Names: DEBUG, INFO, WARNING (WARN), ERROR; any case.
std::optional<LogLevel> parse_log_level(std::string_view name);

// Thread-safe as far as its sink is. Fields never hold secrets: whoever logs sees to it.
class Log {
 public:
  // Gets each line without its newline.
  using Sink = std::function<void(const std::string& line)>;

  Log(const Clock& clock, LogLevel least, Sink sink);
  // A log that drops everything.
  static Log none();
  // Writes each line to standard output (Lambda's log) with one write call.
  static Sink standard_output();
  static Sink standard_error();

  // The same log with `fields` added to every line.
  Log with(const Json& fields) const;

  void debug(std::string_view message, const Json& fields = {}) const;
  void info(std::string_view message, const Json& fields = {}) const;
  void warning(std::string_view message, const Json& fields = {}) const;
  void error(std::string_view message, const Json& fields = {}) const;

 private:
  void write(LogLevel level, std::string_view message, const Json& fields) const;

  const Clock* clock_;
  LogLevel least_;
  Sink sink_;
  Json fields_;
};

}  // namespace aurora
