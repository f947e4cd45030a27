#include "http/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace aurora::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Headers, NamesCompareWithoutCase) {
  const Headers headers{{"Content-Type", "text/xml"}};
  EXPECT_EQ(headers.get("content-type"), "text/xml");
  EXPECT_TRUE(headers.has("CONTENT-TYPE"));
  EXPECT_FALSE(headers.has("Content-Typ"));
  EXPECT_EQ(headers.get_or("X-Other", "none"), "none");
}

TEST(Headers, SetReplacesEveryFieldOfThatNameInPlace) {
  Headers headers{{"A", "1"}, {"X", "2"}, {"a", "3"}};
  headers.set("a", "4");
  EXPECT_THAT(std::vector(headers.begin(), headers.end()), ElementsAre(Pair("A", "4"), Pair("X", "2")));
}

TEST(Headers, AddKeepsRepeatedFields) {
  Headers headers{{"A", "1"}};
  headers.add("A", "2");
  EXPECT_EQ(headers.size(), 2u);
  headers.remove("a");
  EXPECT_EQ(headers.size(), 0u);
}

TEST(Url, TakesEveryPartApart) {
  const Url url = Url::parse("HTTPS://rds.us-west-2.amazonaws.com:8443/a%20b/c?x=1&y#part");
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.host, "rds.us-west-2.amazonaws.com");
  EXPECT_EQ(url.port, 8443);
  EXPECT_EQ(url.path, "/a%20b/c");
  EXPECT_EQ(url.query, "x=1&y");
  EXPECT_EQ(url.authority(), "rds.us-west-2.amazonaws.com:8443");
}

TEST(Url, PortFollowsTheSchemeWhenAbsent) {
  EXPECT_EQ(Url::parse("http://localhost").port, 80);
  EXPECT_EQ(Url::parse("https://localhost").port, 443);
  EXPECT_EQ(Url::parse("https://localhost:443").authority(), "localhost");
  EXPECT_EQ(Url::parse("http://localhost?q").query, "q");
}

TEST(Url, BracketsKeepTheColonsOfAnIpv6Address) {
  const Url url = Url::parse("http://[::1]:4566/x");
  EXPECT_EQ(url.host, "[::1]");
  EXPECT_EQ(url.port, 4566);
}

TEST(Url, WhatIsNoUrlIsRefusedByName) {
  for (const char* text : {"", "localhost:4566", "ftp://x", "http://", "http://h:0", "http://h:70000",
                           "http://h:x", "http://a b", "http://user:secret@h/"}) {
    try {
      Url::parse(text);
      FAIL() << text << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.name(), "InvalidUrl") << text;
      EXPECT_EQ(error.message().find("secret"), std::string::npos) << "a password stands in the message";
    }
  }
}

TEST(Request, TargetJoinsPathAndQuery) {
  Request request;
  EXPECT_EQ(request.target(), "/");
  request.path = "/a";
  request.query = "b=c";
  EXPECT_EQ(request.target(), "/a?b=c");
}

TEST(ParseQuery, DecodesPairsInOrder) {
  EXPECT_THAT(parse_query("a=1&b=x+y%26&&c&=d"),
              ElementsAre(Pair("a", "1"), Pair("b", "x y&"), Pair("c", ""), Pair("", "d")));
  EXPECT_THAT(parse_query("b=x+y", false), ElementsAre(Pair("b", "x+y")));
}

}  // namespace
}  // namespace aurora::http
