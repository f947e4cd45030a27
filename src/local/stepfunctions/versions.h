// Published versions of state machines, aliases that route to them, and which of them began an execution.
#pragma once
#include "local/stepfunctions/store.h"

namespace aurora::local::stepfunctions {

// The quotas of Step Functions on one state machine.
inline constexpr std::size_t kVersionsMax = 1000;
inline constexpr std::size_t kAliasesMax = 100;

struct Version {
  std::string machine;  // ARN
  std::int64_t number = 0;
  std::int64_t revision = 0;
  std::string description;
  TimePoint created;
  Json settings = Json::object();  // as the machine had them

  std::string arn() const;
};

struct Route {
  std::int64_t version = 0;
  int weight = 0;  // percent; those of an alias are 100 together
  bool operator==(const Route&) const = default;
};

struct Alias {
  std::int64_t id = 0;  // in the order of creation
  std::string machine;  // ARN
  std::string name, description;
  std::vector<Route> routes;
  TimePoint created, updated;

  std::string arn() const;
  bool routes_to(std::int64_t version) const;
};

// The version that `percent`, from 0 to 99, falls to.
std::int64_t route_of(const Alias& alias, int percent);

// What an execution was started by; a version without an alias, or both.
struct Origin {
  std::int64_t version = 0;
  std::string alias;
};

// Puts the ARNs that the API shows beside an execution.
void show_origin(Json& answer, const std::string& machine, const std::optional<Origin>& origin);

// Works on the store's own connection, inside the caller's transaction. Deleting a machine deletes its
// versions and aliases (a trigger of the schema).
class Versions {
 public:
  explicit Versions(Store& store) : database_(store.database()) {}

  std::optional<Version> version(const std::string& machine, std::int64_t number);
  std::optional<Version> version_of_revision(const std::string& machine, std::int64_t revision);
  std::vector<Version> versions(const std::string& machine);  // the newest first
  // The version of the machine's present revision: the one that is there, or a new one. Numbers are never
  // given twice. Throws ServiceQuotaExceededException.
  Version publish(const MachineRow& machine, const std::string& description, TimePoint now);
  // Whether a new one may be published; throws as publish() does, before anything is written.
  void check_room(const std::string& machine);
  void erase_version(const std::string& machine, std::int64_t number);

  std::optional<Alias> alias(const std::string& machine, const std::string& name);
  std::vector<Alias> aliases(const std::string& machine);  // the oldest first
  // Throws ServiceQuotaExceededException.
  void add_alias(const Alias& alias);
  void update_alias(const Alias& alias);
  void erase_alias(const std::string& machine, const std::string& name);

  void set_origin(const std::string& execution, const Origin& origin);
  std::optional<Origin> origin(const std::string& execution);

 private:
  std::int64_t next_number(const std::string& machine);
  std::size_t count(const char* sql, const std::string& machine);

  SQLite::Database& database_;
};

// The tables, as a migration of the store.
extern const char kVersionsSchema[];

}  // namespace aurora::local::stepfunctions
