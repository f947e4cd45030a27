// The Query protocol against literal bytes: RDS's names are those of its API reference.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/wire.h"

namespace aurora::aws {
namespace {

const Service& rds() {
  return require_service("rds");
}
const Service& sqs() {
  return require_service("sqs");
}

std::string encoded(const Service& service, std::string_view operation, const Json& input) {
  return encode_request(service, require_operation(service, operation), input).body;
}

http::Request form(std::string body) {
  http::Request request;
  request.method = "POST";
  request.headers.set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.body = std::move(body);
  return request;
}

Json decoded(const Service& service, std::string_view operation, std::string body) {
  return decode_request(service, require_operation(service, operation), form(std::move(body)));
}

constexpr char kRestoreForm[] =
    "Action=RestoreDBClusterFromSnapshot&Version=2014-10-31"
    "&AvailabilityZones.AvailabilityZone.1=us-west-2a&AvailabilityZones.AvailabilityZone.2=us-west-2b"
    "&DBClusterIdentifier=target&SnapshotIdentifier=arn%3Aaws%3Ards%3Aus-east-1%3A123456789012%3Acluster-"
    "snapshot%3As-1"
    "&Engine=aurora-postgresql&Port=5432"
    "&VpcSecurityGroupIds.VpcSecurityGroupId.1=sg-1"
    "&Tags.Tag.1.Key=owner&Tags.Tag.1.Value=a%20b%26c%2Bd"
    "&EnableIAMDatabaseAuthentication=false"
    "&EnableCloudwatchLogsExports.member.1=postgresql"
    "&ServerlessV2ScalingConfiguration.MinCapacity=0.5&ServerlessV2ScalingConfiguration.MaxCapacity=2.0";

Json restore_input() {
  return {{"AvailabilityZones", {"us-west-2a", "us-west-2b"}},
          {"DBClusterIdentifier", "target"},
          {"SnapshotIdentifier", "arn:aws:rds:us-east-1:123456789012:cluster-snapshot:s-1"},
          {"Engine", "aurora-postgresql"},
          {"Port", 5432},
          {"VpcSecurityGroupIds", {"sg-1"}},
          {"Tags", {{{"Key", "owner"}, {"Value", "a b&c+d"}}}},
          {"EnableIAMDatabaseAuthentication", false},
          {"EnableCloudwatchLogsExports", {"postgresql"}},
          {"ServerlessV2ScalingConfiguration", {{"MinCapacity", 0.5}, {"MaxCapacity", 2.0}}}};
}

TEST(QueryRequest, CarriesRdsMembersUnderTheNamesOfTheApi) {
  EXPECT_EQ(encoded(rds(), "RestoreDBClusterFromSnapshot", restore_input()), kRestoreForm);
}

TEST(QueryRequest, DecodesToTheInputThatItWasMadeOf) {
  EXPECT_EQ(decoded(rds(), "RestoreDBClusterFromSnapshot", kRestoreForm), restore_input());
}

TEST(QueryRequest, IsAPostedForm) {
  const auto request = encode_request(rds(), require_operation(rds(), "DescribeDBClusters"), Json::object());
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/");
  EXPECT_EQ(request.headers.get("Content-Type"), "application/x-www-form-urlencoded; charset=utf-8");
  EXPECT_EQ(request.body, "Action=DescribeDBClusters&Version=2014-10-31");
}

TEST(QueryRequest, NamesFiltersWithTheirValues) {
  const Json input = {{"Filters", {{{"Name", "db-cluster-id"}, {"Values", {"one", "two"}}}}}};
  const std::string body =
      "Action=DescribeDBClusters&Version=2014-10-31&Filters.Filter.1.Name=db-cluster-id"
      "&Filters.Filter.1.Values.Value.1=one&Filters.Filter.1.Values.Value.2=two";
  EXPECT_EQ(encoded(rds(), "DescribeDBClusters", input), body);
  EXPECT_EQ(decoded(rds(), "DescribeDBClusters", body), input);
}

TEST(QueryRequest, NamesSnapshotAttributeValues) {
  const Json input = {
      {"DBClusterSnapshotIdentifier", "s"}, {"AttributeName", "restore"}, {"ValuesToAdd", {"111122223333"}}};
  EXPECT_EQ(encoded(rds(), "ModifyDBClusterSnapshotAttribute", input),
            "Action=ModifyDBClusterSnapshotAttribute&Version=2014-10-31&DBClusterSnapshotIdentifier=s"
            "&AttributeName=restore&ValuesToAdd.AttributeValue.1=111122223333");
}

TEST(QueryRequest, WritesTimesInIso8601) {
  const Json input = {{"DBClusterIdentifier", "c"},
                      {"SourceDBClusterIdentifier", "s"},
                      {"RestoreToTime", "2026-11-21T06:20:51Z"}};
  const std::string body = encoded(rds(), "RestoreDBClusterToPointInTime", input);
  EXPECT_THAT(body, testing::HasSubstr("RestoreToTime=2026-11-21T06%3A20%3A51Z"));
  EXPECT_EQ(decoded(rds(), "RestoreDBClusterToPointInTime", body)["RestoreToTime"],
            "2026-11-21T06:20:51.000Z");
}

TEST(QueryRequest, TellsAnEmptyListFromAnAbsentOne) {
  const Json input = {{"DBClusterIdentifier", "c"}, {"VpcSecurityGroupIds", Json::array()}};
  const std::string body = encoded(rds(), "ModifyDBCluster", input);
  EXPECT_EQ(body, "Action=ModifyDBCluster&Version=2014-10-31&DBClusterIdentifier=c&VpcSecurityGroupIds=");
  EXPECT_EQ(decoded(rds(), "ModifyDBCluster", body), input);
}

TEST(QueryRequest, OrdersListElementsByNumberNotByText) {
  std::string body = "Action=RemoveTagsFromResource&ResourceName=r";
  for (const int number : {10, 2, 1}) body += fmt::format("&TagKeys.member.{}=k{}", number, number);
  EXPECT_EQ(decoded(rds(), "RemoveTagsFromResource", body)["TagKeys"], Json({"k1", "k2", "k10"}));
}

TEST(QueryRequest, OfWrongTypeIsRefusedAsMalformed) {
  try {
    decoded(rds(), "DescribeDBClusters", "Action=DescribeDBClusters&MaxRecords=many");
    FAIL() << "no error";
  } catch (const ServiceError& error) {
    EXPECT_EQ(error.code(), "MalformedInput");
    EXPECT_THAT(error.message(), testing::HasSubstr("many"));
  }
}

TEST(QueryRequest, MapsAreNumberedEntries) {
  const Service& sns = require_service("sns");
  const Json input = {{"Name", "t"}, {"Attributes", {{"DisplayName", "d"}}}};
  const std::string body =
      "Action=CreateTopic&Version=2010-03-31&Name=t&Attributes.entry.1.key=DisplayName"
      "&Attributes.entry.1.value=d";
  EXPECT_EQ(encoded(sns, "CreateTopic", input), body);
  EXPECT_EQ(decoded(sns, "CreateTopic", body), input);
}

TEST(QueryRequest, MessageAttributesKeepTheirNamesAndBlobs) {
  const Service& sns = require_service("sns");
  const Json input = {
      {"TopicArn", "arn"},
      {"Message", "m"},
      {"MessageAttributes", {{"a", {{"DataType", "Binary"}, {"BinaryValue", std::string("\0\xff", 2)}}}}}};
  const std::string body =
      "Action=Publish&Version=2010-03-31&TopicArn=arn&Message=m&MessageAttributes.entry.1.Name=a"
      "&MessageAttributes.entry.1.Value.DataType=Binary&MessageAttributes.entry.1.Value.BinaryValue=AP8%3D";
  EXPECT_EQ(encoded(sns, "Publish", input), body);
  EXPECT_EQ(decoded(sns, "Publish", body), input);
}

TEST(QueryResponse, WrapsTheResultAsRdsDoes) {
  const Json output = {{"DBClusters",
                        {{{"AvailabilityZones", {"us-west-2a"}},
                          {"DBClusterIdentifier", "c<1>&"},
                          {"AllocatedStorage", 1},
                          {"ClusterCreateTime", "2026-11-21T06:20:51.123Z"},
                          {"StorageEncrypted", true},
                          {"VpcSecurityGroups", {{{"VpcSecurityGroupId", "sg-1"}, {"Status", "active"}}}},
                          {"DBClusterMembers", Json::array()},
                          {"TagList", {{{"Key", "k"}, {"Value", ""}}}}}}}};
  const std::string body =
      "<DescribeDBClustersResponse "
      "xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><DescribeDBClustersResult>"
      "<DBClusters><DBCluster><AllocatedStorage>1</"
      "AllocatedStorage><AvailabilityZones><AvailabilityZone>us-west-2a"
      "</AvailabilityZone></AvailabilityZones><DBClusterIdentifier>c&lt;1&gt;&amp;</DBClusterIdentifier>"
      "<DBClusterMembers/><VpcSecurityGroups><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-1"
      "</VpcSecurityGroupId><Status>active</Status></VpcSecurityGroupMembership></VpcSecurityGroups>"
      "<StorageEncrypted>true</StorageEncrypted><ClusterCreateTime>2026-11-21T06:20:51.123Z</"
      "ClusterCreateTime>"
      "<TagList><Tag><Key>k</Key><Value/></Tag></TagList></DBCluster></DBClusters></DescribeDBClustersResult>"
      "<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></DescribeDBClustersResponse>";
  const Operation& operation = require_operation(rds(), "DescribeDBClusters");
  const http::Response response = encode_response(rds(), operation, output, "id-1");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("Content-Type"), "text/xml");
  EXPECT_EQ(response.body, body);
  const Json read = decode_response(rds(), operation, response);
  EXPECT_EQ(read["DBClusters"][0]["DBClusterIdentifier"], "c<1>&");
  EXPECT_EQ(read["DBClusters"][0]["AllocatedStorage"], 1);
  EXPECT_EQ(read["DBClusters"][0]["StorageEncrypted"], true);
  EXPECT_EQ(read["DBClusters"][0]["DBClusterMembers"], Json::array());
  EXPECT_EQ(read["DBClusters"][0]["TagList"], Json({{{"Key", "k"}, {"Value", ""}}}));
  EXPECT_EQ(read["DBClusters"][0]["ClusterCreateTime"], "2026-11-21T06:20:51.123Z");
  EXPECT_FALSE(read["DBClusters"][0].contains("Engine"));
}

TEST(QueryResponse, OfAnIndentedDocumentReadsTheSame) {
  const http::Response response{.status = 200, .headers = {}, .body = R"(<?xml version="1.0"?>
<ListTagsForResourceResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/">
  <ListTagsForResourceResult>
    <TagList>
      <Tag> <Key>k</Key> <Value> </Value> </Tag>
    </TagList>
  </ListTagsForResourceResult>
</ListTagsForResourceResponse>)"};
  EXPECT_EQ(decode_response(rds(), require_operation(rds(), "ListTagsForResource"), response),
            Json({{"TagList", {{{"Key", "k"}, {"Value", " "}}}}}));
}

TEST(QueryResponse, WithoutOutputStillHasMetadata) {
  const Operation& operation = require_operation(rds(), "AddTagsToResource");
  const http::Response response = encode_response(rds(), operation, Json::object(), "id-2");
  EXPECT_EQ(response.body,
            "<AddTagsToResourceResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><ResponseMetadata>"
            "<RequestId>id-2</RequestId></ResponseMetadata></AddTagsToResourceResponse>");
  EXPECT_EQ(decode_response(rds(), operation, response), Json::object());
}

TEST(QueryResponse, RefusesAMemberThatTheModelDoesNotKnow) {
  EXPECT_THROW(encode_response(rds(), require_operation(rds(), "DescribeDBClusters"),
                               {{"Clusters", Json::array()}}, "i"),
               Error);
}

TEST(QueryResponse, ThatIsNoXmlIsAnInvalidResponse) {
  const http::Response response{.status = 200, .headers = {}, .body = "hello"};
  try {
    decode_response(rds(), require_operation(rds(), "DescribeDBClusters"), response);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "InvalidResponse");
  }
}

TEST(QueryError, TakesStatusAndCodeFromTheModel) {
  const std::string body =
      "<ErrorResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><Error><Type>Sender</Type>"
      "<Code>DBInstanceNotFound</Code><Message>no "
      "&lt;x&gt;</Message></Error><RequestId>id-3</RequestId></ErrorResponse>";
  for (const char* name : {"DBInstanceNotFound", "DBInstanceNotFoundFault"}) {
    const http::Response response = encode_error(rds(), ServiceError(name, "no <x>"), "id-3");
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body, body);
  }
}

TEST(QueryError, DecodesToItsParts) {
  const http::Response response{
      .status = 400,
      .headers = {},
      .body =
          "<ErrorResponse><Error><Type>Sender</Type><Code>SnapshotQuotaExceeded</Code>"
          "<Message>Cannot copy more than 5 snapshots across regions</Message></Error>"
          "<RequestId>id-4</RequestId></ErrorResponse>"};
  const ServiceError error = decode_error(rds(), require_operation(rds(), "CopyDBClusterSnapshot"), response);
  EXPECT_EQ(error.code(), "SnapshotQuotaExceeded");
  EXPECT_TRUE(error.is("SnapshotQuotaExceededFault"));
  EXPECT_EQ(error.message(), "Cannot copy more than 5 snapshots across regions");
  EXPECT_EQ(error.status(), 400);
  EXPECT_EQ(error.details().service, "rds");
  EXPECT_EQ(error.details().operation, "CopyDBClusterSnapshot");
  EXPECT_EQ(error.details().request_id, "id-4");
}

TEST(QueryError, FromAProxyKeepsWhatItSaid) {
  const http::Response response{.status = 503, .headers = {}, .body = "upstream connect error"};
  const ServiceError error = decode_error(rds(), require_operation(rds(), "DescribeDBClusters"), response);
  EXPECT_EQ(error.code(), "ServiceUnavailable");
  EXPECT_EQ(error.message(), "upstream connect error");
}

TEST(SqsAsQuery, OlderClientsAreUnderstood) {
  const http::Request request = form(
      "Action=SendMessage&Version=2012-11-05&QueueUrl=u&MessageBody=b&MessageAttribute.1.Name=n"
      "&MessageAttribute.1.Value.DataType=String&MessageAttribute.1.Value.StringValue=v");
  EXPECT_EQ(request_protocol(sqs(), request), Protocol::kQuery);
  const Operation* operation = match_operation(sqs(), request);
  ASSERT_TRUE(operation);
  EXPECT_EQ(operation->name, "SendMessage");
  EXPECT_EQ(decode_request(sqs(), *operation, request),
            Json({{"QueueUrl", "u"},
                  {"MessageBody", "b"},
                  {"MessageAttributes", {{"n", {{"StringValue", "v"}, {"DataType", "String"}}}}}}));
  EXPECT_EQ(decoded(sqs(), "GetQueueAttributes", "Action=GetQueueAttributes&QueueUrl=u&AttributeName.1=All"),
            Json({{"QueueUrl", "u"}, {"AttributeNames", {"All"}}}));
  EXPECT_EQ(decoded(sqs(), "CreateQueue",
                    "Action=CreateQueue&QueueName=q&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5"),
            Json({{"QueueName", "q"}, {"Attributes", {{"DelaySeconds", "5"}}}}));
}

TEST(SqsAsQuery, IsAnsweredAsQuery) {
  const Json output = {
      {"Messages", {{{"MessageId", "m"}, {"Body", "b"}, {"Attributes", {{"SenderId", "s"}}}}}}};
  EXPECT_EQ(
      encode_response(sqs(), require_operation(sqs(), "ReceiveMessage"), output, "id", Protocol::kQuery).body,
      "<ReceiveMessageResponse "
      "xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><ReceiveMessageResult><Message>"
      "<MessageId>m</MessageId><Body>b</Body><Attribute><Name>SenderId</Name><Value>s</Value></Attribute>"
      "</Message></ReceiveMessageResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata>"
      "</ReceiveMessageResponse>");
  const auto error = encode_error(sqs(), ServiceError("QueueDoesNotExist", "gone"), "id", Protocol::kQuery);
  EXPECT_THAT(error.body, testing::HasSubstr("<Code>AWS.SimpleQueueService.NonExistentQueue</Code>"));
}

TEST(Ec2, NumbersListsWithoutElementNames) {
  const Service& ec2 = require_service("ec2");
  const Json input = {{"GroupIds", {"sg-1"}}, {"Filters", {{{"Name", "vpc-id"}, {"Values", {"v"}}}}}};
  const std::string body =
      "Action=DescribeSecurityGroups&Version=2016-11-15&GroupId.1=sg-1&Filter.1.Name=vpc-id"
      "&Filter.1.Value.1=v";
  EXPECT_EQ(encoded(ec2, "DescribeSecurityGroups", input), body);
  EXPECT_EQ(decoded(ec2, "DescribeSecurityGroups", body)["GroupIds"], Json({"sg-1"}));
}

TEST(Ec2, NamesMembersInBothLetterCases) {
  const Service& ec2 = require_service("ec2");
  const std::string create =
      "Action=CreateSecurityGroup&Version=2016-11-15&GroupDescription=for+tests&GroupName=db&VpcId=vpc-1"
      "&TagSpecification.1.ResourceType=security-group&TagSpecification.1.Tag.1.Key=team"
      "&TagSpecification.1.Tag.1.Value=dba";
  const Json input = decoded(ec2, "CreateSecurityGroup", create);
  EXPECT_EQ(input["Description"], "for tests");
  EXPECT_EQ(input["TagSpecifications"][0]["ResourceType"], "security-group");
  EXPECT_EQ(input["TagSpecifications"][0]["Tags"][0]["Value"], "dba");
  EXPECT_EQ(decoded(ec2, "CreateTags",
                    "Action=CreateTags&Version=2016-11-15&ResourceId.1=vpc-1&Tag.1.Key=a&Tag.1.Value=b"),
            Json({{"Resources", {"vpc-1"}}, {"Tags", {{{"Key", "a"}, {"Value", "b"}}}}}));
}

TEST(Ec2, AnswersWithItemsAndWithoutAResultWrapper) {
  const Service& ec2 = require_service("ec2");
  const Json output{{"Subnets",
                     {{{"SubnetId", "subnet-1"},
                       {"VpcId", "vpc-1"},
                       {"AvailabilityZone", "us-west-2a"},
                       {"DefaultForAz", false},
                       {"Tags", {{{"Key", "a"}, {"Value", "b"}}}}}}}};
  const std::string body = encode_response(ec2, require_operation(ec2, "DescribeSubnets"), output, "id").body;
  EXPECT_TRUE(
      body.starts_with("<DescribeSubnetsResponse "
                       "xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15\"><requestId>id</requestId>"
                       "<subnetSet><item>"))
      << body;
  for (const char* part :
       {"<subnetId>subnet-1</subnetId>", "<vpcId>vpc-1</vpcId>",
        "<tagSet><item><key>a</key><value>b</value></item></tagSet>", "<defaultForAz>false</defaultForAz>",
        "</item></subnetSet></DescribeSubnetsResponse>"})
    EXPECT_THAT(body, testing::HasSubstr(part));
  EXPECT_EQ(
      encode_error(ec2, ServiceError("InvalidSubnetID.NotFound", "gone"), "id").body,
      "<Response><Errors><Error><Code>InvalidSubnetID.NotFound</Code><Message>gone</Message></Error></Errors>"
      "<RequestID>id</RequestID></Response>");
}

}  // namespace
}  // namespace aurora::aws
