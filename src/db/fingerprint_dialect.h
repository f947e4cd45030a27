// What the engines do differently when contents are read by several sessions.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "db/session.h"

namespace aurora::db {

// A table as the plan of reading sees it.
struct Source {
  std::string schema;
  std::string name;
  std::int64_t bytes = 0;  // without indexes
  std::int64_t estimated_rows = -1;
  bool may_be_refused = false;  // so it gets a statement of its own
  bool is_divisible = false;    // its rows can be read in ranges
  std::string row_text = {};    // MySQL: the expression for a row's text
  std::string key = {};         // MySQL: the column whose ranges divide it, quoted
  std::int64_t pages = 0;       // PostgreSQL: what divides it
};

class FingerprintDialect {
 public:
  virtual ~FingerprintDialect() = default;

  // Begins the common moment in `first`, which stays in its transaction for as long as there are readers, and
  // lists the tables there.
  virtual std::vector<Source> list(Session& first) = 0;
  // Puts a reader into that moment; also one whose last statement failed.
  virtual void begin(Session& reader, bool again) const = 0;
  // For each of at most `parts` ranges of the table what stands behind SELECT: the number of rows, their
  // checksum (or '' when only rows are counted), and where they come from.
  virtual std::vector<std::string> selects(Session& first, const Source& table, std::size_t parts,
                                           bool with_checksums) const = 0;
  // The statement that limits the next ones.
  virtual std::string limit_statements(std::chrono::milliseconds time) const = 0;
  // Facts about the one table: this login may not read it, or it holds nothing that can be read.
  virtual bool is_unreadable(const SqlError& error) const = 0;
  virtual bool is_out_of_time(const SqlError& error) const = 0;
};

std::unique_ptr<FingerprintDialect> fingerprint_dialect(Engine engine);

}  // namespace aurora::db
