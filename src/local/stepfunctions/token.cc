#include "local/stepfunctions/token.h"

#include <fmt/format.h>

#include <charconv>

#include "base/digest.h"
#include "base/text.h"

namespace aurora::local::stepfunctions {
namespace {

// Tells a token from other base64; it is no protection, as the endpoint listens on loopback only.
std::string checksum(std::string_view text) {
  return hex_encode(sha256(text)).substr(0, 32);
}

template <typename T>
bool parse_number(const std::string& text, T& value) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string encode_task_token(const TaskToken& token) {
  const std::string text = fmt::format("{}:{}:{}", token.execution, token.strand, token.ticket);
  return base64_encode(fmt::format("{}:{}", text, checksum(text)));
}

std::optional<TaskToken> decode_task_token(const std::string& text) {
  const std::optional<std::string> decoded = base64_decode(text);
  if (!decoded) return std::nullopt;
  const std::vector<std::string> parts = split(*decoded, ':');
  if (parts.size() != 4 || checksum(join({parts.begin(), parts.begin() + 3}, ":")) != parts[3])
    return std::nullopt;
  TaskToken token;
  if (!parse_number(parts[0], token.execution) || !parse_number(parts[1], token.strand) ||
      !parse_number(parts[2], token.ticket))
    return std::nullopt;
  return token;
}

}  // namespace aurora::local::stepfunctions
