// Checksums of contents: equal for equal rows in any order, on any server of the engine.
//
// None of the functions may be called inside a transaction of the caller's. PostgreSQL only; another engine
// is Error "EngineNotSupported".
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/session.h"

namespace aurora::db {

struct Fingerprint {
  std::int64_t rows = 0;
  // The sum of 64-bit hashes of the rows' text; "0" without rows. A sum, so that the order of rows does not
  // matter while the number of equal rows does.
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
};

// All tables of a database at one moment, in order.
struct FingerprintSet {
  std::vector<TableFingerprint> tables;
  std::vector<SkippedTable> skipped;

  std::int64_t rows() const;
};

struct FingerprintLimits {
  // Larger tables are skipped: reading a terabyte is no check that a restore can wait for.
  std::optional<std::int64_t> table_bytes_max = {};
};

// Tables, partitions and materialized views, each row once: partitioned tables are covered by their
// partitions, and foreign tables hold no rows of this database. What cannot be read is skipped and says why.
FingerprintSet fingerprint_all(Session& session, const FingerprintLimits& limits = {});

// Apart from the tables, since numbers are drawn outside of any transaction's moment.
std::vector<SequenceValue> sequence_values(Session& session);

// Sentences about each table that is not the same on both sides, at most `differences_max` and one that
// counts the rest; empty when all are equal.
std::vector<std::string> differences(const FingerprintSet& source, const FingerprintSet& target,
                                     std::size_t differences_max = 20);

}  // namespace aurora::db
