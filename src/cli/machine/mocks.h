// Answers that tasks get when a definition is rehearsed, by the name of the state: docs/ASL.md describes the
// file.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "asl/simulation.h"
#include "base/json.h"

namespace aurora::cli {

class Mocks {
 public:
  // Throws Error "MocksMalformed" with everything that is wrong, and "MockMissing" with all Task states of
  // the definition that have no answer.
  static Mocks parse(const Json& mocks, const Json& definition);

  // The next answer for the task of that state. Throws Error "MockMissing" when there are no more.
  asl::SimulatedAnswer next(const std::string& state);
  // "2 answers of CopySnapshot were not asked for", for each state with such.
  std::vector<std::string> left_over() const;

 private:
  struct Answer {
    asl::SimulatedAnswer answer;
    int times = 1;  // 0: again and again
  };
  struct Answers {
    std::vector<Answer> list;
    std::size_t at = 0;  // in `list`
    int given = 0;       // of the one at `at`
    int asked = 0;
  };
  class Reader;

  std::map<std::string, Answers> by_state_;
};

// Calls `visit` with every state of a definition, those of branches and processors included.
void for_each_state(const Json& machine,
                    const std::function<void(const std::string& name, const Json& state)>& visit);

}  // namespace aurora::cli
