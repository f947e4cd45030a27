#include "restore/preflight.h"

#include <fmt/format.h>

#include <array>
#include <thread>

namespace aurora::restore {
namespace {

constexpr std::array<Look, 9> kLooks{look_at_target,  look_at_keys,           look_at_network,
                                     look_at_engine,  look_at_instance_class, look_at_quotas,
                                     look_at_secrets, look_at_channels,       look_at_time};

// What one look found, or what kept it from looking. An exception does not leave its thread: its copy does.
struct Outcome {
  Findings findings;
  std::optional<aws::ServiceError> service_error;
  std::optional<aws::Unreachable> unreachable;
  std::optional<Error> error;

  void rethrow() const {
    if (service_error) throw aws::ServiceError(*service_error);
    if (unreachable) throw aws::Unreachable(*unreachable);
    if (error) throw Error(*error);
  }
};

void take(Look look, const StepContext& context, const aws::ClusterSnapshot* snapshot, Outcome& outcome) {
  try {
    look(context, snapshot, outcome.findings);
  } catch (const aws::ServiceError& e) {
    outcome.service_error = e;
  } catch (const aws::Unreachable& e) {
    outcome.unreachable = e;
  } catch (const Error& e) {
    outcome.error = e;
  } catch (const std::exception& e) {
    outcome.error = Error("InternalError", e.what());
  }
}

}  // namespace

void Findings::append(const Findings& other) {
  errors_.insert(errors_.end(), other.errors_.begin(), other.errors_.end());
  warnings_.insert(warnings_.end(), other.warnings_.begin(), other.warnings_.end());
  if (!other.kms_key_arn.empty()) kms_key_arn = other.kms_key_arn;
}

Findings preflight(const StepContext& context, const aws::ClusterSnapshot* snapshot) {
  std::array<Outcome, kLooks.size()> outcomes;
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kLooks.size(); ++i)
      threads.emplace_back([&, i] { take(kLooks[i], context, snapshot, outcomes[i]); });
  }
  Findings all;
  for (const Outcome& outcome : outcomes) {
    outcome.rethrow();
    all.append(outcome.findings);
  }
  return all;
}

void throw_findings(const Findings& findings) {
  const std::vector<Error>& errors = findings.errors();
  if (errors.empty()) return;
  if (errors.size() == 1) throw Error(errors.front());
  std::string text;
  for (const Error& error : errors)
    text += fmt::format("\n  {}: {}{}{}", error.name(), error.message(), error.hint().empty() ? "" : " ",
                        error.hint());
  throw Error("PreflightFailed",
              fmt::format("{} things stand in the way of this restore; nothing was created or changed:{}",
                          errors.size(), text));
}

bool is_denied(const aws::ServiceError& error) {
  for (const char* code : {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation",
                           "AuthorizationError", "NotAuthorized", "Forbidden", "403"})
    if (error.is(code)) return true;
  return error.status() == 403;
}

void unless_denied(Findings& findings, const std::string& what, const std::function<void()>& look) {
  try {
    look();
  } catch (const aws::ServiceError& e) {
    if (!is_denied(e)) throw;
    findings.warn(fmt::format("{} could not be looked at: {} {} was denied ({}).", what, e.details().service,
                              e.details().operation, e.code()));
  }
}

}  // namespace aurora::restore
