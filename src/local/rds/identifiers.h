// RDS's names: what is legal, and how resources are named by ARN.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "local/rds/records.h"

namespace aurora::local::rds {

// 1 to 63 letters, digits and hyphens; a letter first; no hyphen last, no two in a row. Returns it in lower
// case, as RDS stores it; refuses it with InvalidParameterValue that names `parameter`.
std::string checked_identifier(std::string_view text, std::string_view parameter,
                               std::size_t length_max = 63);

// "cluster", "db", "cluster-snapshot", "subgrp", "cluster-pg", "pg"
std::string_view arn_type(Kind kind);
// `region` is a place (local/place.h): a Region, or another account's.
std::string arn_of(Kind kind, std::string_view region, std::string_view id);

struct Arn {
  std::string region;  // the place
  std::string type;
  std::string id;  // may hold colons: "rds:mycluster-2026-11-21-03-00"
};
// Nothing when `text` is not an ARN of RDS.
std::optional<Arn> parse_arn(std::string_view text);
bool looks_like_arn(std::string_view text);

// What an identifier parameter means in `region`: an id in lower case, or an ARN's. An ARN of another
// Region, account or type gives an id that cannot exist.
std::string local_id(std::string_view text, Kind kind, std::string_view region);

// A new name that never changes: "cluster-" and 26 letters and digits, as RDS's resource ids.
std::string new_resource_id(std::string_view prefix);

}  // namespace aurora::local::rds
