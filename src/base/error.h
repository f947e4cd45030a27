// The error that everything here throws: a name that Retry and Catch can match, what happened, and
// what to do.
#pragma once
#include <exception>
#include <string>

namespace aurora {

// `name` is stable and matches [A-Za-z.]+ ("SnapshotNotFound"); `message` says what happened and what
// stands now; `hint` says what to do, and may be empty. None of them ever holds a secret.
class Error : public std::exception {
 public:
  Error(std::string name, std::string message, std::string hint = {});
  ~Error() override;

  const std::string& name() const { return name_; }
  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }
  // "name: message"
  const char* what() const noexcept override { return what_.c_str(); }

 private:
  std::string name_;
  std::string message_;
  std::string hint_;
  std::string what_;
};

// The work was told to stop (Ctrl-C, shutdown); it is not a failure of the work.
class Cancelled : public Error {
 public:
  explicit Cancelled(std::string message) : Error("Cancelled", std::move(message)) {}
};

// A broken invariant: prints where and why, and aborts, in release builds too.
[[noreturn]] void invariant_failed(const char* file, int line, const char* condition);

}  // namespace aurora

#define AURORA_INVARIANT(condition) \
  ((condition) ? void(0) : ::aurora::invariant_failed(__FILE__, __LINE__, #condition))
