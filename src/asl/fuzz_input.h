// What the fuzz targets share. Used by *_fuzz.cc only.
#pragma once
#include <cstdint>
#include <string>

#include "asl/simulation.h"

namespace aurora::asl {

inline std::string fuzz_text(const std::uint8_t* data, std::size_t size) {
  return size == 0 ? std::string() : std::string(reinterpret_cast<const char*>(data), size);
}

// The first line and what follows it.
inline std::pair<std::string, std::string> fuzz_lines(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz_text(data, size);
  const std::size_t end = std::min(text.find('\n'), text.size());
  return {text.substr(0, end), text.substr(std::min(end + 1, text.size()))};
}

// Runs `machine` for about a thousand events at most, with tasks that answer, fail and stay away in turn.
// Aborts when the history is not what a history must be.
void fuzz_execution(std::shared_ptr<const Machine> machine, const Value& input);

}  // namespace aurora::asl
