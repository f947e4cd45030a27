#include "cli/doctor/diagnosis.h"

#include <fmt/format.h>

#include "restore/configuration.h"

namespace aurora::cli {
namespace {

using Needs = Check::Needs;

constexpr std::string_view kMachine = "This machine";
constexpr std::string_view kConnection = "Connection";
constexpr std::string_view kPipeline = "Pipeline";
constexpr std::string_view kSettings = "Configuration";

constexpr Check kChecks[] = {
    {kMachine, "Programs", Needs::kLocalMachine, look_at_programs},
    {kMachine, "PostgreSQL", Needs::kLocalMachine, look_at_postgresql},
    {kMachine, "MariaDB", Needs::kLocalMachine, look_at_mariadb},
    {kMachine, "Servers' user", Needs::kLocalMachine, look_at_server_user},
    {kMachine, "Data directory", Needs::kLocalMachine, look_at_data_directory},
    {kMachine, "Disk space", Needs::kLocalMachine, look_at_disk_space},
    {kMachine, "Loopback", Needs::kLocalMachine, look_at_loopback},
    {kMachine, "Port", Needs::kLocalMachine, look_at_port},
    {kMachine, "Open files", Needs::kLocalMachine, look_at_open_files},
    {kMachine, "Time zones", Needs::kNothing, look_at_time_zones},
    {kConnection, "Endpoint", Needs::kNothing, look_at_endpoint},
    {kConnection, "Credentials", Needs::kNothing, look_at_credentials},
    {kConnection, "Clock", Needs::kConnection, look_at_clock},
    {kConnection, "Services", Needs::kConnection, look_at_services},
    {kPipeline, "State table", Needs::kConnection, look_at_state_table},
    {kPipeline, "Audit table", Needs::kConnection, look_at_audit_table},
    {kPipeline, "Functions", Needs::kConnection, look_at_functions},
    {kPipeline, "State machine", Needs::kConnection, look_at_state_machine},
    {kPipeline, "Rollback rule", Needs::kConnection, look_at_rollback_rule},
    {kPipeline, "Alarms", Needs::kConnection, look_at_alarms},
    {kSettings, "Parameters", Needs::kConnection, look_at_parameters},
    {kSettings, "Secrets", Needs::kSettings, look_at_named_secrets},
    {kSettings, "KMS key", Needs::kSettings, look_at_kms_key},
    {kSettings, "Subnet group", Needs::kSettings, look_at_subnet_group},
    {kSettings, "Topic", Needs::kSettings, look_at_topic},
    {kSettings, "Queue", Needs::kSettings, look_at_queue},
    {kSettings, "Buckets", Needs::kSettings, look_at_buckets},
};

bool is_denied(const Error& error) {
  for (const char* name : {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation",
                           "AuthorizationError", "KMSAccessDeniedException"})
    if (error.name() == name) return true;
  return false;
}

// A service or call that the endpoint does not carry is nothing that is broken.
bool is_not_carried(const Error& error) {
  for (const char* name :
       {"UnknownOperationException", "UnknownService", "UnknownOperation", "InvalidAction"})
    if (error.name() == name) return true;
  return false;
}

void run(const Check& check, Patient& patient) {
  patient.begin(check.group, check.name);
  if (check.needs == Needs::kLocalMachine && !patient.local())
    return patient.skip("only an endpoint on this machine needs it (--env local)");
  const bool asks = check.needs == Needs::kConnection || check.needs == Needs::kSettings;
  if (asks && patient.world() == nullptr) return patient.skip(patient.why_no_world());
  if (check.needs == Needs::kSettings && patient.settings_broken())
    return patient.skip("the configuration cannot be read");
  try {
    check.look(patient);
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    const std::string what = fmt::format("{}: {}", error.name(), error.message());
    if (is_denied(error))
      patient.warn(what, "These credentials may not look; that says nothing about the functions' role.");
    else if (is_not_carried(error))
      patient.skip("this endpoint does not answer the question");
    else
      patient.fail(what, error.hint().empty() ? patient.typed("explain " + error.name()) : error.hint());
  }
}

}  // namespace

std::string_view name_of(Health health) {
  switch (health) {
    case Health::kOk:
      return "ok";
    case Health::kWarning:
      return "warning";
    case Health::kFailed:
      return "failed";
    case Health::kNotLookedAt:
      return "not looked at";
  }
  return "";
}

Patient::Patient(Context& context)
    : context_(context),
      local_(chosen_environment(context) == kLocalEnvironment),
      endpoint_(local_ ? locate_endpoint(context) : LocalEndpoint{}) {
  connect();
}

void Patient::connect() {
  if (local_ && !context_.host.health(endpoint_.url)) {
    why_no_world_ = "the endpoint does not run";
    return;
  }
  try {
    world_ = std::make_unique<World>(open_world(context_));
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    why_no_world_ = "AWS cannot be asked: " + error.name();
    connection_error_ = error;
  }
}

const Json& Patient::settings() {
  if (!settings_) {
    settings_broken_ = true;
    Json settings = restore::ParameterStore(*world_->api, context_.clock, world_->names).settings();
    const Json defaults = restore::default_settings();
    for (const auto& [name, value] : defaults.items())
      if (!settings.contains(name)) settings[name] = value;
    settings_ = std::move(settings);
    settings_broken_ = false;
  }
  return *settings_;
}

std::string Patient::target_region() {
  return string_or(settings(), "target_region", world_->region());
}

std::string Patient::aws(std::string_view arguments) const {
  return fmt::format("aws {} --region {}", arguments, world_ ? world_->region() : "REGION");
}

void Patient::begin(std::string_view group, std::string_view check) {
  next_ = {.group = std::string(group), .check = std::string(check), .found = "", .mend = ""};
}

void Patient::add(Health health, std::string found, std::string mend) {
  Diagnosis diagnosis = next_;
  diagnosis.health = health;
  diagnosis.found = std::move(found);
  diagnosis.mend = std::move(mend);
  found_.push_back(std::move(diagnosis));
}

std::span<const Check> all_checks() {
  return kChecks;
}

std::vector<Diagnosis> examine(Context& context, std::span<const Check> checks) {
  Patient patient(context);
  for (const Check& check : checks) run(check, patient);
  return patient.take();
}

}  // namespace aurora::cli
