#include "local/content_encoding.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "aws/error.h"

namespace aurora::local {
namespace {

std::string gzip(const std::string& content) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string body(deflateBound(&stream, content.size()) + 32, '\0');
  std::string source = content;
  stream.next_in = reinterpret_cast<Bytef*>(source.data());
  stream.avail_in = static_cast<uInt>(source.size());
  stream.next_out = reinterpret_cast<Bytef*>(body.data());
  stream.avail_out = static_cast<uInt>(body.size());
  deflate(&stream, Z_FINISH);
  body.resize(stream.total_out);
  deflateEnd(&stream);
  return body;
}

http::Request request_with(std::string body, const char* encoding = "gzip") {
  http::Request request;
  request.headers.set("Content-Encoding", encoding);
  request.body = std::move(body);
  return request;
}

std::string refusal(std::string body) {
  http::Request request = request_with(std::move(body));
  try {
    remove_gzip(request);
    return "";
  } catch (const aws::ServiceError& error) {
    return error.code();
  }
}

TEST(ContentEncoding, GzipIsUndone) {
  const std::string content = "Action=PutMetricData&" + std::string(200'000, 'x');
  http::Request request = request_with(gzip(content));
  remove_gzip(request);
  EXPECT_EQ(request.body, content);
}

TEST(ContentEncoding, OthersAreLeftAlone) {
  http::Request request = request_with("plain", "aws-chunked");
  remove_gzip(request);
  EXPECT_EQ(request.body, "plain");
}

TEST(ContentEncoding, WhatIsNoGzipOrEndsEarlyIsRefused) {
  EXPECT_EQ(refusal("plain"), "InvalidContentEncoding");
  EXPECT_EQ(refusal(""), "InvalidContentEncoding");
  EXPECT_EQ(refusal(gzip("content that is cut off").substr(0, 25)), "InvalidContentEncoding");
}

TEST(ContentEncoding, ContentWithoutEndIsRefused) {
  EXPECT_EQ(refusal(gzip(std::string(17 * 1024 * 1024, 'x'))), "RequestEntityTooLargeException");
}

}  // namespace
}  // namespace aurora::local
