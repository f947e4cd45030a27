// Which parts of a definition a set of executions went through.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "base/json.h"

namespace aurora::cli {

// The parts are: every state, every way out of a Choice (rules with the same Next are one), every Catch and
// every Retry. Each has a name that tells it apart: "choice IsReady to Restore (status = \"ready\")".
class Coverage {
 public:
  explicit Coverage(const Json& definition);
  // Of one execution, GetExecutionHistory's.
  void add(const std::vector<Json>& events);
  // In the order of the definition.
  std::vector<std::string> missing() const;
  std::size_t total() const { return parts_.size(); }

 private:
  struct Part {
    enum class Kind { kState, kChoice, kCatch, kRetry };
    Kind kind = Kind::kState;
    std::string state;
    std::string to;                         // of a choice or catch
    std::vector<std::string> error_equals;  // of a catch or retry
    std::string name;
  };

  void add_parts(const std::string& name, const Json& state);
  void add_handlers(const std::string& name, const Json& state, const char* field, Part::Kind kind);
  // The first of that state that fits, which is the one that an interpreter takes.
  void take(Part::Kind kind, const std::string& state, const std::string& to, const std::string& error);

  std::vector<Part> parts_;
  std::set<std::size_t> taken_;
};

}  // namespace aurora::cli
