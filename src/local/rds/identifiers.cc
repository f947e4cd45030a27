#include "local/rds/identifiers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ids.h"
#include "base/text.h"
#include "local/place.h"
#include "local/rds/errors.h"
#include "local/service_support.h"

namespace aurora::local::rds {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_legal(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

}  // namespace

std::string checked_identifier(std::string_view text, std::string_view parameter, std::size_t length_max) {
  const bool legal = !text.empty() && text.size() <= length_max && is_letter(text.front()) &&
                     text.back() != '-' && text.find("--") == std::string_view::npos &&
                     std::all_of(text.begin(), text.end(), is_legal);
  if (!legal)
    throw invalid_value(fmt::format(
        "The parameter {} is not a valid identifier: '{}'. Identifiers have 1 to {} ASCII letters, digits "
        "and hyphens, begin with a letter, do not end with a hyphen and do not hold two hyphens in a row.",
        parameter, text, length_max));
  return to_lower(text);
}

std::string_view arn_type(Kind kind) {
  switch (kind) {
    case Kind::kCluster:
      return "cluster";
    case Kind::kInstance:
      return "db";
    case Kind::kSnapshot:
      return "cluster-snapshot";
    case Kind::kSubnetGroup:
      return "subgrp";
    case Kind::kClusterParameterGroup:
      return "cluster-pg";
    case Kind::kParameterGroup:
      return "pg";
  }
  AURORA_INVARIANT(false);
}

std::string arn_of(Kind kind, std::string_view region, std::string_view id) {
  return make_arn("rds", region, fmt::format("{}:{}", arn_type(kind), id));
}

bool looks_like_arn(std::string_view text) {
  return text.starts_with("arn:");
}

std::optional<Arn> parse_arn(std::string_view text) {
  const std::vector<std::string> parts = split(text, ':');
  if (parts.size() < 7 || parts[0] != "arn" || parts[2] != "rds") return std::nullopt;
  const std::vector<std::string> id(parts.begin() + 6, parts.end());
  return Arn{.region = place_of(parts[4], parts[3]), .type = parts[5], .id = to_lower(join(id, ":"))};
}

std::string local_id(std::string_view text, Kind kind, std::string_view region) {
  if (!looks_like_arn(text)) return to_lower(text);
  const std::optional<Arn> arn = parse_arn(text);
  if (!arn || arn->region != region || arn->type != arn_type(kind)) return to_lower(text);
  return arn->id;
}

std::string new_resource_id(std::string_view prefix) {
  return std::string(prefix) + random_alphanumeric(26);
}

}  // namespace aurora::local::rds
