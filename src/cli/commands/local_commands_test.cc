#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Local : public testing::Test {
 protected:
  Local() { line.host = {}; }  // nothing runs

  TestCommandLine line;
};

TEST_F(Local, StartLaunchesTheEndpointAndPrintsItsAddress) {
  EXPECT_EQ(line.run({"local", "start", "--pace", "copy=6s"}), ExitCode::kDone);
  EXPECT_EQ(line.out(), "http://127.0.0.1:4566\n");
  ASSERT_EQ(line.host.spawned.size(), 1u);
  EXPECT_THAT(line.host.spawned[0], ElementsAre("/opt/aurora/aurora-local", "--port", "4566", "--data",
                                                "/var/lib/aurora-restore", "--pace", "copy=6s"));
}

TEST_F(Local, StartTwiceIsNoError) {
  line.run({"local", "start"});
  EXPECT_EQ(line.run({"local", "start"}), ExitCode::kDone);
  EXPECT_EQ(line.host.spawned.size(), 1u);
  EXPECT_THAT(line.err(), HasSubstr("running already"));
}

TEST_F(Local, PortOfAnotherProgramIsNamedWithAWayOut) {
  line.host.other_ports.insert(4566);
  EXPECT_EQ(line.run({"local", "start"}), ExitCode::kRefused);
  EXPECT_THAT(line.err(), HasSubstr("PortInUse: port 4566 is in use by another program"));
  EXPECT_THAT(line.err(), HasSubstr("--port 4666"));
  EXPECT_TRUE(line.host.spawned.empty());
  EXPECT_TRUE(line.host.prepared.empty()) << "nothing may be created";
}

TEST_F(Local, PortOfAnotherEndpointIsRefused) {
  line.host.serve("/elsewhere", 90, "4566");
  EXPECT_EQ(line.run({"local", "start"}), ExitCode::kRefused);
  EXPECT_THAT(line.err(), HasSubstr("AlreadyRunning"));
}

TEST_F(Local, FullDiskIsSaidBeforeTheStart) {
  line.host.directory_error =
      Error("DiskFull", "cannot write /var/lib/aurora-restore/.writable: No space left on device");
  EXPECT_EQ(line.run({"local", "start"}), ExitCode::kFailed);
  EXPECT_THAT(line.err(), HasSubstr("No space left on device"));
  EXPECT_TRUE(line.host.spawned.empty());
}

TEST_F(Local, EndpointThatEndsAtOnceShowsWhatItSaid) {
  line.host.dies_at_start = true;
  line.host.files["/var/lib/aurora-restore/endpoint.log"] = "an older story\n";
  line.host.log_of_start = "DatabaseMissing: PostgreSQL 15 is not installed\n";
  EXPECT_EQ(line.run({"local", "start"}), ExitCode::kUnreachable);
  EXPECT_THAT(line.err(), HasSubstr("PostgreSQL 15 is not installed"));
  EXPECT_THAT(line.err(), testing::Not(HasSubstr("an older story")));
}

TEST_F(Local, OrdinaryUsersDataIsInTheirHome) {
  line.host.root = false;
  line.variables["HOME"] = "/home/ada";
  line.run({"local", "start"});
  EXPECT_EQ(line.host.spawned.at(0).at(4), "/home/ada/.local/share/aurora-restore");
}

TEST_F(Local, RunStartsTheEndpointByItself) {
  line.api.answer("stepfunctions.StartExecution", {{"executionArn", "arn:x"}});
  EXPECT_EQ(line.run({"start", "--snapshot", "s"}), ExitCode::kDone);
  EXPECT_EQ(line.host.spawned.size(), 1u);
  EXPECT_THAT(line.err(), HasSubstr("Started the local endpoint at http://127.0.0.1:4566"));
}

TEST_F(Local, BadInputStartsNoEndpoint) {
  EXPECT_EQ(line.run({"start", "--set", "nonsense=1"}), ExitCode::kBadInput);
  EXPECT_TRUE(line.host.spawned.empty());
}

TEST_F(Local, ForeignEndpointIsNotStarted) {
  EXPECT_EQ(line.run({"start", "--endpoint-url", "http://10.0.0.1:4566"}), ExitCode::kUnreachable);
  EXPECT_THAT(line.err(), HasSubstr("nobody answers at http://10.0.0.1:4566"));
}

TEST_F(Local, StopEndsTheEndpointOfTheDataDirectory) {
  line.host.serve("/var/lib/aurora-restore", 77, "4566");
  EXPECT_EQ(line.run({"local", "stop"}), ExitCode::kDone);
  EXPECT_THAT(line.host.terminated, ElementsAre(77));
}

TEST_F(Local, StopLeavesAProcessAloneThatGotThePidLater) {
  line.host.serve("/var/lib/aurora-restore", 77, "4566");
  line.host.alive[77] = "sshd";
  EXPECT_EQ(line.run({"local", "stop"}), ExitCode::kDone);
  EXPECT_TRUE(line.host.terminated.empty());
}

TEST_F(Local, StopRefusesAProcessItCannotIdentify) {
  line.host.serve("/var/lib/aurora-restore", 77, "4566");
  line.host.alive[77] = "";
  EXPECT_EQ(line.run({"local", "stop"}), ExitCode::kRefused);
  EXPECT_TRUE(line.host.terminated.empty());
}

TEST_F(Local, StatusTellsByExitCode) {
  EXPECT_EQ(line.run({"local", "status"}), ExitCode::kUnreachable);
  EXPECT_THAT(line.out(), HasSubstr("does not run"));
  line.host.serve("/var/lib/aurora-restore", 77, "4566");
  EXPECT_EQ(line.run({"local", "status", "--json"}), ExitCode::kDone);
  EXPECT_EQ(parse_json(line.out(), "status")["pid"], 77);
}

TEST_F(Local, EnvIsWhatAShellEvaluates) {
  EXPECT_EQ(line.run({"local", "env"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), testing::StartsWith(
                              "export AWS_ENDPOINT_URL=http://127.0.0.1:4566;\n"
                              "export AWS_ACCESS_KEY_ID=AKIALOCALRESTORE0001;\n"
                              "export AWS_SECRET_ACCESS_KEY=local-restore-secret-key;\n"
                              "export AWS_DEFAULT_REGION=us-west-2;\n"
                              "export AWS_REGION=us-west-2;\n"
                              "export AWS_PAGER='';\n"
                              "export AWS_DISABLE_HOST_PREFIX_INJECTION=true;\n"
                              "unset AWS_SESSION_TOKEN;\nunset AWS_PROFILE;\nunset AWS_DEFAULT_PROFILE;\n"));
  EXPECT_EQ(line.run({"local", "env", "--format", "json"}), ExitCode::kDone);
  EXPECT_EQ(parse_json(line.out(), "env")["AWS_REGION"], "us-west-2");
  EXPECT_EQ(line.run({"local", "env", "--format", "fish"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("set -gx AWS_PAGER '';\n"));
}

TEST_F(Local, ResetAsksAndDeletesOnlyAfterYes) {
  line.host.serve("/var/lib/aurora-restore", 77, "4566");
  EXPECT_EQ(line.run({"local", "reset"}), ExitCode::kRefused);
  line.terminal.answers = {"no"};
  EXPECT_EQ(line.run({"local", "reset"}), ExitCode::kRefused);
  EXPECT_TRUE(line.host.removed.empty());
  EXPECT_TRUE(line.host.terminated.empty());
  line.terminal.answers = {"yes"};
  EXPECT_EQ(line.run({"local", "reset"}), ExitCode::kDone);
  EXPECT_THAT(line.host.removed, ElementsAre("/var/lib/aurora-restore"));
  EXPECT_THAT(line.host.terminated, ElementsAre(77)) << "it must be stopped before its files go";
}

TEST_F(Local, ResetDeletesNoDirectoryThatIsNotAnEndpoints) {
  line.host.files["/home/ada/thesis.txt"] = "precious";
  EXPECT_EQ(line.run({"local", "reset", "--yes", "--data", "/home/ada"}), ExitCode::kRefused);
  EXPECT_TRUE(line.host.removed.empty());
}

TEST_F(Local, EndpointOfTheDataDirectoryIsFoundOnItsOwnPort) {
  line.host.serve("/tmp/rehearsal", 78, "4777");
  EXPECT_EQ(line.run({"local", "env", "--data", "/tmp/rehearsal"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("http://127.0.0.1:4777"));
}

TEST_F(Local, EndpointVariableIsHonoured) {
  line.variables["AWS_ENDPOINT_URL"] = "http://127.0.0.1:5000";
  line.run({"local", "env"});
  EXPECT_THAT(line.out(), HasSubstr("export AWS_ENDPOINT_URL=http://127.0.0.1:5000;\n"));
}

TEST_F(Local, FaultIsAskedForAsItWasTyped) {
  line.host.serve("/var/lib/aurora-restore", 77, "4566");
  line.host.answer = {{"number", 3},      {"service", "rds"},     {"operation", "CreateDBInstance"},
                      {"status", 400},    {"times_left", 5},      {"code", "InsufficientDBInstanceCapacity"},
                      {"delay_ms", 2000}, {"region", "us-west-2"}};
  EXPECT_EQ(line.run({"local", "fault", "add", "rds", "create-db-instance", "InsufficientDBInstanceCapacity",
                      "-n", "5", "--delay", "2", "--region", "us-west-2"}),
            ExitCode::kDone);
  EXPECT_EQ(line.out(), "3\n");
  EXPECT_EQ(
      line.err(),
      "rds CreateDBInstance in us-west-2 answers InsufficientDBInstanceCapacity (400) after 2 s: the next 5 "
      "calls.\n");
  EXPECT_EQ(line.host.asked.at(0), Json({{"url", "http://127.0.0.1:4566"},
                                         {"method", "POST"},
                                         {"path", "/_aurora/faults"},
                                         {"body",
                                          {{"service", "rds"},
                                           {"operation", "create-db-instance"},
                                           {"times", 5},
                                           {"delay_ms", 2000},
                                           {"after_work", false},
                                           {"code", "InsufficientDBInstanceCapacity"},
                                           {"region", "us-west-2"}}}}));
  line.run({"local", "fault", "add", "rds", "*", "Throttling", "--until-removed"});
  EXPECT_EQ(line.host.asked.at(1)["body"]["times"], 0);
}

TEST_F(Local, FaultThatTheEndpointRefusesIsBadInput) {
  line.host.refusal =
      Error("InvalidInput", "rds has no operation \"CreateDBInstanc\"", "Did you mean CreateDBInstance?");
  EXPECT_EQ(line.run({"local", "fault", "add", "rds", "CreateDBInstanc", "Throttling"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("Did you mean CreateDBInstance?"));
  EXPECT_EQ(line.run({"local", "fault", "add", "rds", "*", "Throttling", "--env", "prod"}),
            ExitCode::kBadInput)
      << "nothing of AWS's own is made to fail";
  EXPECT_EQ(line.host.asked.size(), 1u);
}

TEST_F(Local, FaultsAreListedAndRemoved) {
  line.host.answer = {{"faults",
                       {{{"number", 3},
                         {"service", "rds"},
                         {"operation", ""},
                         {"region", ""},
                         {"code", ""},
                         {"status", 400},
                         {"delay_ms", 1500},
                         {"times_left", 0},
                         {"met", 4}}}}};
  EXPECT_EQ(line.run({"local", "fault", "list"}), ExitCode::kDone);
  EXPECT_THAT(line.out(),
              HasSubstr("     3  rds      *          *         4  until it is removed  answers after 1.5 s"));
  EXPECT_EQ(line.run({"local", "fault", "remove"}), ExitCode::kBadInput);
  EXPECT_EQ(line.run({"local", "fault", "remove", "3", "--all"}), ExitCode::kBadInput);
  line.host.answer = {{"removed", 1}};
  EXPECT_EQ(line.run({"local", "fault", "remove", "3"}), ExitCode::kDone);
  EXPECT_EQ(line.err(), "Removed 1 fault.\n");
  EXPECT_EQ(line.host.asked.back()["path"], "/_aurora/faults/3");
  EXPECT_EQ(line.run({"local", "fault", "remove", "--all"}), ExitCode::kDone);
  EXPECT_EQ(line.host.asked.back()["path"], "/_aurora/faults");
  EXPECT_EQ(line.host.asked.back()["method"], "DELETE");
}

}  // namespace
}  // namespace aurora::cli
