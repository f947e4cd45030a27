// Query and Scan.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "local/dynamodb/capacity.h"
#include "local/dynamodb/condition.h"
#include "local/dynamodb/document.h"
#include "local/dynamodb/errors.h"
#include "local/dynamodb/key_condition.h"
#include "local/dynamodb/request.h"
#include "local/dynamodb/value.h"

namespace aurora::local::dynamodb {
namespace {

constexpr std::size_t kPageBytesMax = 1024 * 1024;
constexpr std::int64_t kSegmentsMax = 1'000'000;

struct Segments {
  std::uint64_t total = 1;
  std::uint64_t mine = 0;

  // FNV-1a over the hash key: items with the same hash key are in the same segment.
  bool contains(const Position& position) const {
    if (total == 1) return true;
    std::uint64_t hash = 14695981039346656037U;
    for (const char byte : position.hash) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
    return hash % total == mine;
  }
};

// A Query or Scan, checked.
struct Read {
  Table table;
  const Index* index = nullptr;  // into `table`
  ReadPlan plan;
  std::optional<Condition> filter;
  std::optional<Projection> projection;
  bool count_only = false;
  bool whole_items = true;  // else only what the index projects
  bool consistent = false;
  std::optional<std::size_t> limit;
  Segments segments;
};

struct Page {
  Json items = Json::array();
  std::size_t count = 0;
  std::size_t scanned = 0;
  std::size_t bytes = 0;
  Json last_key = nullptr;
};

const KeyAttributes& keys_of(const Read& read) {
  return read.index == nullptr ? read.table.keys : read.index->keys;
}

void collect_attributes(const Condition& condition, std::set<std::string>& attributes) {
  for (const auto& operand : condition.operands) {
    if (operand.is_path()) attributes.insert(attribute_of(operand.path()));
  }
  for (const auto& child : condition.children) collect_attributes(child, attributes);
}

void check_filter(const Read& read) {
  if (!read.filter) return;
  std::set<std::string> attributes;
  collect_attributes(*read.filter, attributes);
  for (const auto& attribute : keys_of(read).names()) {
    if (!attributes.contains(attribute)) continue;
    throw validation_error(fmt::format(
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: {}",
        attribute));
  }
}

void check_select(const Json& input, const Read& read, std::string_view select) {
  static const std::set<std::string_view> known = {"ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "COUNT",
                                                   "SPECIFIC_ATTRIBUTES"};
  if (!known.contains(select)) {
    throw constraint_error(select, "select",
                           "Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, "
                           "ALL_PROJECTED_ATTRIBUTES]");
  }
  const bool projects = !member_or_null(input, "ProjectionExpression").is_null();
  if (projects && select != "SPECIFIC_ATTRIBUTES") {
    throw validation_error(fmt::format("Cannot specify the ProjectionExpression when choosing to get {}",
                                       select == "COUNT" ? "only the Count" : select));
  }
  if (!projects && select == "SPECIFIC_ATTRIBUTES") {
    throw validation_error(
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
        "SPECIFIC_ATTRIBUTES");
  }
  if (select == "ALL_PROJECTED_ATTRIBUTES" && read.index == nullptr) {
    throw invalid_parameter("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
  }
  const bool partial = read.index != nullptr && read.index->global && read.index->projection != "ALL";
  if (select == "ALL_ATTRIBUTES" && partial) {
    throw invalid_parameter(
        fmt::format("Select type ALL_ATTRIBUTES is not supported for global secondary index {} because its "
                    "projection type is not ALL",
                    read.index->name));
  }
}

// Global indexes show nothing but what they project; local ones fetch from the table what is asked for.
void check_index_projection(const Read& read) {
  if (read.index == nullptr || !read.index->global || !read.projection) return;
  for (const auto& path : *read.projection) {
    if (is_projected(read.table, *read.index, attribute_of(path))) continue;
    throw invalid_parameter(
        fmt::format("Global secondary index {} does not project [{}]", read.index->name, attribute_of(path)));
  }
}

void set_attributes(const Json& input, Read& read, Placeholders& placeholders) {
  const bool projects = !member_or_null(input, "ProjectionExpression").is_null();
  const auto* fallback = projects                ? "SPECIFIC_ATTRIBUTES"
                         : read.index == nullptr ? "ALL_ATTRIBUTES"
                                                 : "ALL_PROJECTED_ATTRIBUTES";
  const auto select = string_or(input, "Select", fallback);
  check_select(input, read, select);
  read.count_only = select == "COUNT";
  read.projection = projection_of(input, placeholders);
  check_index_projection(read);
  const bool local = read.index != nullptr && !read.index->global;
  read.whole_items =
      read.index == nullptr || (local && select != "ALL_PROJECTED_ATTRIBUTES" && !read.count_only);
}

void set_limit(const Json& input, Read& read) {
  const auto& limit = member_or_null(input, "Limit");
  if (limit.is_null()) return;
  if (limit.get<std::int64_t>() < 1) {
    throw constraint_error(limit.dump(), "limit", "Member must have value greater than or equal to 1");
  }
  read.limit = limit.get<std::size_t>();
}

void set_index(const Json& input, Read& read) {
  const auto name = string_or(input, "IndexName", "");
  read.consistent = bool_or(input, "ConsistentRead", false);
  if (name.empty()) return;
  read.index = &read.table.index(name);
  if (read.index->backfilling)
    throw validation_error(
        fmt::format("Cannot read from backfilling global secondary index: {}", read.index->name));
  read.plan.index = read.index;
  if (read.index->global && read.consistent) {
    throw validation_error("Consistent reads are not supported on global secondary indexes");
  }
}

void set_start(const Json& input, Read& read) {
  Json start = member_or_null(input, "ExclusiveStartKey");
  if (start.is_null()) return;
  const auto refuse = [](std::string_view why) {
    return validation_error(
        fmt::format("The provided starting key is invalid{}{}", why.empty() ? "" : ": ", why));
  };
  std::set<std::string> expected;
  for (const auto& attribute : read.table.keys.names()) expected.insert(attribute);
  for (const auto& attribute : keys_of(read).names()) expected.insert(attribute);
  try {
    normalize_item(start);
    if (start.size() != expected.size()) throw refuse("The provided key element does not match the schema");
    for (const auto& attribute : expected) {
      if (!start.contains(attribute)) throw refuse("The provided key element does not match the schema");
      read.table.check_key_value(attribute, start[attribute]);
    }
  } catch (const aws::ServiceError& error) {
    if (error.message().starts_with("The provided starting key")) throw;
    throw refuse(error.message());
  }
  Json key = read.table.key_of(start);
  const Position item = read.table.key_position(key);
  read.plan.start =
      ReadPlan::Start{read.index == nullptr ? item : *read.table.index_position(*read.index, start), item};
}

Page read_page(Store& store, const Read& read) {
  Page page;
  Json last = nullptr;
  store.read(read.table, read.plan, [&](const Json& item, std::size_t size, const Position& place) {
    if (!read.segments.contains(place)) return true;
    if (page.scanned > 0 && page.bytes + size > kPageBytesMax) {
      page.last_key = std::move(last);
      return false;
    }
    ++page.scanned;
    page.bytes += size;
    const Json shown = read.whole_items ? item : project_to_index(read.table, *read.index, item);
    if (!read.filter || matches(*read.filter, shown)) {
      ++page.count;
      if (!read.count_only) page.items.push_back(read.projection ? project(shown, *read.projection) : shown);
    }
    last = read.table.key_of(item, read.index);
    if (read.limit && page.scanned == *read.limit) {
      page.last_key = std::move(last);
      return false;
    }
    return true;
  });
  return page;
}

Json answer_page(const Json& input, const Read& read, Page page) {
  Json answer = Json::object();
  if (!read.count_only) answer["Items"] = std::move(page.items);
  answer["Count"] = page.count;
  answer["ScannedCount"] = page.scanned;
  if (!page.last_key.is_null()) answer["LastEvaluatedKey"] = std::move(page.last_key);
  Capacity capacity;
  const double units = read_units(page.bytes, read.consistent);
  if (read.index == nullptr) {
    capacity.table = units;
  } else {
    (read.index->global ? capacity.global_indexes : capacity.local_indexes)[read.index->name] = units;
  }
  Json consumed = consumed_capacity(input, read.table, capacity);
  if (!consumed.is_null()) answer["ConsumedCapacity"] = std::move(consumed);
  return answer;
}

Segments segments_of(const Json& input) {
  const auto& total = member_or_null(input, "TotalSegments");
  const auto& mine = member_or_null(input, "Segment");
  if (total.is_null() && mine.is_null()) return {};
  if (total.is_null()) {
    throw validation_error(
        "The TotalSegments parameter is required but was not present in the request when Segment parameter "
        "is "
        "present");
  }
  if (mine.is_null()) {
    throw validation_error(
        "The Segment parameter is required but was not present in the request when parameter TotalSegments "
        "is "
        "present");
  }
  if (total < 1 || total > kSegmentsMax) {
    throw constraint_error(total.dump(), "totalSegments", "Member must have value between 1 and 1000000");
  }
  if (mine < 0 || mine >= total) {
    throw validation_error(
        fmt::format("The Segment parameter is zero-based and must be less than parameter "
                    "TotalSegments: Segment: {} is not less than TotalSegments: {}",
                    mine.dump(), total.dump()));
  }
  return {.total = total.get<std::uint64_t>(), .mine = mine.get<std::uint64_t>()};
}

}  // namespace

Json query(Context& context, const Call& call) {
  const Json& input = call.input;
  check_expression_members(input, {"KeyConditionExpression", "FilterExpression", "ProjectionExpression"});
  Read read;
  read.table = require_table(context, call.region, input);
  set_index(input, read);
  set_limit(input, read);
  Placeholders placeholders(input);
  const auto condition = condition_of(input, "KeyConditionExpression", placeholders);
  read.filter = condition_of(input, "FilterExpression", placeholders);
  set_attributes(input, read, placeholders);
  placeholders.check_all_used();
  if (!condition) {
    throw validation_error(
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
  }
  const KeyRange range = key_range(*condition, read.table, keys_of(read));
  check_filter(read);
  read.plan.hash = range.hash;
  read.plan.lower = range.lower;
  read.plan.upper = range.upper;
  read.plan.forward = bool_or(input, "ScanIndexForward", true);
  set_start(input, read);
  if (read.plan.start && !range.contains(read.plan.start->place)) {
    throw validation_error(
        "The provided starting key is outside query boundaries based on provided conditions");
  }
  return answer_page(input, read, read_page(context.store, read));
}

Json scan(Context& context, const Call& call) {
  const Json& input = call.input;
  check_expression_members(input, {"FilterExpression", "ProjectionExpression"});
  Read read;
  read.table = require_table(context, call.region, input);
  set_index(input, read);
  set_limit(input, read);
  read.segments = segments_of(input);
  Placeholders placeholders(input);
  read.filter = condition_of(input, "FilterExpression", placeholders);
  set_attributes(input, read, placeholders);
  placeholders.check_all_used();
  set_start(input, read);
  if (read.plan.start && !read.segments.contains(read.plan.start->item)) {
    throw validation_error(fmt::format(
        "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey "
        "with correct Segment. TotalSegments: {} Segment: {}",
        read.segments.total, read.segments.mine));
  }
  return answer_page(input, read, read_page(context.store, read));
}

}  // namespace aurora::local::dynamodb
