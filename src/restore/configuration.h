// Settings as they are in force for one step: event, then the operation's state, then environment
// variables, then SSM Parameter Store, then defaults.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "aws/client.h"
#include "base/clock.h"
#include "restore/pipeline.h"
#include "restore/settings.h"

namespace aurora::restore {

enum class Source { kEvent, kState, kEnvironment, kParameterStore, kDefault };
std::string_view name_of(Source source);

// Values by canonical name, each with where it came from.
class Configuration {
 public:
  void set(const std::string& name, Json value, Source source);
  // Takes those settings of `values` (canonical) that no earlier source gave.
  void add(const Json& values, Source source);

  bool has(const std::string& name) const { return values_.contains(name); }
  // The value, or an empty string, 0, false, no elements when there is none.
  std::string text(const std::string& name) const;
  std::int64_t integer(const std::string& name) const;
  double number(const std::string& name) const;
  bool flag(const std::string& name) const;
  std::vector<std::string> list(const std::string& name) const;
  const Json& value(const std::string& name) const { return member_or_null(values_, name); }
  std::optional<Source> source(const std::string& name) const;
  const Json& values() const { return values_; }

 private:
  Json values_ = Json::object();
  std::map<std::string, Source> sources_;
};

// Reads /aurora-restore/<environment>/config and …/db_users; keeps what it read for 30 s.
// Thread-safe.
class ParameterStore {
 public:
  ParameterStore(aws::Api& api, const Clock& clock, PipelineNames names);
  // The canonical settings of both parameters; absent parameters give none. Throws Error
  // "InvalidConfiguration", which names the parameter and the position or field.
  Json settings();

 private:
  Json fetch();

  aws::Api& api_;
  const Clock& clock_;
  const PipelineNames names_;
  std::mutex mutex_;
  Json cached_;
  std::optional<TimePoint> fetched_;
};

// The settings that environment variables give, canonical; malformed ones are findings.
Json environment_settings(const Environment& environment, std::vector<Finding>& findings);
Json default_settings();
// Every variable that the functions read: those that set a setting, name a part of the pipeline or configure
// the function itself (the log's level). What a deployment hands on to them.
std::vector<std::string> function_variables();

}  // namespace aurora::restore
