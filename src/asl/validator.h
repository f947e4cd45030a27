// The walk over a definition that validate() makes. Used by validate*.cc only.
#pragma once
#include <set>

#include "asl/validate.h"
#include "asl/validate_fields.h"

namespace aurora::asl {

class Validator {
 public:
  explicit Validator(std::vector<Diagnostic>& diagnostics) : diagnostics_(diagnostics) {}
  void check_machine(const Json& machine);

 private:
  static constexpr int kNestingMax = 100;

  // Goes one level down for as long as it lives.
  class At {
   public:
    At(Validator& validator, const std::string& member);
    At(const At&) = delete;
    At& operator=(const At&) = delete;
    ~At();

   private:
    Validator& validator_;
    std::size_t size_;
  };

  void add(std::string code, const std::string& message);
  void schema(const std::string& message) { add("SCHEMA_VALIDATION_FAILED", message); }
  // True when all are there.
  bool require(const Json& object, std::initializer_list<const char*> fields);
  // What is wrong with the value of `field`, where the object has it.
  void check(const Json& object, const char* field, FieldKind kind);
  void exclusive(const Json& object, const char* a, const char* b);
  void check_known(const Json& object, std::initializer_list<std::string_view> known);

  void check_list(const Json& list);  // StartAt and States
  void check_transitions(const Json& list);
  void check_state(const std::string& name, const Json& state);
  void check_fields(const std::string& type, const Json& state);
  void check_flow(const std::string& type, const Json& state);
  void check_task(const Json& state);
  void check_choice(const Json& state);
  void check_rule(const Json& rule, bool is_top, int depth);
  void check_comparison(const std::string& name, const Json& operand);
  void check_wait(const Json& state);
  void check_parallel(const Json& state);
  void check_map(const Json& state);
  void check_label(const Json& label);
  void check_item_batcher(const Json& batcher);
  void check_retriers(const Json& state);
  void check_catchers(const Json& state);
  void check_errors(const Json& handler, bool is_last);

  std::vector<Diagnostic>& diagnostics_;
  std::string location_;
  std::set<std::string> names_;
  bool jsonata_ = false;
  int nesting_ = 0;
};

}  // namespace aurora::asl
