// Task tokens: opaque to callers, and the same after a restart.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace aurora::local::stepfunctions {

struct TaskToken {
  std::int64_t execution = 0;
  int strand = 0;
  std::int64_t ticket = 0;
};

std::string encode_task_token(const TaskToken& token);
// Nothing for a text that is no token.
std::optional<TaskToken> decode_task_token(const std::string& text);

}  // namespace aurora::local::stepfunctions
