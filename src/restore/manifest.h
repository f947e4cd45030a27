// What a cluster held at one time, as a document that a restore can be held against when the cluster itself
// is not there any more. docs/VERIFICATION.md describes the format.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "restore/verification_reading.h"

namespace aurora::restore {

struct ManifestTable {
  TableName name;
  std::string kind;
  std::optional<db::Fingerprint> contents;  // the checksum is empty when rows only were counted
  std::string problem;                      // why there are none; empty: not read yet
};

struct ManifestDatabase {
  DatabaseContents contents;  // tables with names and kinds
  std::vector<db::SequenceValue> sequences;
};

struct Manifest {
  std::string taken_at;
  std::string cluster_id;
  std::string region;
  std::string engine;
  std::string engine_version;
  std::string snapshot_name;
  std::string snapshot_arn;
  std::string snapshot_created_at;
  std::vector<ManifestDatabase> databases;
  std::vector<ManifestTable> tables;  // those that can be read, in order
  std::vector<std::string> users;     // names only

  std::int64_t rows() const;
  std::size_t pending() const;  // tables that were not read yet
  std::size_t unread() const;   // tables that could not be read
};

Json to_json(const Manifest& manifest);
// Throws Error "ManifestMalformed" that says what is wrong; `where` names the document.
Manifest manifest_from(const Json& json, const std::string& where);

// Everything but the tables' contents.
Manifest outline_of(db::Connector& databases, const db::ConnectOptions& access);

// What differs besides the tables' rows: names of the origin that are missing, sequences that
// are behind.
std::vector<std::string> structural_differences(const std::vector<ManifestDatabase>& origin,
                                                const std::vector<ManifestDatabase>& restored);
std::vector<ManifestDatabase> outline_databases(db::Connector& databases, const db::ConnectOptions& access);

}  // namespace aurora::restore
