// Runs command lines against fakes.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/dates.h"
#include "cli/app.h"
#include "cli/testing/fake_api.h"
#include "cli/testing/fake_local_host.h"
#include "cli/testing/fake_terminal.h"
#include "db/testing/fake_session.h"

namespace aurora::cli {

// The endpoint serves on port 4566 from the start; the time is 2026-11-21T06:52:09Z and moves when
// somebody sleeps.
class TestCommandLine {
 public:
  TestCommandLine() { host.serve("/var/lib/aurora-restore", 77, "4566"); }

  ExitCode run(const std::vector<std::string>& arguments) {
    terminal.written_out.clear();
    terminal.written_err.clear();
    Context context{.terminal = terminal,
                    .clock = clock,
                    .interrupted = stop.get_token(),
                    .variable = [this](const std::string& name) -> std::optional<std::string> {
                      const auto found = variables.find(name);
                      if (found == variables.end()) return std::nullopt;
                      return found->second;
                    },
                    .connect_api =
                        [this](const ApiSettings& settings) {
                          connected.push_back(settings);
                          return ApiConnection{api.handle(), settings.local ? settings.region : aws_region};
                        },
                    .connector = connector,
                    .host = host,
                    .program = "aurora-restore",
                    .version = "9.9.9"};
    return run_command_line(context, arguments);
  }
  const std::string& out() const { return terminal.written_out; }
  const std::string& err() const { return terminal.written_err; }

  FakeTerminal terminal;
  ManualClock clock{*parse_iso("2026-11-21T06:52:09Z")};
  FakeApi api;
  FakeLocalHost host;
  db::testing::FakeDatabase database;
  db::testing::FakeConnector connector{database};
  std::map<std::string, std::string> variables;
  std::vector<ApiSettings> connected;
  std::string aws_region = "eu-central-1";
  std::stop_source stop;
};

}  // namespace aurora::cli
