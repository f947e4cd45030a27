#include "local/faults.h"

#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

class RehearsedFaults : public testing::EndpointFixture {
 protected:
  RehearsedFaults() { rehearse(); }

  // As the endpoint does when it starts.
  void rehearse() {
    faults_ = std::make_unique<Faults>(directory.path(), clock);
    faults_->begin();
    wrap("kms", services->kms);
    wrap("s3", services->s3);
    wrap("sns", services->sns);
    wrap("ssm", services->ssm);
  }
  void wrap(const std::string& name, Service& service) {
    services->endpoint.add(
        name, *rehearsed_.emplace_back(std::make_unique<Rehearsed>(service, *faults_, clock, Log::none())));
  }

  Fault fault(const std::string& service, const std::string& operation, const std::string& code,
              int status = 400) {
    return {
        .service = service, .operation = operation, .code = code, .status = status, .message = "rehearsed"};
  }
  // The code with which a real client hears that parameters cannot be described; "none" when they can.
  std::string heard(const std::string& region = "us-west-2") {
    try {
      client()->call("ssm", region, "DescribeParameters", Json::object());
      return "none";
    } catch (const aws::ServiceError& error) {
      last_status = error.status();
      last_message = error.message();
      return error.code();
    }
  }

  std::unique_ptr<Faults> faults_;
  std::vector<std::unique_ptr<Rehearsed>> rehearsed_;
};

TEST_F(RehearsedFaults, MeetSoManyCallsAndAreForgotten) {
  Fault two = fault("ssm", "DescribeParameters", "ThrottlingException");
  two.left = 2;
  EXPECT_EQ(faults_->add(two).number, 1);
  EXPECT_EQ(heard(), "ThrottlingException");
  EXPECT_EQ(last_message, "rehearsed");
  EXPECT_EQ(faults_->list().at(0).met, 1);
  EXPECT_EQ(heard(), "ThrottlingException");
  EXPECT_EQ(heard(), "none");
  EXPECT_TRUE(faults_->list().empty());
}

TEST_F(RehearsedFaults, MeetAllCallsUntilTheyAreRemoved) {
  Fault lasting = fault("ssm", "", "InternalFailure", 500);
  lasting.left = 0;
  faults_->add(lasting);
  for (int call = 0; call < 5; ++call) EXPECT_EQ(heard(), "InternalFailure");
  EXPECT_EQ(last_status, 500);
  EXPECT_EQ(faults_->list().at(0).met, 5);
  EXPECT_TRUE(faults_->remove(1));
  EXPECT_FALSE(faults_->remove(1));
  EXPECT_EQ(heard(), "none");
}

TEST_F(RehearsedFaults, ConcernTheirServiceOperationAndRegionOnly) {
  faults_->add(fault("ssm", "PutParameter", "InternalFailure"));
  faults_->add(fault("sns", "", "InternalFailure"));
  Fault east = fault("ssm", "DescribeParameters", "ThrottlingException");
  east.region = "us-east-1";
  faults_->add(east);
  EXPECT_EQ(heard("us-west-2"), "none");
  EXPECT_EQ(heard("us-east-1"), "ThrottlingException");
}

TEST_F(RehearsedFaults, OldestIsMetFirst) {
  faults_->add(fault("ssm", "DescribeParameters", "ThrottlingException"));
  faults_->add(fault("ssm", "", "InternalFailure"));
  EXPECT_EQ(heard(), "ThrottlingException");
  EXPECT_EQ(heard(), "InternalFailure");
  EXPECT_EQ(heard(), "none");
}

TEST_F(RehearsedFaults, SurviveTheEndpoint) {
  Fault three = fault("ssm", "DescribeParameters", "ThrottlingException");
  three.left = 3;
  faults_->add(three);
  heard();
  faults_.reset();
  restart();
  rehearse();
  ASSERT_EQ(faults_->list().size(), 1u);
  EXPECT_EQ(faults_->list()[0].left, 2);
  EXPECT_EQ(faults_->list()[0].met, 1);
  EXPECT_EQ(heard(), "ThrottlingException");
  EXPECT_EQ(faults_->remove_all(), 1);
  EXPECT_EQ(Faults(directory.path(), clock).list().size(), 0u);
}

TEST_F(RehearsedFaults, AnswerComesLate) {
  Fault late = fault("ssm", "DescribeParameters", "");
  late.delay = std::chrono::milliseconds(90'000);
  faults_->add(late);
  const TimePoint before = clock.now();
  EXPECT_EQ(heard(), "none");
  EXPECT_EQ(clock.now() - before, std::chrono::seconds(90));
}

TEST_F(RehearsedFaults, WorkIsDoneBeforeTheErrorWhereThatIsAskedFor) {
  const auto put = [&](const std::string& name) {
    try {
      client()->call("ssm", "us-west-2", "PutParameter",
                     {{"Name", name}, {"Value", "1"}, {"Type", "String"}});
    } catch (const aws::ServiceError& error) {
      return error.code();
    }
    return std::string("none");
  };
  faults_->add(fault("ssm", "PutParameter", "InternalServerError", 500));
  EXPECT_EQ(put("/before"), "InternalServerError");
  Fault after = fault("ssm", "PutParameter", "InternalServerError", 500);
  after.after_work = true;
  faults_->add(after);
  EXPECT_EQ(put("/after"), "InternalServerError");
  EXPECT_EQ(refusal("ssm", "GetParameter", {{"Name", "/before"}}), "ParameterNotFound");
  EXPECT_EQ(call("ssm", "GetParameter", {{"Name", "/after"}})["Parameter"]["Value"], "1");
}

TEST_F(RehearsedFaults, ConcernNothingBeforeTheyBegin) {
  Faults early(directory.path(), clock);
  Rehearsed ssm(services->ssm, early, clock, Log::none());
  early.add(fault("ssm", "DescribeParameters", "ThrottlingException"));
  Call call;
  call.service = "ssm";
  call.region = "us-west-2";
  call.operation = "DescribeParameters";
  EXPECT_NO_THROW(ssm.handle(call)) << "what the endpoint sets up by itself";
  early.begin();
  EXPECT_THROW(ssm.handle(call), aws::ServiceError);
}

TEST_F(RehearsedFaults, HaveTheFormOfTheirProtocol) {
  faults_->add(fault("sns", "ListTopics", "Throttling"));
  faults_->add(fault("s3", "ListBuckets", "SlowDown", 503));
  EXPECT_THROW(client()->call("sns", "us-west-2", "ListTopics", Json::object()), aws::ServiceError);
  try {
    client()->call("s3", "us-west-2", "ListBuckets", Json::object());
    FAIL() << "it is not slowed down";
  } catch (const aws::ServiceError& error) {
    EXPECT_EQ(error.code(), "SlowDown");
    EXPECT_EQ(error.status(), 503);
  }
}

}  // namespace
}  // namespace aurora::local
