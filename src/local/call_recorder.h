// Writes down who made which call, for the test that holds the functions' calls against their roles.
#pragma once
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "local/service.h"

namespace aurora::local {

// Appends one JSON line for each call to <directory>/calls.jsonl, which many processes may share: principal
// and function, the pipeline's Region, service, operation, Region and account, the members of the input that
// authorization needs (an allow-list: names, ARNs, keys and tags, never what a request carries), the tags of
// RDS's resources as they were before the call, and the error's code. What a process has written already is
// not written again. Thread-safe.
class CallRecorder {
 public:
  // `home` is the Region of the pipeline whose functions call. Makes the directory; throws Error "FileError".
  CallRecorder(const std::filesystem::path& directory, std::string home);
  ~CallRecorder();
  CallRecorder(const CallRecorder&) = delete;
  CallRecorder& operator=(const CallRecorder&) = delete;

  // The line for a call that is about to be made; `function` is the session's name of its principal.
  // The router is asked for tags.
  static Json begin(const Call& call, const std::string& principal, const std::string& function,
                    Router& router);
  // Writes it with what the call came to; `error` is empty for an answer.
  void end(Json line, const std::string& error);

 private:
  const std::string home_;
  int descriptor_ = -1;
  std::mutex mutex_;
  std::set<std::size_t> written_;
};

// The session's name in arn:aws:sts::…:assumed-role/<role>/<session>; empty for any other principal.
std::string session_of(const std::string& principal);

}  // namespace aurora::local
