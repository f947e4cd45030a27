#include "cli/seed/seed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cli/seed/demo_sql.h"
#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// Just enough of the services to remember what was made.
class Seed : public testing::Test {
 protected:
  Seed() {
    line.api.on("secretsmanager.DescribeSecret",
                [this](const Json& input) { return found(secrets, input["SecretId"]); });
    line.api.on("secretsmanager.GetSecretValue", [this](const Json& input) {
      found(secrets, input["SecretId"]);
      return Json{{"SecretString", secrets.at(input["SecretId"])}};
    });
    line.api.on("secretsmanager.CreateSecret", [this](const Json& input) {
      secrets[input["Name"]] = input["SecretString"];
      return Json::object();
    });
    line.api.on("ssm.GetParameter", [this](const Json& input) {
      if (!parameters.contains(input["Name"])) throw aws::ServiceError("ParameterNotFound", "no");
      return Json::object();
    });
    line.api.on("ssm.PutParameter", [this](const Json& input) {
      parameters[input["Name"]] = input["Value"];
      return Json::object();
    });
    line.api.answer("sns.CreateTopic",
                    {{"TopicArn", "arn:aws:sns:us-west-2:123456789012:dev-notifications"}});
    line.api.answer("sns.Subscribe", Json::object());
    line.api.answer("sqs.CreateQueue",
                    {{"QueueUrl", "http://127.0.0.1:4566/123456789012/dev-notifications"}});
    line.api.answer("sqs.GetQueueAttributes",
                    {{"Attributes", {{"QueueArn", "arn:aws:sqs:us-west-2:123456789012:dev-notifications"}}}});
    line.api.on("s3.CreateBucket", [this](const Json&) { return made_once("BucketAlreadyOwnedByYou"); });
    line.api.on("rds.CreateDBSubnetGroup",
                [this](const Json&) { return made_once("DBSubnetGroupAlreadyExists"); });
    rds();
    line.database.answer("to_regclass", db::testing::rows({"there"}, {{"f"}}));
    line.database.answer("pg_total_relation_size",
                         db::testing::rows({"size", "tables"}, {{"150000000", "7"}}));
  }

  void rds() {
    line.api.on("rds.DescribeDBClusters", [this](const Json&) {
      if (!cluster) throw aws::ServiceError("DBClusterNotFoundFault", "no", 404);
      return Json{{"DBClusters",
                   {{{"DBClusterIdentifier", "dev-source-cluster"},
                     {"Status", looks++ == 0 ? "creating" : "available"},
                     {"Endpoint", "127.0.0.1"},
                     {"Port", 40001}}}}};
    });
    line.api.on("rds.CreateDBCluster", [this](const Json&) {
      cluster = true;
      return Json::object();
    });
    line.api.on("rds.DescribeDBInstances", [this](const Json&) {
      if (!instance) throw aws::ServiceError("DBInstanceNotFound", "no", 404);
      return Json{
          {"DBInstances",
           {{{"DBInstanceIdentifier", "dev-source-cluster-instance-1"}, {"DBInstanceStatus", "available"}}}}};
    });
    line.api.on("rds.CreateDBInstance", [this](const Json&) {
      instance = true;
      return Json::object();
    });
    line.api.on("rds.DescribeDBClusterSnapshots", [this](const Json&) {
      if (!snapshot) throw aws::ServiceError("DBClusterSnapshotNotFoundFault", "no", 404);
      return Json{{"DBClusterSnapshots",
                   {{{"DBClusterSnapshotIdentifier", "dev-source-cluster-snapshot-2026-11-21"},
                     {"Status", "available"}}}}};
    });
    line.api.on("rds.CreateDBClusterSnapshot", [this](const Json&) {
      snapshot = true;
      return Json::object();
    });
    line.api.on("rds.DeleteDBClusterSnapshot", [this](const Json&) {
      snapshot = false;
      return Json::object();
    });
  }

  static Json found(const std::map<std::string, std::string>& things, const std::string& name) {
    if (!things.contains(name)) throw aws::ServiceError("ResourceNotFoundException", "no");
    return Json::object();
  }
  Json made_once(const std::string& otherwise) {
    if (!made.insert(otherwise).second) throw aws::ServiceError(otherwise, "no");
    return Json::object();
  }

  TestCommandLine line;
  std::map<std::string, std::string> secrets;
  std::map<std::string, std::string> parameters;
  std::set<std::string> made;
  bool cluster = false;
  bool instance = false;
  bool snapshot = false;
  int looks = 0;
};

TEST_F(Seed, MakesTheWorldOfTheGuide) {
  EXPECT_EQ(line.run({"local", "seed"}), ExitCode::kDone) << line.err();
  EXPECT_EQ(secrets.size(), 5u);
  const Json config = parse_json(parameters.at("/aurora-restore/dev/config"), "config");
  EXPECT_EQ(config["source_cluster_id"], "dev-source-cluster");
  EXPECT_EQ(config["target_security_groups"], Json::array({"sg-12345678"}));
  EXPECT_EQ(config["notification_queue_url"], "http://127.0.0.1:4566/123456789012/dev-notifications");
  EXPECT_THAT(line.err(), HasSubstr("Snapshot"));
  EXPECT_EQ(line.api.calls_of("rds.CreateDBClusterSnapshot").at(0).input["DBClusterSnapshotIdentifier"],
            "dev-source-cluster-snapshot-2026-11-21");
  EXPECT_EQ(line.api.calls_of("rds.CreateDBCluster").at(0).region, "us-east-1");
  EXPECT_EQ(line.database.count("INSERT INTO public.pgbench_accounts"), 10);
}

TEST_F(Seed, MySqlStandsBesideTheGuidesWorld) {
  line.run({"local", "seed"});
  const auto before = parameters;
  cluster = instance = snapshot = false;
  line.database.answer("information_schema.views", db::testing::rows({"n"}, {{"0"}}));
  line.database.answer("data_length", db::testing::rows({"size", "tables"}, {{"50000000", "16"}}));
  line.api.calls.clear();
  EXPECT_EQ(line.run({"local", "seed", "--engine", "aurora-mysql", "--scale", "3"}), ExitCode::kDone)
      << line.err();
  const Json made_cluster = line.api.calls_of("rds.CreateDBCluster").at(0).input;
  EXPECT_EQ(made_cluster["DBClusterIdentifier"], "dev-mysql-source");
  EXPECT_EQ(made_cluster["Engine"], "aurora-mysql");
  EXPECT_EQ(made_cluster["DatabaseName"], "rental");
  EXPECT_EQ(secrets.size(), 6u);
  EXPECT_EQ(parameters, before) << "the configuration is the guide's";
  EXPECT_EQ(line.database.count("INSERT INTO rental.payment"), 3);
  EXPECT_EQ(line.database.connections().back().engine, db::Engine::kMySql);
  EXPECT_THAT(line.out(), HasSubstr("run --snapshot dev-mysql-source-snapshot-2026-11-21 --target-cluster "
                                    "dev-mysql-target --set "
                                    "master_credentials_secret_id=dev/mysql-master-credentials\n"));
}

TEST_F(Seed, MySqlDataThatIsThereIsLeftAndHalfOfItIsMadeAnew) {
  line.database.answer("data_length", db::testing::rows({"size", "tables"}, {{"50000000", "16"}}));
  line.database.answer("information_schema.views", db::testing::rows({"n"}, {{"1"}}));
  line.run({"local", "seed", "--engine", "aurora-mysql"});
  EXPECT_EQ(line.database.count("DROP DATABASE"), 0);
  EXPECT_EQ(line.database.count("INSERT INTO rental"), 0);
  line.database.answer("information_schema.views", db::testing::rows({"n"}, {{"0"}}));
  line.run({"local", "seed", "--engine", "aurora-mysql", "--scale", "1"});
  EXPECT_EQ(line.database.count("DROP DATABASE IF EXISTS"), 2);
  EXPECT_EQ(line.database.count("INSERT INTO rental.payment"), 1);
}

TEST_F(Seed, EngineWithoutADemoIsRefusedBeforeAnythingIsMade) {
  EXPECT_EQ(line.run({"local", "seed", "--engine", "oracle-ee"}), ExitCode::kBadInput);
  EXPECT_TRUE(line.api.calls.empty());
  EXPECT_THAT(line.err(), HasSubstr("aurora-mysql"));
}

TEST_F(Seed, NoPasswordIsInTheConfigurationOrTheOutput) {
  line.run({"local", "seed"});
  for (const auto& [name, value] : secrets) {
    const std::string password = string_or(parse_json(value, name), "password", "");
    ASSERT_GE(password.size(), 20u);
    EXPECT_THAT(parameters.at("/aurora-restore/dev/config") + parameters.at("/aurora-restore/dev/db_users"),
                Not(HasSubstr(password)));
    EXPECT_THAT(line.out() + line.err(), Not(HasSubstr(password)));
  }
}

TEST_F(Seed, SecondRunMakesNothing) {
  line.run({"local", "seed"});
  const auto before = secrets;
  line.database.answer("to_regclass", db::testing::rows({"there"}, {{"t"}}));
  line.api.calls.clear();
  const int inserts = line.database.count("INSERT");
  EXPECT_EQ(line.run({"local", "seed"}), ExitCode::kDone);
  EXPECT_EQ(secrets, before) << "passwords must stay";
  for (const char* operation : {"secretsmanager.CreateSecret", "ssm.PutParameter", "rds.CreateDBCluster",
                                "rds.CreateDBInstance", "rds.CreateDBClusterSnapshot"})
    EXPECT_TRUE(line.api.calls_of(operation).empty()) << operation;
  EXPECT_EQ(line.database.count("INSERT"), inserts);
  EXPECT_THAT(line.err(), HasSubstr("there already"));
}

TEST_F(Seed, FreshSnapshotReplacesTheOneThatIsThere) {
  line.run({"local", "seed"});
  line.api.calls.clear();
  EXPECT_EQ(line.run({"local", "seed", "--fresh-snapshot"}), ExitCode::kDone);
  EXPECT_EQ(line.api.calls_of("rds.DeleteDBClusterSnapshot").size(), 1u);
  EXPECT_EQ(line.api.calls_of("rds.CreateDBClusterSnapshot").size(), 1u);
}

TEST_F(Seed, ServerThatIsStartingIsWaitedFor) {
  line.database.refuse(db::SqlError("DatabaseUnavailable", "starting up", "57P03"), 3);
  EXPECT_EQ(line.run({"local", "seed"}), ExitCode::kDone) << line.err();
}

TEST_F(Seed, IsNotForAws) {
  EXPECT_EQ(line.run({"local", "seed", "--env", "prod"}), ExitCode::kBadInput);
  EXPECT_TRUE(line.api.calls.empty());
}

TEST(SqlStatements, EndAtASemicolonBeforeAnEmptyLine) {
  EXPECT_THAT(
      sql_statements("-- head\n\nCREATE FUNCTION f() AS $$\n  SELECT 1;\n$$;\n\n-- why\nSELECT :n * 10;\n",
                     {{"n", 7}}),
      testing::ElementsAre("-- head\n\nCREATE FUNCTION f() AS $$\n  SELECT 1;\n$$;",
                           "-- why\nSELECT 7 * 10;"));
}

TEST(SqlStatements, BodiesOfTriggersAndProceduresStayWhole) {
  int bodies = 0;
  for (const std::string& statement : sql_statements(demo_sql("rental_objects"))) {
    const bool begins = statement.find("\nBEGIN\n") != std::string::npos;
    EXPECT_EQ(begins, statement.ends_with("END;")) << statement;
    bodies += begins;
  }
  EXPECT_EQ(bodies, 5);
}

TEST(SqlStatements, EveryScriptOfTheDemoIsEmbeddedAndFilledIn) {
  for (const char* name : {"pgbench_tables", "pgbench_accounts", "pgbench_keys", "shop", "rental_tables",
                           "rental_catalog", "rental_rentals", "rental_objects"}) {
    const auto statements = sql_statements(demo_sql(name), {{"scale", 2}, {"branch", 1}, {"part", 1}});
    EXPECT_FALSE(statements.empty()) << name;
    for (const std::string& statement : statements) {
      EXPECT_THAT(statement, testing::EndsWith(";"));
      EXPECT_THAT(statement, Not(HasSubstr(":scale")));
    }
  }
}

}  // namespace
}  // namespace aurora::cli
