// From the text of a regular expression to its program. Used by pattern.cc only.
#pragma once
#include "asl/pattern.h"

namespace aurora::asl {

// The code point at `at`, which is moved past it. The text is UTF-8.
std::uint32_t next_character(std::string_view text, std::size_t& at);

// Programs are made from their end: a part is given where it goes on and answers where it begins.
class PatternParser {
 public:
  PatternParser(std::string_view text, std::vector<Pattern::Instruction>& program)
      : text_(text), program_(program) {}
  std::size_t parse();

 private:
  using Instruction = Pattern::Instruction;
  static constexpr int kDepthMax = 50;
  static constexpr std::size_t kProgramMax = 2'000;
  static constexpr std::size_t kEmittedMax = 100'000;  // parts, of which empty ones make no program
  static constexpr int kRepeatMax = 1'000;

  // What the text says, before it becomes a program.
  struct Node {
    enum class Kind { kCharacter, kBegin, kEnd, kAll, kAny, kRepeat };
    Kind kind = Kind::kAll;
    Instruction character;
    std::vector<Node> parts;  // of kAll, one after the other; of kAny, instead of each other; of kRepeat
    int least = 0, most = 0;  // of kRepeat; most < 0 for no limit
  };

  [[noreturn]] void fail(std::string_view problem) const;
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool accept(char c);

  Node parse_any();
  Node parse_all();
  Node parse_repeated();
  Node parse_one();
  Node parse_class();
  void parse_class_part(Instruction& set);
  void parse_escape(Instruction& set);
  bool parse_counts(Node& repeat);
  int parse_number();

  std::size_t add(Instruction instruction);
  std::size_t fork(std::size_t next, std::size_t other);
  std::size_t emit(const Node& node, std::size_t next);
  std::size_t emit_repeat(const Node& node, std::size_t next);

  std::string_view text_;
  std::vector<Instruction>& program_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::size_t emitted_ = 0;
};

}  // namespace aurora::asl
