// The log of one function instance: the process's output line by line, and the platform's own lines.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace aurora::local {

// Gets each line without its newline. Called from several threads, never at once for one stream; must not
// call back into the function.
using LogSink = std::function<void(const std::string& function, const std::string& region,
                                   const std::string& stream, TimePoint when, const std::string& line)>;

// Not thread-safe; its instance serialises, so that lines keep their order.
class FunctionLog {
 public:
  FunctionLog(std::string function, std::string region, std::string stream, const Clock& clock, LogSink sink);

  // Output of the process, cut anywhere.
  void output(std::string_view bytes);
  // Ends a last line that has no newline: the process has ended.
  void flush();
  // A line of the platform's own.
  void line(const std::string& text);

  // Forgets what LogType=Tail would show; a new invocation begins.
  void begin_tail() { tail_.clear(); }
  // The last 4 KB since then.
  const std::string& tail() const { return tail_; }
  const std::string& stream() const { return stream_; }

 private:
  void emit(const std::string& text);

  const std::string function_;
  const std::string region_;
  const std::string stream_;
  const Clock& clock_;
  const LogSink sink_;
  std::string partial_;
  std::string tail_;
};

// "2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef"
std::string new_log_stream(TimePoint now, std::string_view version);

struct Report {
  std::string request_id;
  Duration duration{0};
  int memory_mb = 0;
  long memory_used_kb = 0;
  Duration init{0};         // of a cold start, else zero
  std::string status = {};  // "timeout", "error", or empty
};
std::string report_line(const Report& report);

}  // namespace aurora::local
