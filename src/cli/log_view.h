// How log lines are written: in columns for people, as rows for machines.
#pragma once
#include <string>
#include <vector>

#include "cli/log_reader.h"
#include "cli/output.h"

namespace aurora::cli {

// TIME, LEVEL, STEP and MESSAGE with the line's other fields behind it. Columns keep their widths from line
// to line, and nothing is cut, so that lines may be written as they come.
std::string log_heading(Context& context, const Style& style);
std::string log_text(Context& context, const LogLine& line, const Style& style);

// {"time", "level", "step", "function", "message", "fields"}
Json log_row(const LogLine& line);

// Writes lines in the format that was asked for.
void print_log(Context& context, const OutputOptions& output, const std::vector<LogLine>& lines);

}  // namespace aurora::cli
