// Checks of what this program, its endpoint and the pipeline need, and what each found.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/local_endpoint.h"
#include "cli/world.h"

namespace aurora::cli {

enum class Health { kOk, kWarning, kFailed, kNotLookedAt };

std::string_view name_of(Health health);  // "ok", "warning", "failed", "not looked at"

struct Diagnosis {
  std::string group;
  std::string check;
  Health health = Health::kOk;
  std::string found;
  std::string mend;  // a command to type, or a sentence; empty when nothing is to be done
};

// What the checks look at. They know nothing of each other.
class Patient {
 public:
  explicit Patient(Context& context);

  Context& context() const { return context_; }
  bool local() const { return local_; }
  const LocalEndpoint& endpoint() const { return endpoint_; }
  // Null while there is no connection: then why_no_world() says why.
  World* world() { return world_.get(); }
  const std::string& why_no_world() const { return why_no_world_; }
  const std::optional<Error>& connection_error() const { return connection_error_; }
  // The settings of the environment's parameters and the defaults. Throws what reading them throws.
  const Json& settings();
  // The Region that restores go to.
  std::string target_region();

  void ok(std::string found) { add(Health::kOk, std::move(found), ""); }
  void warn(std::string found, std::string mend) { add(Health::kWarning, std::move(found), std::move(mend)); }
  void fail(std::string found, std::string mend) { add(Health::kFailed, std::move(found), std::move(mend)); }
  void skip(std::string why) { add(Health::kNotLookedAt, std::move(why), ""); }
  // The command that a person types, with this one's choice of environment.
  std::string typed(std::string_view arguments) const { return command_line(context_, arguments); }
  // "aws SERVICE … --region REGION"
  std::string aws(std::string_view arguments) const;

  void begin(std::string_view group, std::string_view check);
  std::vector<Diagnosis> take() { return std::move(found_); }
  // Reading the settings failed once: one check tells of it, the others cannot look.
  bool settings_broken() const { return settings_broken_; }

 private:
  void add(Health health, std::string found, std::string mend);
  void connect();

  Context& context_;
  bool local_ = false;
  LocalEndpoint endpoint_;
  std::unique_ptr<World> world_;
  std::string why_no_world_;
  std::optional<Error> connection_error_;
  std::optional<Json> settings_;
  bool settings_broken_ = false;
  Diagnosis next_;
  std::vector<Diagnosis> found_;
};

struct Check {
  enum class Needs { kNothing, kLocalMachine, kConnection, kSettings };
  std::string_view group;
  std::string_view name;
  Needs needs = Needs::kNothing;
  // Tells the patient what it found; an Error that it throws is told as a failure.
  void (*look)(Patient& patient) = nullptr;
};

// In the order of the report.
std::span<const Check> all_checks();

// Runs them all. A check that needs what is not there is told as not looked at.
std::vector<Diagnosis> examine(Context& context, std::span<const Check> checks);

// The looks, by file: machine.cc, connection.cc, pipeline.cc, settings.cc.
void look_at_programs(Patient& patient);
void look_at_postgresql(Patient& patient);
void look_at_mariadb(Patient& patient);
void look_at_server_user(Patient& patient);
void look_at_data_directory(Patient& patient);
void look_at_disk_space(Patient& patient);
void look_at_loopback(Patient& patient);
void look_at_port(Patient& patient);
void look_at_open_files(Patient& patient);
void look_at_time_zones(Patient& patient);
void look_at_endpoint(Patient& patient);
void look_at_credentials(Patient& patient);
void look_at_clock(Patient& patient);
void look_at_services(Patient& patient);
void look_at_state_table(Patient& patient);
void look_at_audit_table(Patient& patient);
void look_at_functions(Patient& patient);
void look_at_state_machine(Patient& patient);
void look_at_rollback_rule(Patient& patient);
void look_at_alarms(Patient& patient);
void look_at_parameters(Patient& patient);
void look_at_named_secrets(Patient& patient);
void look_at_kms_key(Patient& patient);
void look_at_subnet_group(Patient& patient);
void look_at_topic(Patient& patient);
void look_at_queue(Patient& patient);
void look_at_buckets(Patient& patient);

}  // namespace aurora::cli
