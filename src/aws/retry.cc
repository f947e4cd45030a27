#include "aws/retry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "aws/wire.h"
#include "base/dates.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

using namespace std::chrono_literals;
using Names = std::string_view;

// The lists of the SDKs' standard mode.
constexpr Names kThrottling[] = {"Throttling",
                                 "ThrottlingException",
                                 "ThrottledException",
                                 "RequestThrottled",
                                 "RequestThrottledException",
                                 "TooManyRequestsException",
                                 "RequestLimitExceeded",
                                 "BandwidthLimitExceeded",
                                 "LimitExceededException",
                                 "ProvisionedThroughputExceededException",
                                 "TransactionInProgressException",
                                 "SlowDown",
                                 "PriorRequestNotComplete",
                                 "EC2ThrottledException",
                                 "TooManyRequests"};
constexpr Names kTransient[] = {"RequestTimeout",  "RequestTimeoutException", "InternalError",
                                "InternalFailure", "ServiceUnavailable",      "InternalServerError"};
constexpr Names kSkew[] = {"RequestTimeTooSkewed",
                           "RequestExpired",
                           "RequestInTheFuture",
                           "AuthFailure",
                           "SignatureDoesNotMatch",
                           "InvalidSignatureException",
                           "Forbidden"};
// Clocks nearer than this are no reason for a refusal; the services allow 15 minutes, some 5.
constexpr auto kSkewMin = 4min;

template <std::size_t N>
bool contains(const Names (&names)[N], std::string_view code) {
  return std::ranges::find(names, code) != std::end(names);
}

double random_fraction() {
  const std::string bytes = random_bytes(4);
  std::uint32_t number = 0;
  for (const char byte : bytes) number = (number << 8) | static_cast<unsigned char>(byte);
  return static_cast<double>(number) / 4294967296.0;
}

// Three S3 operations may begin a 200 and then find that they failed.
bool holds_late_error(const CallContext& context, const http::Response& response) {
  static constexpr std::array<Names, 3> kLate = {"CopyObject", "UploadPartCopy", "CompleteMultipartUpload"};
  return context.service.name == "s3" && response.status == 200 &&
         std::ranges::find(kLate, context.operation.name) != kLate.end() &&
         response.body.find("<Error>") != std::string::npos;
}

}  // namespace

FailureKind kind_of(const ServiceError& error) {
  if (contains(kThrottling, error.code())) return FailureKind::kThrottled;
  if (error.code() == "RequestTimeTooSkewed") return FailureKind::kClockSkew;
  const int status = error.status();
  if (contains(kTransient, error.code()) || status == 500 || status == 502 || status == 503 || status == 504)
    return FailureKind::kTransient;
  return contains(kSkew, error.code()) ? FailureKind::kClockSkew : FailureKind::kTerminal;
}

FailureKind kind_of(const http::TransportError& error) {
  // A wrong certificate stays wrong.
  if (error.name() == "TlsError") return FailureKind::kTerminal;
  return error.not_sent() ? FailureKind::kNotSent : FailureKind::kTransient;
}

int RetryBudget::cost(FailureKind kind) {
  return kind == FailureKind::kTransient ? 10 : 5;
}

bool RetryBudget::take(FailureKind kind) {
  const std::lock_guard lock(mutex_);
  if (tokens_ < cost(kind)) return false;
  tokens_ -= cost(kind);
  return true;
}

void RetryBudget::give_back(FailureKind last_retry) {
  const std::lock_guard lock(mutex_);
  tokens_ = std::min(capacity_, tokens_ + (last_retry == FailureKind::kNone ? 1 : cost(last_retry)));
}

int RetryBudget::tokens() const {
  const std::lock_guard lock(mutex_);
  return tokens_;
}

Duration ClockSkew::offset() const {
  const std::lock_guard lock(mutex_);
  return offset_;
}

bool ClockSkew::learn(const http::Response& response, TimePoint now) {
  const auto date = response.headers.get("Date");
  const std::optional<TimePoint> theirs = date ? parse_http_date(*date) : std::nullopt;
  if (!theirs) return false;
  const std::lock_guard lock(mutex_);
  const Duration error = *theirs - (now + offset_);
  if (std::chrono::abs(error) < kSkewMin) return false;
  offset_ = *theirs - now;
  return true;
}

Duration retry_delay(const RetryOptions& options, FailureKind kind, int attempt, double random) {
  const Duration base = kind == FailureKind::kThrottled ? options.throttled_delay_base : options.delay_base;
  const double ceiling = std::min(static_cast<double>(options.delay_max.count()),
                                  static_cast<double>(base.count()) * std::pow(2.0, attempt - 1));
  return Duration(static_cast<Duration::rep>(random * ceiling));
}

Duration requested_delay(const http::Headers& headers, TimePoint now) {
  const auto number = [](const std::string& text) {
    long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0 ? std::optional(value)
                                                                                  : std::nullopt;
  };
  if (const auto text = headers.get("x-amz-retry-after"))
    if (const auto milliseconds = number(*text)) return std::chrono::milliseconds(*milliseconds);
  const auto text = headers.get("Retry-After");
  if (!text) return Duration(0);
  if (const auto seconds = number(*text)) return std::chrono::seconds(*seconds);
  const std::optional<TimePoint> when = parse_http_date(*text);
  return when ? std::max(Duration(0), *when - now) : Duration(0);
}

FailureKind RetryTransport::judge(const http::Response& response) const {
  if (holds_late_error(context_, response)) return FailureKind::kTransient;
  if (response.status < 400) return FailureKind::kNone;
  return kind_of(decode_error(context_.service, context_.operation, response));
}

bool RetryTransport::may_retry(FailureKind kind, int attempt) {
  if (kind == FailureKind::kNone || kind == FailureKind::kTerminal || attempt >= options_.attempts_max)
    return false;
  if (kind == FailureKind::kTransient && !context_.repeatable) return false;
  return state_.budget.take(kind);
}

void RetryTransport::wait(FailureKind kind, int attempt, const http::Headers& headers,
                          const std::stop_token& stop) {
  if (kind == FailureKind::kClockSkew) return;
  const double random = options_.random ? options_.random() : random_fraction();
  const Duration asked = std::min(requested_delay(headers, clock_.now()), options_.delay_max);
  const Duration delay = std::max(asked, retry_delay(options_, kind, attempt, random));
  if (!clock_.sleep_for(delay, stop))
    throw Cancelled(fmt::format("Stopped while waiting to repeat {} of {}.", context_.operation.name,
                                context_.service.name));
}

http::Response RetryTransport::send(const http::Request& request, const http::SendOptions& options) {
  http::Request numbered = request;
  numbered.headers.set("amz-sdk-invocation-id", new_uuid());
  FailureKind last_retry = FailureKind::kNone;
  bool skew_corrected = false;
  for (int attempt = 1;; ++attempt) {
    numbered.headers.set("amz-sdk-request",
                         fmt::format("attempt={}; max={}", attempt, options_.attempts_max));
    FailureKind kind = FailureKind::kNone;
    http::Headers headers;
    try {
      http::Response response = next_.send(numbered, options);
      kind = judge(response);
      if (kind == FailureKind::kNone) state_.budget.give_back(last_retry);
      // One correction is enough; a signature refused once more is wrong for another reason.
      if (kind == FailureKind::kClockSkew && (skew_corrected || !state_.skew.learn(response, clock_.now())))
        kind = FailureKind::kTerminal;
      skew_corrected = skew_corrected || kind == FailureKind::kClockSkew;
      if (!may_retry(kind, attempt)) return response;
      headers = std::move(response.headers);
    } catch (const http::TransportError& error) {
      kind = kind_of(error);
      if (!may_retry(kind, attempt)) throw;
    }
    wait(kind, attempt, headers, options.stop);
    last_retry = kind;
  }
}

}  // namespace aurora::aws
