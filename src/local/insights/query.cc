#include "local/insights/query.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "local/insights/expression_parser.h"

namespace aurora::local::insights {
namespace {

constexpr std::size_t kCommandsMax = 100;
constexpr int kStatsMax = 2;
constexpr std::array<std::string_view, 9> kNotCarried{"pattern", "diff", "anomaly", "unmask",     "unnest",
                                                      "lookup",  "join", "source",  "filterindex"};

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text), expressions_(lexer_) {}

  Query parse() {
    Query query;
    do {
      if (query.commands.size() == kCommandsMax)
        lexer_.refuse("the query has too many commands", lexer_.peek());
      query.commands.push_back(command());
    } while (expressions_.accept("|"));
    if (lexer_.peek().kind != Token::Kind::kEnd) lexer_.refuse(lexer_.peek());
    return query;
  }

 private:
  Command command() {
    const Token name = lexer_.take();
    if (name.kind != Token::Kind::kName) lexer_.refuse(name);
    const std::string word = to_lower(name.text);
    if (std::find(kNotCarried.begin(), kNotCarried.end(), word) != kNotCarried.end())
      lexer_.refuse("the command " + word + " is not carried by this endpoint", name);
    // AWS: nothing but limit may follow dedup.
    if (after_dedup_ && word != "limit") lexer_.refuse(name);
    if (word == "fields") return FieldsCommand{columns(), false};
    if (word == "display") return FieldsCommand{columns(), true};
    if (word == "filter") return FilterCommand{expressions_.parse()};
    if (word == "stats") return stats(name);
    if (word == "sort") return sort();
    if (word == "limit") return limit();
    if (word == "parse") return parse_command();
    if (word == "dedup") return dedup();
    lexer_.refuse(name);
  }

  template <typename ParseOne>
  std::vector<Column> columns_of(ParseOne parse_one) {
    std::vector<Column> columns;
    do {
      const std::size_t begin = lexer_.peek().begin;
      Column column{"", parse_one()};
      // A name in backquotes is shown without them.
      column.name = column.expression->kind == Expression::Kind::kField
                        ? column.expression->name
                        : std::string(lexer_.text_since(begin));
      if (expressions_.accept("as")) column.name = expressions_.name();
      columns.push_back(std::move(column));
    } while (expressions_.accept(","));
    return columns;
  }
  std::vector<Column> columns() {
    return columns_of([this] { return expressions_.parse(); });
  }

  StatsCommand stats(const Token& name) {
    if (++stats_ > kStatsMax) lexer_.refuse(fmt::format("more than {} stats commands", kStatsMax), name);
    StatsCommand command;
    command.results = columns_of([&] { return expressions_.parse_with_aggregates(command.aggregates); });
    if (command.aggregates.empty()) lexer_.refuse("stats without an aggregation", name);
    if (expressions_.accept("by")) command.by = columns();
    return command;
  }

  SortCommand sort() {
    SortCommand command;
    do {
      SortCommand::Key key{expressions_.name(), false};
      key.descending = expressions_.accept("desc");
      if (!key.descending) expressions_.accept("asc");
      command.keys.push_back(std::move(key));
    } while (expressions_.accept(","));
    return command;
  }

  LimitCommand limit() {
    LimitCommand command;
    command.any = expressions_.accept("any");
    const Token count = lexer_.take();
    const auto [end, failure] =
        std::from_chars(count.text.data(), count.text.data() + count.text.size(), command.count);
    const bool whole = failure == std::errc() && end == count.text.data() + count.text.size();
    if (count.kind != Token::Kind::kNumber) lexer_.refuse(count);
    if (!whole || command.count == 0 || command.count > kResultsMax)
      lexer_.refuse(fmt::format("the limit must be from 1 to {}", kResultsMax), count);
    return command;
  }

  ParseCommand parse_command() {
    ParseCommand command;
    // The field may be left out: then it is @message.
    const bool has_field = lexer_.peek().kind != Token::Kind::kText && !expressions_.at_regex();
    command.source = has_field ? expressions_.parse_operand() : message_field();
    const Token at = lexer_.peek();
    if (expressions_.at_regex()) {
      command.pattern = expressions_.regex();
      for (const auto& [number, name] : command.pattern->CapturingGroupNames()) command.names.push_back(name);
      if (command.names.empty()) lexer_.refuse("expected a named group, (?<name>...),", at);
      return command;
    }
    const Token glob = lexer_.take();
    if (glob.kind != Token::Kind::kText) lexer_.refuse(glob);
    command.literals = split(glob.text, '*');
    expressions_.expect("as");
    do {
      command.names.push_back(expressions_.name());
    } while (expressions_.accept(","));
    if (command.names.size() + 1 != command.literals.size())
      lexer_.refuse(fmt::format("the expression has {} wildcards for {} names", command.literals.size() - 1,
                                command.names.size()),
                    glob);
    return command;
  }

  static ExpressionPtr message_field() {
    return std::make_unique<const Expression>(
        Expression{.kind = Expression::Kind::kField, .name = "@message"});
  }

  DedupCommand dedup() {
    after_dedup_ = true;
    DedupCommand command;
    do {
      command.names.push_back(expressions_.name());
    } while (expressions_.accept(","));
    return command;
  }

  Lexer lexer_;
  ExpressionParser expressions_;
  int stats_ = 0;
  bool after_dedup_ = false;
};

}  // namespace

Query parse_query(std::string_view text) {
  const Lexer empty("");
  if (text.size() > kQueryCharactersMax)
    empty.refuse(fmt::format("the query is longer than {} characters", kQueryCharactersMax), empty.peek());
  return Parser(text).parse();
}

}  // namespace aurora::local::insights
