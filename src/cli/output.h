// What every command that lists or shows something writes: a table for people, JSON or YAML for machines.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/context.h"
#include "cli/table.h"

namespace aurora::cli {

struct OutputOptions {
  std::string format;  // table, json or yaml; empty: table
  bool json = false;   // --json: the same as --output json

  bool is_table() const { return !json && (format.empty() || format == "table"); }
};

// --output table|json|yaml, and --json. `of_json` says what a line of JSON is: "One state item a line".
void bind_output(Binder& binder, OutputOptions& options, std::string_view of_json);

// Writes rows to standard output as JSON, one a line, or as one YAML list. Only when !is_table().
void print_rows(Context& context, const OutputOptions& options, const std::vector<Json>& rows);
// The same for one thing: an object on one line of JSON, or a YAML document.
void print_one(Context& context, const OutputOptions& options, const Json& value);

// A moment for people: in the reader's zone on a terminal ("2026-11-28 07:21:49 CET"), in UTC as ISO 8601 in
// a pipe or a file ("2026-11-28T06:21:49Z"). Empty for text that is no time.
std::string shown_time(Context& context, TimePoint when);
std::string shown_time(Context& context, const std::string& iso_text);

// The time of day alone, where lines follow one another on a terminal ("07:21:49"); elsewhere as shown_time.
std::string shown_time_of_day(Context& context, TimePoint when);

}  // namespace aurora::cli
