// Checksums of contents: equal for equal rows in any order, on any server of the engine.
//
// PostgreSQL: a row is its text as a record. MySQL: the text of its columns, each in a form that does not
// depend on the server's settings or the connection's character set; virtual columns are left out, as they
// hold nothing of their own. None of the functions may be called inside a transaction of the caller's.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "db/session.h"

namespace aurora::db {

struct Fingerprint {
  std::int64_t rows = 0;
  // The sum of 64-bit hashes of the rows' text; "0" without rows. A sum, so that the order of rows does not
  // matter while the number of equal rows does. Empty where only rows were counted.
  std::string checksum;

  bool operator==(const Fingerprint&) const = default;
};

// One table, in one scan; the rows of its partitions and children are its own. Throws SqlError
// 42501 when row-level security would hide rows, or when the login may not read it.
Fingerprint fingerprint(Session& session, std::string_view schema, std::string_view table);

struct TableFingerprint {
  std::string schema;
  std::string name;
  Fingerprint contents;

  bool operator==(const TableFingerprint&) const = default;
};

struct SequenceValue {
  std::string schema;
  std::string name;
  std::optional<std::int64_t> last_value;  // nothing before its first use, or when it is not readable

  bool operator==(const SequenceValue&) const = default;
};

struct SkippedTable {
  std::string schema;
  std::string name;
  std::string reason;
  std::int64_t bytes = 0;            // without indexes
  std::int64_t estimated_rows = -1;  // the planner's; -1 where nothing is known
};

// All tables of a PostgreSQL database, or of all MySQL's schemas, at one moment, in order.
struct FingerprintSet {
  std::vector<TableFingerprint> tables;
  std::vector<SkippedTable> skipped;
  int sessions = 1;             // that read at the same time
  std::int64_t statements = 0;  // that the readers sent, where several sessions read

  std::int64_t rows() const;
};

struct FingerprintLimits {
  // Larger tables are skipped: reading a terabyte is no check that a restore can wait for.
  std::optional<std::int64_t> table_bytes_max = {};
  // Where several sessions read: false counts rows only.
  bool with_checksums = true;
  // Likewise: time for all. Small tables come first then, and those that would not be done in time are
  // skipped. No statement runs for much longer.
  std::optional<std::chrono::seconds> budget = {};
  // Likewise; 0: twice the cores here, at most 16.
  int sessions_max = 0;
};

// Tables, partitions and materialized views, each row once: partitioned tables are covered by their
// partitions, and foreign tables hold no rows of this database. What cannot be read is skipped and says why.
FingerprintSet fingerprint_all(Session& session, const FingerprintLimits& limits = {});

// The same with several sessions at once, the work divided into pieces of similar size: large tables are read
// in ranges, small ones many in a statement. PostgreSQL's readers share one snapshot. MySQL has none to
// share: each of its readers has its own of the same instant, or nearly, so a server that is written to may
// give tables of slightly different moments. A server that gives fewer connections is read by fewer.
// `connector` is called from several threads.
FingerprintSet fingerprint_all(Connector& connector, const ConnectOptions& options,
                               const FingerprintLimits& limits, const Clock& clock);

// Nothing in MySQL, whose tables count for themselves. Apart from the tables, since numbers are drawn outside
// of any transaction's moment.
std::vector<SequenceValue> sequence_values(Session& session);

// Sentences about each table that is not the same on both sides, at most `differences_max` and one that
// counts the rest; empty when all are equal.
std::vector<std::string> differences(const FingerprintSet& source, const FingerprintSet& target,
                                     std::size_t differences_max = 20);

}  // namespace aurora::db
