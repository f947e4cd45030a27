// What later steps would fail on, found before anything is created or destroyed: all of it in one answer, not
// the first of it.
//
// Each look reads what AWS says about one subject and adds what stands in the way. They know nothing of each
// other and run side by side. A look that the functions' role may not take is told as a warning, where the
// step itself would still be allowed; nothing here changes anything.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "restore/step.h"

namespace aurora::restore {

class Findings {
 public:
  void add(std::string name, std::string message, std::string hint = {}) {
    errors_.emplace_back(std::move(name), std::move(message), std::move(hint));
  }
  void add(const Error& error) { errors_.push_back(error); }
  void warn(std::string text) { warnings_.push_back(std::move(text)); }
  void append(const Findings& other);

  const std::vector<Error>& errors() const { return errors_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

  // The ARN that kms_key_id means; empty when none is given, or KMS did not say.
  std::string kms_key_arn;

 private:
  std::vector<Error> errors_;
  std::vector<std::string> warnings_;
};

// `snapshot` is null when it was not found: the looks that need none are taken all the same.
using Look = void (*)(const StepContext& context, const aws::ClusterSnapshot* snapshot, Findings& findings);

// All looks. Throws what a look meets that is no finding: a service that throttles or is down.
Findings preflight(const StepContext& context, const aws::ClusterSnapshot* snapshot);

// Throws the one error there is, or Error "PreflightFailed" with name, message and hint of each. Nothing when
// there is none.
void throw_findings(const Findings& findings);

// Runs `look`; a refusal by the account's policies becomes a warning that `what` was not looked at.
void unless_denied(Findings& findings, const std::string& what, const std::function<void()>& look);
bool is_denied(const aws::ServiceError& error);

// Whether the snapshot has to be copied: Region, account or key differ.
bool needs_copy(const StepContext& context, const aws::ClusterSnapshot& snapshot,
                const std::string& kms_key_arn);

// Whether version `a` is lower than `b`, number by number: 15.4 < 15.10, 8.0.mysql_aurora.3.04.1 < ….3.10.0.
bool is_lower_version(std::string_view a, std::string_view b);

// The looks, by file.
void look_at_keys(const StepContext&, const aws::ClusterSnapshot*, Findings&);
void look_at_network(const StepContext&, const aws::ClusterSnapshot*, Findings&);
void look_at_engine(const StepContext&, const aws::ClusterSnapshot*, Findings&);
void look_at_instance_class(const StepContext&, const aws::ClusterSnapshot*, Findings&);
void look_at_target(const StepContext&, const aws::ClusterSnapshot*, Findings&);
void look_at_quotas(const StepContext&, const aws::ClusterSnapshot*, Findings&);
void look_at_secrets(const StepContext&, const aws::ClusterSnapshot*, Findings&);
void look_at_channels(const StepContext&, const aws::ClusterSnapshot*, Findings&);
void look_at_time(const StepContext&, const aws::ClusterSnapshot*, Findings&);

}  // namespace aurora::restore
