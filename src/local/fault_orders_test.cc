#include "local/fault_orders.h"

#include <gmock/gmock.h>

#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kServices{"dynamodb", "kms", "lambda", "rds", "s3"};

Fault checked(const Json& order) {
  return checked_fault(order, kServices);
}
std::string refused(const Json& order) {
  try {
    checked(order);
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "InvalidInput");
    return error.message() + ". " + error.hint();
  }
  return "taken";
}

TEST(FaultOrders, TakeNamesAsAwsAndItsCommandLineWriteThem) {
  const Fault fault = checked({{"service", "rds"},
                               {"operation", "create-db-instance"},
                               {"code", "InsufficientDBInstanceCapacityFault"},
                               {"region", "us-west-2"},
                               {"times", 3}});
  EXPECT_EQ(fault.operation, "CreateDBInstance");
  EXPECT_EQ(fault.code, "InsufficientDBInstanceCapacity") << "as on the wire";
  EXPECT_EQ(fault.status, 400);
  EXPECT_EQ(fault.left, 3);
  EXPECT_EQ(fault.region, "us-west-2");
  EXPECT_EQ(fault.message, "A fault that was asked for at this endpoint.");
}

TEST(FaultOrders, HaveTheStatusOfTheirModel) {
  const auto status = [](const char* service, const char* operation, const char* code) {
    return checked({{"service", service}, {"operation", operation}, {"code", code}}).status;
  };
  EXPECT_EQ(status("rds", "RestoreDBClusterFromSnapshot", "InsufficientDBClusterCapacityFault"), 403);
  EXPECT_EQ(status("rds", "DeleteDBCluster", "DBClusterNotFoundFault"), 404);
  EXPECT_EQ(status("rds", "*", "Throttling"), 400);
  EXPECT_EQ(status("rds", "*", "ServiceUnavailable"), 503);
  EXPECT_EQ(status("lambda", "Invoke", "TooManyRequestsException"), 429);
  EXPECT_EQ(status("s3", "*", "SlowDown"), 503);
  EXPECT_EQ(checked({{"service", "rds"}, {"operation", "*"}, {"code", "StorageQuotaExceeded"}}).operation,
            "");
}

TEST(FaultOrders, UnknownNamesAreRefusedWithTheNearest) {
  EXPECT_EQ(refused({{"service", "rsd"}, {"operation", "*"}, {"code", "Throttling"}}),
            "this endpoint carries no service \"rsd\". Did you mean rds?");
  EXPECT_THAT(refused({{"service", "cloudwatch"}, {"operation", "*"}, {"code", "Throttling"}}),
              HasSubstr("It carries dynamodb, kms, lambda, rds, s3."))
      << "its model is known, and the endpoint does not carry it";
  EXPECT_EQ(refused({{"service", "rds"}, {"operation", "CreateDBInstanc"}, {"code", "Throttling"}}),
            "rds has no operation \"CreateDBInstanc\". Did you mean CreateDBInstance?");
  EXPECT_EQ(refused({{"service", "rds"}, {"operation", "CreateDBInstance"}, {"code", "InsufficientCapacity"}})
                .substr(0, 61),
            "CreateDBInstance does not answer with \"InsufficientCapacity\".");
  EXPECT_EQ(refused({{"service", "rds"}, {"operation", "CreateDBInstance"}, {"code", "Throttlin"}}),
            "CreateDBInstance does not answer with \"Throttlin\". Did you mean Throttling?");
  EXPECT_THAT(
      refused({{"service", "rds"}, {"operation", "DeleteDBClusterSnapshot"}, {"code", "Nonsense"}}),
      HasSubstr("It may answer DBClusterSnapshotNotFoundFault, InvalidDBClusterSnapshotStateFault, "));
  EXPECT_THAT(
      refused({{"service", "rds"}, {"operation", "*"}, {"code", "Throttling"}, {"region", "us-west-9"}}),
      HasSubstr("there is no Region us-west-9"));
  EXPECT_THAT(refused({{"service", "rds"}, {"operation", "*"}, {"code", "Throttling"}, {"time", 2}}),
              HasSubstr("Did you mean times?"));
}

TEST(FaultOrders, ThatAskForNothingOrTooMuchAreRefused) {
  EXPECT_THAT(refused({{"service", "rds"}, {"operation", "*"}}), HasSubstr("neither a code nor a delay"));
  EXPECT_EQ(refused({{"service", "rds"}, {"operation", "*"}, {"delay_ms", 5}}), "taken");
  EXPECT_THAT(refused({{"service", "rds"}, {"operation", "*"}, {"delay_ms", 900'001}}),
              HasSubstr("0 to 900000"));
  EXPECT_THAT(refused({{"service", "rds"}, {"operation", "*"}, {"delay_ms", -1}}), HasSubstr("0 to 900000"));
  EXPECT_THAT(refused({{"service", "rds"}, {"operation", "*"}, {"code", "Throttling"}, {"times", "2"}}),
              HasSubstr("times is \"2\""));
  EXPECT_THAT(refused({{"service", 7}, {"operation", "*"}}), HasSubstr("service is 7"));
  EXPECT_THAT(refused(Json::array()), HasSubstr("not a JSON object"));
}

class FaultPath : public testing::EndpointFixture {
 protected:
  FaultPath() {
    services->endpoint.add_unsigned_route([this](const http::Request& request) {
      return serve_faults(faults_, {"dynamodb", "rds", "sqs"}, request);
    });
  }

  Json ask(const std::string& method, const std::string& path, const std::string& body = "",
           const http::Headers& headers = {}) {
    http::Request request;
    request.method = method;
    request.path = path;
    request.headers = headers;
    request.body = body;
    const http::Response response = services->endpoint.handle(request, {});
    last_status = response.status;
    return parse_json(response.body, "answer");
  }

  Faults faults_{directory.path(), clock};
};

TEST_F(FaultPath, AddsListsAndRemoves) {
  const std::string order =
      R"({"service": "sqs", "operation": "*", "code": "ThrottlingException", "times": 0})";
  EXPECT_EQ(ask("POST", "/_aurora/faults", order)["number"], 1);
  EXPECT_EQ(last_status, 200);
  EXPECT_EQ(ask("POST", "/_aurora/faults", order)["number"], 2);
  const Json listed = ask("GET", "/_aurora/faults");
  EXPECT_EQ(listed["faults"].size(), 2u);
  EXPECT_EQ(listed["faults"][0], Json({{"number", 1},
                                       {"service", "sqs"},
                                       {"operation", ""},
                                       {"region", ""},
                                       {"code", "ThrottlingException"},
                                       {"status", 400},
                                       {"message", "A fault that was asked for at this endpoint."},
                                       {"delay_ms", 0},
                                       {"after_work", false},
                                       {"times_left", 0},
                                       {"met", 0},
                                       {"made_at", "2026-11-21T06:20:51Z"}}));
  EXPECT_EQ(ask("DELETE", "/_aurora/faults/1")["removed"], 1);
  EXPECT_EQ(ask("DELETE", "/_aurora/faults/1")["error"], "FaultNotFound");
  EXPECT_EQ(last_status, 404);
  EXPECT_EQ(ask("DELETE", "/_aurora/faults/all")["error"], "FaultNotFound");
  EXPECT_EQ(ask("DELETE", "/_aurora/faults")["removed"], 1);
}

TEST_F(FaultPath, RefusesWhatItDoesNotUnderstand) {
  EXPECT_EQ(ask("POST", "/_aurora/faults", "{")["error"], "InvalidJson");
  EXPECT_EQ(last_status, 400);
  EXPECT_THAT(
      ask("POST", "/_aurora/faults", R"({"service": "sqss", "operation": "*"})")["hint"].get<std::string>(),
      HasSubstr("Did you mean sqs?"));
  EXPECT_EQ(ask("PUT", "/_aurora/faults")["error"], "MethodNotAllowed");
  EXPECT_EQ(last_status, 405);
  EXPECT_TRUE(faults_.list().empty());
}

TEST_F(FaultPath, RefusesPagesOfABrowser) {
  const std::string order = R"({"service": "sqs", "operation": "*", "code": "ThrottlingException"})";
  ask("POST", "/_aurora/faults", order, {{"Origin", "http://evil.example"}});
  EXPECT_EQ(last_status, 403);
  EXPECT_TRUE(faults_.list().empty());
}

}  // namespace
}  // namespace aurora::local
