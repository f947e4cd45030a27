// The state and audit tables as files in DynamoDB's own export format (aws/table_export.h), and back.
#pragma once
#include <functional>
#include <string>

#include "cli/file_place.h"
#include "cli/world.h"

namespace aurora::cli {

enum class PipelineTable { kState, kAudit };

std::string name_in(const World& world, PipelineTable table);

// Called now and then with how many items are done, for progress; may throw Cancelled.
using ItemsDone = std::function<void(std::int64_t)>;

struct ExportResult {
  std::string summary_key;  // of manifest-summary.json, relative to the place
  std::int64_t items = 0;
  std::int64_t bytes = 0;
};

// Reads the table page by page, each strongly consistent, and writes files. Unlike an export by DynamoDB
// itself what is written meanwhile may or may not be among it.
ExportResult export_pages(World& world, PipelineTable table, FilePlace& place, TimePoint now,
                          const ItemsDone& done);

// An export that was found at a place.
struct FoundExport {
  Json summary;            // manifest-summary.json
  std::string folder;      // that holds it, relative to the place; ends with a slash or is empty
  std::size_t others = 0;  // complete exports at the same place that are older
};
// The newest complete one. Throws Error "ExportNotFound".
FoundExport find_export(FilePlace& place);

struct ImportResult {
  std::int64_t written = 0;
  std::int64_t kept = 0;     // there already, the same or newer
  std::int64_t skipped = 0;  // locks: they belong to what ran then
};

// Writes each item by itself, on condition that it replaces nothing newer, unless `overwrite`. May be run
// again after an interruption. Throws Error "ExportDamaged" when a file is not what the manifest says, and
// "ExportMismatch" when the items are not the table's kind; nothing of that file was written then.
ImportResult import_items(World& world, PipelineTable table, FilePlace& place, const FoundExport& found,
                          bool overwrite, const ItemsDone& done);

}  // namespace aurora::cli
