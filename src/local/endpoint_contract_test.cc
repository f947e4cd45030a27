// The endpoint over loopback, called by the project's own client. Independent clients are in tests/peers.
#include "http/beast_transport.h"
#include "http/server.h"
#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

class EndpointOverLoopback : public ::testing::Test {
 protected:
  EndpointOverLoopback()
      : services(directory.path(), clock),
        server({}, [this](const http::Request& request, std::stop_token stop) {
          return services.endpoint.handle(request, std::move(stop));
        }) {
    services.endpoint.start();
  }
  ~EndpointOverLoopback() override {
    server.stop();
    services.endpoint.stop();
  }

  Json call(const std::string& service, const std::string& operation, const Json& input = Json::object()) {
    aws::ClientConfig config;
    config.endpoint_url = fmt::format("http://127.0.0.1:{}", server.port());
    config.retry.attempts_max = 1;
    aws::Client client(std::move(config), transport, clock, Log::none(),
                       std::make_shared<aws::StaticCredentials>(testing::local_credentials()));
    return client.call(service, "us-west-2", operation, input);
  }

  SystemClock clock;
  testing::TemporaryDirectory directory{testing::TemporaryDirectory::Place::kMemory};
  testing::SmallServices services;
  http::BeastTransport transport;
  http::Server server;
};

TEST_F(EndpointOverLoopback, CarriesBytesOfEveryKind) {
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes.push_back(static_cast<char>(i * 7));
  call("s3", "CreateBucket",
       {{"Bucket", "bucket"}, {"CreateBucketConfiguration", {{"LocationConstraint", "us-west-2"}}}});
  call("s3", "PutObject", {{"Bucket", "bucket"}, {"Key", "a b/\xC3\xA4+&?"}, {"Body", bytes}});
  EXPECT_EQ(
      call("s3", "GetObject", {{"Bucket", "bucket"}, {"Key", "a b/\xC3\xA4+&?"}})["Body"].get<std::string>(),
      bytes);
  EXPECT_EQ(call("s3", "HeadObject", {{"Bucket", "bucket"}, {"Key", "a b/\xC3\xA4+&?"}})["ContentLength"],
            100'000);
  const Json secret =
      call("secretsmanager", "CreateSecret", {{"Name", "s"}, {"SecretBinary", bytes.substr(0, 60'000)}});
  EXPECT_EQ(call("secretsmanager", "GetSecretValue", {{"SecretId", secret["ARN"]}})["SecretBinary"]
                .get<std::string>(),
            bytes.substr(0, 60'000));
}

TEST_F(EndpointOverLoopback, AnswersALongPollWhenAMessageComes) {
  const Json url = call("sqs", "CreateQueue", {{"QueueName", "q"}})["QueueUrl"];
  std::jthread sender([&] {
    clock.sleep_for(std::chrono::milliseconds(100));
    call("sqs", "SendMessage", {{"QueueUrl", url}, {"MessageBody", "late"}});
  });
  const Duration begin = clock.monotonic();
  EXPECT_EQ(
      call("sqs", "ReceiveMessage", {{"QueueUrl", url}, {"WaitTimeSeconds", 20}})["Messages"][0]["Body"],
      "late");
  EXPECT_LT(clock.monotonic() - begin, std::chrono::seconds(10));
}

TEST_F(EndpointOverLoopback, EndsLongPollsWhenItStops) {
  const Json url = call("sqs", "CreateQueue", {{"QueueName", "q"}})["QueueUrl"];
  std::jthread stopper([&] {
    clock.sleep_for(std::chrono::milliseconds(100));
    server.stop();
  });
  const Duration begin = clock.monotonic();
  EXPECT_FALSE(
      call("sqs", "ReceiveMessage", {{"QueueUrl", url}, {"WaitTimeSeconds", 20}}).contains("Messages"));
  EXPECT_LT(clock.monotonic() - begin, std::chrono::seconds(10));
}

TEST_F(EndpointOverLoopback, KeepsItsOrderUnderManyClients) {
  const Json url = call("sqs", "CreateQueue", {{"QueueName", "q"}})["QueueUrl"];
  constexpr int kClients = 8;
  constexpr int kMessages = 10;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < kClients; ++i)
      clients.emplace_back([&] {
        for (int j = 0; j < kMessages; ++j)
          call("sqs", "SendMessage", {{"QueueUrl", url}, {"MessageBody", "m"}});
      });
  }
  const Json counts = call("sqs", "GetQueueAttributes", {{"QueueUrl", url}, {"AttributeNames", {"All"}}});
  EXPECT_EQ(counts["Attributes"]["ApproximateNumberOfMessages"], std::to_string(kClients * kMessages));
}

}  // namespace
}  // namespace aurora::local
