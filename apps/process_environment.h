// The process's environment variables; only apps read them.
#pragma once
#include <cstdlib>
#include <optional>
#include <string>

namespace aurora {

inline std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace aurora
