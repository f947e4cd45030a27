#include "cli/records.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/dynamodb.h"
#include "base/dates.h"
#include "restore/tables.h"

namespace aurora::cli {
namespace {

// A page holds at most 1 MB. This bounds time and cost of one list, whatever the filter leaves of it.
constexpr int kPagesMax = 200;
constexpr int kDaysMax = 400;
constexpr std::size_t kScannedMax = 10000;
// Sorts behind every time of the same text, fraction, "Z" and sequence included.
constexpr char kAfterAll[] = "~";

// A condition and its placeholders, put together part by part.
struct Expression {
  std::vector<std::string> parts;
  Json names = Json::object();
  Json values = Json::object();

  void add(const std::string& part, const std::vector<std::pair<std::string, std::string>>& placeholder_names,
           const std::vector<std::pair<std::string, std::string>>& placeholder_values) {
    parts.push_back(part);
    for (const auto& [placeholder, name] : placeholder_names) names[placeholder] = name;
    for (const auto& [placeholder, value] : placeholder_values) values[placeholder] = value;
  }
  void add(const Expression& other) {
    parts.insert(parts.end(), other.parts.begin(), other.parts.end());
    names.update(other.names);
    values.update(other.values);
  }
  std::string text() const { return fmt::format("{}", fmt::join(parts, " AND ")); }
};

void add_to(Json& input, const char* member, const Expression& expression) {
  if (expression.parts.empty()) return;
  input[member] = expression.text();
  for (const auto& [placeholder, name] : expression.names.items())
    input["ExpressionAttributeNames"][placeholder] = name;
  const Json values = aws::to_item(expression.values);
  for (const auto& [placeholder, value] : values.items())
    input["ExpressionAttributeValues"][placeholder] = value;
}

bool is_missing_index(const aws::ServiceError& error) {
  return error.is("ValidationException") && error.message().find("index") != std::string::npos;
}

// The items of a Query or Scan until there are enough; false when pages ran out of their bound.
bool read_pages(World& world, const std::string& operation, Json input, std::size_t count_max,
                int& pages_left, std::vector<Json>& items) {
  while (items.size() < count_max) {
    if (pages_left-- <= 0) return false;
    Json answer;
    try {
      answer = world.api->call("dynamodb", world.region(), operation, input);
    } catch (const aws::ServiceError& error) {
      if (error.is("ResourceNotFoundException"))
        throw_pipeline_missing(world, "table " + string_or(input, "TableName", ""));
      throw;
    }
    for (const Json& item : member_or_null(answer, "Items"))
      if (items.size() < count_max) items.push_back(aws::from_item(item));
    const Json& last = member_or_null(answer, "LastEvaluatedKey");
    if (!last.is_object() || last.empty()) return true;
    input["ExclusiveStartKey"] = last;
  }
  return true;
}

void sort_by(std::vector<Json>& items, const char* key, bool ascending, std::size_t count_max) {
  std::stable_sort(items.begin(), items.end(), [&](const Json& a, const Json& b) {
    const std::string left = string_or(a, key, "");
    const std::string right = string_or(b, key, "");
    return ascending ? left < right : left > right;
  });
  if (items.size() > count_max) items.resize(count_max);
}

std::string cut_note(const char* what) {
  return fmt::format("There is more than was read; --since and --until narrow the {} down.", what);
}

std::string scan_note(const World& world, const std::string& table, const char* index) {
  return fmt::format(
      "Table {} has no index {} yet, so all of it was read. {}.", table, index,
      world.local ? "It is being filled; ask again in a moment" : "Updating the pipeline's stack adds it");
}

// Everything but the status, which is the index's own key.
Expression filter_of(const OperationFilter& filter) {
  Expression expression;
  if (!filter.target.empty())
    expression.add("#parameters.#target = :target",
                   {{"#parameters", "parameters"}, {"#target", "target_cluster_id"}},
                   {{":target", filter.target}});
  return expression;
}

std::string from_text(const OperationFilter& filter) {
  return filter.since ? format_iso_millis(*filter.since) : "0";
}

std::string to_text(const OperationFilter& filter) {
  return filter.until ? format_iso_millis(*filter.until) + kAfterAll : kAfterAll;
}

Records scan_operations(World& world, const OperationFilter& filter) {
  Expression expression = filter_of(filter);
  // Locks on target clusters lie in the same table and are no operations.
  expression.add("NOT begins_with(#id, :lock)", {{"#id", "operation_id"}}, {{":lock", restore::kLockPrefix}});
  expression.add("#start BETWEEN :from AND :to", {{"#start", "start_time"}},
                 {{":from", from_text(filter)}, {":to", to_text(filter)}});
  if (!filter.status.empty())
    expression.add("#status = :status", {{"#status", "status"}}, {{":status", filter.status}});
  Json input{{"TableName", world.names.state_table()}};
  add_to(input, "FilterExpression", expression);
  Records records;
  int pages = kPagesMax;
  const bool all = read_pages(world, "Scan", input, kScannedMax, pages, records.items);
  records.notes.push_back(scan_note(world, world.names.state_table(), restore::kStatusIndex));
  if (!all || records.items.size() == kScannedMax) records.notes.push_back(cut_note("list"));
  sort_by(records.items, "start_time", false, filter.count_max);
  return records;
}

// What one query of an audit read asks for besides its key.
Expression filter_of(const AuditFilter& filter) {
  Expression expression;
  if (!filter.operation_id.empty())
    expression.add("#operation = :operation", {{"#operation", "operation_id"}},
                   {{":operation", filter.operation_id}});
  if (!filter.step.empty()) expression.add("#step = :step", {{"#step", "step"}}, {{":step", filter.step}});
  if (!filter.status.empty())
    expression.add("#status = :status", {{"#status", "status"}}, {{":status", filter.status}});
  return expression;
}

Expression span_of(const AuditFilter& filter) {
  Expression expression;
  expression.add(
      "#at BETWEEN :from AND :to", {{"#at", "timestamp"}},
      {{":from", format_iso_micros(filter.since)}, {":to", format_iso_micros(filter.until) + kAfterAll}});
  return expression;
}

Records scan_audit(World& world, const AuditFilter& filter) {
  Expression expression = filter_of(filter);
  expression.add(span_of(filter));
  Json input{{"TableName", world.names.audit_table()}};
  add_to(input, "FilterExpression", expression);
  Records records;
  int pages = kPagesMax;
  const bool all = read_pages(world, "Scan", input, kScannedMax, pages, records.items);
  records.notes.push_back(scan_note(world, world.names.audit_table(), restore::kDayIndex));
  if (!all || records.items.size() == kScannedMax) records.notes.push_back(cut_note("trail"));
  sort_by(records.items, "timestamp", filter.oldest_first, filter.count_max);
  return records;
}

// One operation's whole trail lies together under its own key.
Records read_trail(World& world, AuditFilter filter) {
  Expression key;
  key.add("#id = :id", {{"#id", "operation_id"}}, {{":id", filter.operation_id}});
  key.add(span_of(filter));
  filter.operation_id.clear();
  Json input{{"TableName", world.names.audit_table()},
             {"ConsistentRead", true},
             {"ScanIndexForward", filter.oldest_first}};
  add_to(input, "KeyConditionExpression", key);
  add_to(input, "FilterExpression", filter_of(filter));
  Records records;
  int pages = kPagesMax;
  if (!read_pages(world, "Query", input, filter.count_max, pages, records.items))
    records.notes.push_back(cut_note("trail"));
  return records;
}

}  // namespace

void throw_pipeline_missing(const World& world, std::string_view what) {
  throw Error("PipelineNotFound",
              fmt::format("{} is not there in {} ({})", what, world.region(), world.names.environment),
              "Is the environment deployed there? --env and --region choose it; `aurora-restore doctor` "
              "lists what is missing.");
}

std::vector<Json> all_operations(World& world) {
  Expression expression;
  // Locks on target clusters lie in the same table and are no operations.
  expression.add("NOT begins_with(#id, :lock)", {{"#id", "operation_id"}}, {{":lock", restore::kLockPrefix}});
  Json input{{"TableName", world.names.state_table()}};
  add_to(input, "FilterExpression", expression);
  std::vector<Json> items;
  int pages = kPagesMax;
  read_pages(world, "Scan", input, kScannedMax, pages, items);
  return items;
}

Records read_operations(World& world, const OperationFilter& filter) {
  std::vector<std::string> statuses{filter.status};
  // In progress comes first: one that ends between two queries is then seen twice rather than never.
  if (filter.status.empty())
    statuses = {restore::kInProgress, restore::kCompleted, restore::kFailed, restore::kCancelled};
  Records records;
  int pages = kPagesMax;
  bool all = true;
  try {
    for (const std::string& status : statuses) {
      Expression key;
      key.add("#status = :status", {{"#status", "status"}}, {{":status", status}});
      key.add("#start BETWEEN :from AND :to", {{"#start", "start_time"}},
              {{":from", from_text(filter)}, {":to", to_text(filter)}});
      Json input{{"TableName", world.names.state_table()},
                 {"IndexName", restore::kStatusIndex},
                 {"ScanIndexForward", false}};
      add_to(input, "KeyConditionExpression", key);
      add_to(input, "FilterExpression", filter_of(filter));
      // What a filter leaves of a page is not known beforehand; without one the page need not be larger.
      if (filter.target.empty()) input["Limit"] = filter.count_max;
      std::vector<Json> found;
      all = read_pages(world, "Query", input, filter.count_max, pages, found) && all;
      for (const Json& item : found)
        std::erase_if(records.items,
                      [&](const Json& seen) { return seen["operation_id"] == item["operation_id"]; });
      records.items.insert(records.items.end(), found.begin(), found.end());
    }
  } catch (const aws::ServiceError& error) {
    if (!is_missing_index(error)) throw;
    return scan_operations(world, filter);
  }
  if (!all) records.notes.push_back(cut_note("list"));
  sort_by(records.items, "start_time", false, filter.count_max);
  return records;
}

Records read_audit(World& world, const AuditFilter& filter) {
  if (!filter.operation_id.empty()) return read_trail(world, filter);
  Records records;
  int pages = kPagesMax;
  bool all = true;
  const auto first = std::chrono::floor<std::chrono::days>(filter.since);
  const auto last = std::chrono::floor<std::chrono::days>(filter.until);
  const int days = static_cast<int>(std::min<std::int64_t>((last - first).count() + 1, kDaysMax));
  if (days < (last - first).count() + 1) all = false;
  try {
    for (int i = 0; i < days && records.items.size() < filter.count_max; ++i) {
      const TimePoint day = filter.oldest_first ? first + std::chrono::days(i) : last - std::chrono::days(i);
      Expression key;
      key.add("#day = :day", {{"#day", "day"}}, {{":day", format_date(day)}});
      key.add(span_of(filter));
      Json input{{"TableName", world.names.audit_table()},
                 {"IndexName", restore::kDayIndex},
                 {"ScanIndexForward", filter.oldest_first}};
      add_to(input, "KeyConditionExpression", key);
      add_to(input, "FilterExpression", filter_of(filter));
      if (!read_pages(world, "Query", input, filter.count_max, pages, records.items)) {
        all = false;
        break;
      }
    }
  } catch (const aws::ServiceError& error) {
    if (!is_missing_index(error)) throw;
    return scan_audit(world, filter);
  }
  if (!all) records.notes.push_back(cut_note("trail"));
  return records;
}

}  // namespace aurora::cli
