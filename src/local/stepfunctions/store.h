// State machines, executions, histories and strands in SQLite.
#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "asl/execution.h"

namespace aurora::local::stepfunctions {

struct MachineRow {
  std::string arn, name, region, role_arn, type, revision_id, definition;
  std::int64_t revision = 0;  // row of the definition as it is now
  TimePoint created, updated;
  Json settings = Json::object();  // loggingConfiguration, tracingConfiguration as they were given
  Json tags = Json::object();
  bool deleting = false;
};

struct ExecutionRow {
  std::int64_t id = 0;
  std::string arn, name, machine_arn, region;
  std::int64_t revision = 0;
  asl::ExecutionStatus status = asl::ExecutionStatus::kRunning;
  std::string input, output;
  std::optional<std::string> error, cause;
  TimePoint started;
  std::optional<TimePoint> stopped;
  std::optional<TimePoint> deadline;  // by the machine's TimeoutSeconds
  std::int64_t events = 0;
  std::string trace_header;
  int redrives = 0;
  std::optional<TimePoint> redriven;
  std::string redrive_token;  // the client's, of the last redrive
};

struct Revision {
  std::string machine_arn, machine_name, role_arn, definition, revision_id;
  TimePoint updated;
};

// One connection; not thread-safe. Throws SQLite::Exception.
class Store {
 public:
  explicit Store(const std::filesystem::path& directory);
  SQLite::Database& database() { return database_; }

  // Machines.
  std::optional<MachineRow> machine(const std::string& arn);
  std::vector<MachineRow> machines(const std::string& region);
  // Writes the definition as a new revision when it or the role changed.
  void put_machine(MachineRow& machine, bool new_revision);
  bool is_deleting(const std::string& machine_arn);
  void erase_machine(const std::string& arn);
  Revision revision(std::int64_t row);

  // Executions.
  std::optional<ExecutionRow> execution(const std::string& arn);
  std::optional<ExecutionRow> execution(std::int64_t id);
  std::int64_t add_execution(const ExecutionRow& row);
  void finish_execution(const ExecutionRow& row);
  // Running again, with the row's redrives, redriven, redrive_token and deadline.
  void reopen_execution(const ExecutionRow& row);
  bool has_running(const std::string& machine_arn);

  // History and strands.
  // Those that follow the last one stored.
  void add_events(std::int64_t execution, const std::vector<asl::Event>& events);
  std::vector<asl::Event> events(std::int64_t execution, std::int64_t after, std::int64_t limit,
                                 bool reverse);
  // 0 before the first.
  std::int64_t last_event(std::int64_t execution);
  std::string payload(std::int64_t execution, std::int64_t event);
  void put_strand(std::int64_t execution, const asl::Strand& strand);
  void erase_strand(std::int64_t execution, int strand);
  std::vector<asl::Strand> strands(std::int64_t execution);

  // What an execution without success left, for a redrive.
  void put_unfinished(std::int64_t execution, const std::vector<asl::Strand>& strands);
  std::vector<asl::Strand> take_unfinished(std::int64_t execution);

  // Events about executions that are still to be delivered, oldest first.
  std::int64_t add_outgoing(const std::string& region, const Json& event);
  void erase_outgoing(std::int64_t id);
  struct Outgoing {
    std::int64_t id = 0;
    std::string region;
    Json event;
  };
  std::vector<Outgoing> outgoing();

  // What a process that starts has to take up: executions with something to do at once, and timers.
  std::vector<std::int64_t> interrupted();
  std::vector<std::pair<TimePoint, std::int64_t>> timers();

 private:
  // A statement in use. It is reset at the end, so that no read goes on and sees old data for ever.
  class Use {
   public:
    explicit Use(SQLite::Statement& statement) : statement_(&statement) {}
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use() { statement_->tryReset(); }
    SQLite::Statement* operator->() const { return statement_; }
    SQLite::Statement& operator*() const { return *statement_; }

   private:
    SQLite::Statement* statement_;
  };
  // Each is prepared once.
  Use prepared(const char* sql);
  void move_old_events();
  ExecutionRow read_execution(SQLite::Statement& row);
  MachineRow read_machine(SQLite::Statement& row);

  SQLite::Database database_;
  std::map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
};

}  // namespace aurora::local::stepfunctions
