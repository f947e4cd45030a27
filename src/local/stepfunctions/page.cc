#include "local/stepfunctions/page.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "base/digest.h"
#include "base/text.h"
#include "local/service_support.h"

namespace aurora::local::stepfunctions {
namespace {

constexpr std::chrono::hours kGoodFor{24};

std::int64_t seconds_of(TimePoint when) {
  return std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
}

std::string digest(const Call& call, const std::string& question) {
  return hex_encode(sha256(fmt::format("{}|{}|{}", call.operation, call.region, question))).substr(0, 32);
}

aws::ServiceError foreign() {
  return {"InvalidToken", "Invalid Token: 'Invalid token'"};
}

bool is_fresh(const std::string& issued, TimePoint now) {
  std::int64_t seconds = 0;
  if (std::from_chars(issued.data(), issued.data() + issued.size(), seconds).ec != std::errc{}) return false;
  return seconds <= seconds_of(now) && seconds + std::chrono::seconds(kGoodFor).count() >= seconds_of(now);
}

}  // namespace

std::string encode_page(const Call& call, const std::string& question, const std::string& position,
                        TimePoint now) {
  return base64_encode(fmt::format("p1:{}:{}:{}", seconds_of(now), digest(call, question), position));
}

std::string decode_page(const Call& call, const std::string& question, TimePoint now) {
  const std::string token = text_or(call, "nextToken");
  if (token.empty()) return {};
  const std::optional<std::string> decoded = base64_decode(token);
  if (!decoded) throw foreign();
  const std::vector<std::string> parts = split(*decoded, ':');
  if (parts.size() < 4 || parts[0] != "p1" || parts[2] != digest(call, question) || !is_fresh(parts[1], now))
    throw foreign();
  return join({parts.begin() + 3, parts.end()}, ":");
}

std::int64_t page_size(const Call& call) {
  constexpr std::int64_t kUsual = 100;
  const std::int64_t asked = int_or(call.input, "maxResults", 0);
  return asked <= 0 ? kUsual : asked;
}

std::string ascending(std::int64_t number) {
  return fmt::format("{:019}", number);
}

std::string descending(std::int64_t number) {
  return ascending(std::numeric_limits<std::int64_t>::max() - number);
}

}  // namespace aurora::local::stepfunctions
