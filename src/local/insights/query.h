// A CloudWatch Logs Insights query, parsed: its commands in their order.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "local/insights/aggregate.h"
#include "local/insights/expression.h"

namespace aurora::local::insights {

// Names that a query may use for what is computed: `expression as name`, else the expression as it is
// written.
struct Column {
  std::string name;
  ExpressionPtr expression;
};

struct FieldsCommand {
  std::vector<Column> columns;
  bool only = false;  // display: nothing but these is shown
};

struct FilterCommand {
  ExpressionPtr condition;
};

struct StatsCommand {
  std::vector<AggregateSpec> aggregates;
  std::vector<Column> results;  // over the aggregates
  std::vector<Column> by;
};

struct SortCommand {
  struct Key {
    std::string name;
    bool descending = false;
  };
  std::vector<Key> keys;
};

struct LimitCommand {
  std::size_t count = 0;
  bool any = false;  // the first that are found will do
};

// parse field "in * seconds" as a: what stands between the literals; or a regular expression with named
// groups.
struct ParseCommand {
  ExpressionPtr source;
  std::vector<std::string> literals;  // one more than names; empty for a regular expression
  std::shared_ptr<const re2::RE2> pattern;
  std::vector<std::string> names;
};

struct DedupCommand {
  std::vector<std::string> names;
};

using Command = std::variant<FieldsCommand, FilterCommand, StatsCommand, SortCommand, LimitCommand,
                             ParseCommand, DedupCommand>;

struct Query {
  std::vector<Command> commands;
};

inline constexpr std::size_t kQueryCharactersMax = 10000;
inline constexpr std::size_t kResultsDefault = 10000;
inline constexpr std::size_t kResultsMax = 100000;

// Throws QueryError ("unexpected symbol found | at line 1 and position 8") for what is no query, and for the
// commands and functions of AWS that are not carried here: pattern, diff, join, anomaly, unmask and their
// kind.
Query parse_query(std::string_view text);

}  // namespace aurora::local::insights
