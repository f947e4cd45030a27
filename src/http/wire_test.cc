#include "http/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aurora::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

Request post(std::string body) {
  Request request;
  request.method = "POST";
  request.host = "127.0.0.1";
  request.port = 4566;
  request.headers = {{"Content-Type", "text/plain"}};
  request.body = std::move(body);
  return request;
}

TEST(RequestHead, AddsHostAndLengthOnlyWhereAbsent) {
  EXPECT_EQ(
      format_request_head(post("abc")),
      "POST / HTTP/1.1\r\nHost: 127.0.0.1:4566\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\n");
  Request request = post("");
  request.headers = {{"host", "rds.amazonaws.com"}, {"content-length", "0"}};
  EXPECT_EQ(format_request_head(request),
            "POST / HTTP/1.1\r\nhost: rds.amazonaws.com\r\ncontent-length: 0\r\n\r\n");
}

TEST(RequestHead, GetWithoutBodyHasNoLength) {
  Request request;
  request.host = "h";
  request.path = "/a%20b";
  request.query = "x=1";
  EXPECT_EQ(format_request_head(request), "GET /a%20b?x=1 HTTP/1.1\r\nHost: h\r\n\r\n");
}

TEST(RequestHead, LineBreaksCannotBeSmuggledIn) {
  Request request = post("");
  request.headers.add("X-Name", "a\r\nX-Admin: 1");
  EXPECT_THROW(format_request_head(request), Error);
  Request target = post("");
  target.path = "/a b";
  EXPECT_THROW(format_request_head(target), Error);
}

TEST(ResponseHead, CarriesReasonLengthAndClose) {
  EXPECT_EQ(format_response_head({404, {{"A", "b"}}, "gone"}, true),
            "HTTP/1.1 404 Not Found\r\nA: b\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(format_response_head({204, {}, ""}, false),
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(format_response_head({200, {{"Content-Length", "12"}}, ""}, true),
            "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n");
}

Response parse_response(std::string_view bytes, bool head = false) {
  ResponseParser parser(head);
  // Byte by byte: nothing may depend on how the network cuts a message.
  for (const char& byte : bytes) parser.feed({&byte, 1});
  EXPECT_TRUE(parser.done());
  return parser.take();
}

TEST(ResponseParser, ReadsBodyByLength) {
  const Response response = parse_response("HTTP/1.1 200 OK\r\nX: 1\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello");
  EXPECT_THAT(std::vector(response.headers.begin(), response.headers.end()),
              ElementsAre(Pair("X", "1"), Pair("Content-Length", "5")));
}

TEST(ResponseParser, JoinsChunks) {
  EXPECT_EQ(parse_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "5;ext=1\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: x\r\n\r\n")
                .body,
            "hello!");
}

TEST(ResponseParser, AnswerToHeadHasNoBodyWhateverItsLength) {
  EXPECT_EQ(
      parse_response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true).headers.get("content-length"),
      "5");
}

TEST(ResponseParser, NoContentEndsWithItsHead) {
  EXPECT_EQ(parse_response("HTTP/1.1 204 No Content\r\n\r\n").status, 204);
}

TEST(ResponseParser, SkipsInformationalAnswers) {
  EXPECT_EQ(parse_response("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx")
                .status,
            201);
}

TEST(ResponseParser, BodyWithoutLengthEndsWithTheConnection) {
  ResponseParser parser(false);
  parser.feed("HTTP/1.1 200 OK\r\n\r\nhel");
  parser.feed("lo");
  EXPECT_FALSE(parser.done());
  parser.feed_end();
  EXPECT_TRUE(parser.done());
  EXPECT_FALSE(parser.keep_alive());
  EXPECT_EQ(parser.take().body, "hello");
}

TEST(ResponseParser, TruncatedBodyIsAnError) {
  ResponseParser parser(false);
  parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel");
  EXPECT_THROW(parser.feed_end(), WireError);
}

TEST(ResponseParser, HonoursConnectionClose) {
  ResponseParser parser(false);
  parser.feed("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(parser.done());
  EXPECT_FALSE(parser.keep_alive());
}

TEST(ResponseParser, GarbageIsMalformed) {
  ResponseParser parser(false);
  EXPECT_THROW(parser.feed("SSH-2.0-OpenSSH_9.2\r\n"), WireError);
}

int refusal(std::string_view bytes) {
  RequestParser parser(8);
  try {
    parser.feed(bytes);
    if (parser.done()) parser.take();
  } catch (const WireError& error) {
    return error.status();
  }
  return 0;
}

TEST(RequestParser, TakesTargetHostAndBodyApart) {
  RequestParser parser(100);
  parser.feed("PUT /a%20b?x=1?2 HTTP/1.1\r\nHost: localhost:4566\r\nContent-Length: 2\r\n\r\nok");
  ASSERT_TRUE(parser.done());
  EXPECT_TRUE(parser.keep_alive());
  const Request request = parser.take();
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.path, "/a%20b");
  EXPECT_EQ(request.query, "x=1?2");
  EXPECT_EQ(request.host, "localhost");
  EXPECT_EQ(request.port, 4566);
  EXPECT_EQ(request.body, "ok");
}

TEST(RequestParser, AcceptsTheAbsoluteForm) {
  RequestParser parser(100);
  parser.feed("GET http://localhost:4566/x?y HTTP/1.1\r\nHost: localhost:4566\r\n\r\n");
  const Request request = parser.take();
  EXPECT_EQ(request.path, "/x");
  EXPECT_EQ(request.query, "y");
}

TEST(RequestParser, UrlInsideAnOrdinaryPathStays) {
  RequestParser parser(100);
  parser.feed("GET /http://x/y HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(parser.take().path, "/http://x/y");
}

TEST(RequestParser, PipelinedRequestsFollowOneAnother) {
  RequestParser parser(100);
  parser.feed("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(parser.take().path, "/1");
  EXPECT_FALSE(parser.done());
  parser.feed({});
  ASSERT_TRUE(parser.done());
  EXPECT_FALSE(parser.keep_alive());
  EXPECT_EQ(parser.take().path, "/2");
}

TEST(RequestParser, ExpectationIsToldOnceAndOnlyBeforeTheBody) {
  RequestParser parser(100);
  parser.feed("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n");
  EXPECT_TRUE(parser.take_expectation());
  EXPECT_FALSE(parser.take_expectation());
  parser.feed("x");
  EXPECT_TRUE(parser.done());
  RequestParser whole(100);
  whole.feed("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_FALSE(whole.take_expectation());
}

TEST(RequestParser, RefusesWithTheFittingStatus) {
  EXPECT_EQ(refusal("nonsense\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400);
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n"), 400);
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n"), 413);
  EXPECT_EQ(
      refusal("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n0\r\n\r\n"),
      413);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nX: " + std::string(kHeadBytesMax, 'x') + "\r\n\r\n"), 431);
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\n12345678"), 0);
}

}  // namespace
}  // namespace aurora::http
