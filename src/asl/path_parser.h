// From the text of a path to its steps. Used by path.cc only.
#pragma once
#include "asl/path_filter.h"

namespace aurora::asl {

class PathParser {
 public:
  explicit PathParser(std::string_view text) : text_(text) {}
  Path parse();

 private:
  static constexpr int kDepthMax = 32;  // of filters in filters
  // No JSON is deeper, and no ResultPath may make any.
  static constexpr std::size_t kStepsMax = kJsonDepthMax;

  [[noreturn]] void fail(std::string_view problem) const;
  bool at_end() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool accept(std::string_view token);
  void expect(char c);
  void skip_spaces();

  void parse_steps(Path& path, bool inside_filter);
  PathStep parse_dotted(bool inside_filter);
  PathStep parse_bracket();
  void parse_variable(Path& path);
  void parse_from_end(PathStep& step);
  void parse_names(PathStep& step);
  void parse_indices(PathStep& step);
  std::string parse_quoted();
  std::int64_t parse_integer();
  bool at_integer() const;

  PathFilter parse_all(std::string_view separator, PathFilter::Kind kind,
                       PathFilter (PathParser::*parse_part)());
  PathFilter parse_or();
  PathFilter parse_and();
  PathFilter parse_not();
  PathFilter parse_test();
  FilterOperand parse_operand();
  Json parse_literal();
  std::optional<FilterOperator> parse_operator();
  bool accept_word(std::string_view word);
  std::shared_ptr<const Pattern> parse_pattern();

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace aurora::asl
