// The log events of several groups, the newest first, for queries that run beside the service.
#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "local/insights/record.h"

namespace aurora::local {

struct LogRange {
  std::string region;
  std::vector<std::string> groups;
  std::int64_t begin_ms = 0;
  std::int64_t end_ms = 0;  // included
};

class LogCursor {
 public:
  virtual ~LogCursor() = default;
  // Nothing after the last one.
  virtual std::optional<insights::Record::Event> next() = 0;
};

// Reads the service's file through a connection of its own, so that a long query holds nobody up.
std::unique_ptr<LogCursor> open_log_cursor(const std::filesystem::path& directory, LogRange range);

// @ptr of a row of the event table, and the row of such a pointer; nothing for what is none.
std::string log_pointer(std::int64_t row);
std::optional<std::int64_t> row_of_pointer(std::string_view pointer);

}  // namespace aurora::local
