// How PostgreSQL's tables are read for their checksums.
#pragma once
#include <memory>
#include <string>

#include "db/fingerprint_dialect.h"
#include "db/session.h"

namespace aurora::db::postgres {

// SELECT set_config(…): everything that has a say in how a value reads as text, and the refusal to count what
// row-level security leaves over. Servers, databases and roles may have other defaults.
std::string fix_text_output();

// What stands behind SELECT: the number of rows of `from`, and their checksum.
std::string count_and_checksum(const std::string& from, bool with_checksum = true);

std::unique_ptr<FingerprintDialect> fingerprint_dialect();

}  // namespace aurora::db::postgres
