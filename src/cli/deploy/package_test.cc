#include "cli/deploy/package.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "cli/deploy/testing/make_package.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;

std::string refusal_of(const std::string& bytes) {
  try {
    examine_package(bytes, "it.zip");
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "PackageUnusable");
    EXPECT_FALSE(error.hint().empty());
    return error.message();
  }
}

TEST(Package, KnowsArchitectureAndHash) {
  const Package package = examine_package(make_good_package(), "it.zip");
  EXPECT_EQ(package.architecture, "arm64");
  EXPECT_EQ(package.sha256.size(), 64u);
  EXPECT_EQ(package.bootstrap, make_executable());
  const std::string other =
      make_package({{"bootstrap", make_executable({.machine = EM_X86_64})}, {"roots.pem", kCertificate}});
  EXPECT_EQ(examine_package(other, "it.zip").architecture, "x86_64");
}

TEST(Package, WhatLambdaCouldNotRunIsRefused) {
  EXPECT_THAT(refusal_of("no zip at all"), HasSubstr("no zip archive"));
  EXPECT_THAT(refusal_of(make_package({{"bin/bootstrap", "x"}})), HasSubstr("no file bootstrap"));
  EXPECT_THAT(refusal_of(make_package({{"bootstrap", make_executable()}}, 0644)), HasSubstr("executable"));
  EXPECT_THAT(refusal_of(make_package({{"bootstrap", "#!/bin/sh\nexit 0\n"}})), HasSubstr("no ELF"));
  EXPECT_THAT(refusal_of(make_package({{"bootstrap", make_executable({.machine = EM_RISCV})}})),
              HasSubstr("machine"));
  EXPECT_THAT(refusal_of(make_package({{"bootstrap", make_executable({.dynamic = true})}})),
              HasSubstr("dynamically"));
  EXPECT_THAT(refusal_of(make_package({{"bootstrap", make_executable().substr(0, 80)}})),
              HasSubstr("damaged"));
}

TEST(Package, WithoutCertificatesIsRefused) {
  EXPECT_THAT(refusal_of(make_package({{"bootstrap", make_executable()}, {"roots.pem", "empty"}})),
              HasSubstr("certificates"));
}

TEST(Package, OneThatIsNotThereIsNamed) {
  try {
    read_package("/nowhere/functions.zip");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("/nowhere/functions.zip"));
  }
}

}  // namespace
}  // namespace aurora::cli
