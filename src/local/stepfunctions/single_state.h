// One state by itself, run by the interpreter: what TestState does. Waits take no time.
#pragma once
#include "local/stepfunctions/tasks.h"

namespace aurora::local::stepfunctions {

using AnswerTask = std::function<TaskAnswer(const asl::TaskStart& task)>;

struct StateRun {
  bool succeeded = false;
  std::string output;                       // when it succeeded, or a catcher took the failure
  std::optional<std::string> error, cause;  // when it failed and no catcher took it
  std::string next;                         // empty at the end, and after a failure
  std::optional<std::size_t> catcher, retrier;
  std::optional<std::string> result;  // of the task
};

// Runs a state as often as is asked for, each time with the same chance, names and context. Parts of a state
// (with fewer of its fields) so show what the whole did on its way.
class StateRunner {
 public:
  StateRunner(std::string name, asl::ExecutionIdentity identity, std::string input);

  // Until the state is left, or waits for its next attempt. Throws Error "InvalidDefinition".
  StateRun run(const Json& state, const AnswerTask& answer);
  const std::string& input() const { return input_; }

 private:
  // Gives the same answers from the beginning again after rewind().
  class Host final : public asl::Host {
   public:
    double random() override;
    std::string uuid() override;
    std::string task_token(int strand, std::int64_t ticket) override;
    void rewind() { next_random_ = next_uuid_ = 0; }

   private:
    std::vector<double> randoms_;
    std::vector<std::string> uuids_;
    std::size_t next_random_ = 0, next_uuid_ = 0;
  };

  const std::string name_;
  const asl::ExecutionIdentity identity_;
  const std::string input_;
  Host host_;
};

struct StateTest {
  std::size_t retries = 0;  // attempts that the retrier of the failure has made already
};

struct StateOutcome {
  enum class Status { kSucceeded, kFailed, kRetriable, kCaughtError };
  Status status = Status::kSucceeded;
  std::string output, next;
  std::optional<std::string> error, cause;
  std::optional<std::string> result;
  std::optional<std::size_t> catcher, retrier;
  std::optional<std::int64_t> backoff_seconds;
};
std::string_view status_name(StateOutcome::Status status);  // "CAUGHT_ERROR"

// Runs the state's work once, and finds what Retry and Catch make of a failure.
StateOutcome test_state(StateRunner& runner, const Json& state, const AnswerTask& answer,
                        const StateTest& test);

}  // namespace aurora::local::stepfunctions
