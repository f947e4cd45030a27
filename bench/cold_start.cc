// How long a function takes from its start to its first answer: bootstrap, and the same step in Python.
// See README.md beside this file.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "function_host.h"

namespace aurora::bench {
namespace {

struct Contender {
  std::string name;
  std::vector<std::string> command;
  std::vector<std::string> environment;
  std::uintmax_t size_bytes = 0;
};

struct Measured {
  std::vector<Start> starts;

  template <class Value>
  double median(Value Start::*member) const {
    std::vector<double> values;
    for (const Start& start : starts) values.push_back(static_cast<double>(start.*member));
    std::ranges::sort(values);
    return values[values.size() / 2];
  }
};

Measured measure(FunctionHost& host, const Contender& contender, int rounds) {
  Measured measured;
  host.start_once(contender.command, contender.environment);  // fills the page cache
  for (int i = 0; i < rounds; ++i) {
    measured.starts.push_back(host.start_once(contender.command, contender.environment));
  }
  return measured;
}

void print_row(const Contender& contender, const Measured& measured) {
  const Start& last = measured.starts.back();
  fmt::print("{:<22} {:>10.1f} ms {:>10.1f} ms {:>10.1f} ms {:>9.1f} MiB {:>10}  {}\n", contender.name,
             measured.median(&Start::first_poll_ms), measured.median(&Start::first_call_ms),
             measured.median(&Start::answered_ms), measured.median(&Start::memory_kb) / 1024.0,
             contender.size_bytes == 0 ? "-" : human_bytes(contender.size_bytes),
             last.failed ? "FAILED: " + last.answer : fmt::format("{} calls", last.calls.size()));
}

// Where python3 is, by PATH's usual places; empty when a function with boto3 cannot run here.
std::string find_python() {
  for (const char* path : {"/usr/bin/python3", "/usr/local/bin/python3"}) {
    if (std::filesystem::exists(path) &&
        std::system(fmt::format("{} -c 'import boto3' 2>/dev/null", path).c_str()) == 0) {
      return path;
    }
  }
  return {};
}

int run(const std::filesystem::path& bootstrap, std::string python) {
  FunctionHost host;
  const Contender ours{
      "bootstrap (C++)", {bootstrap.string()}, {"LOG_LEVEL=ERROR"}, std::filesystem::file_size(bootstrap)};
  fmt::print("{:<22} {:>13} {:>13} {:>13} {:>13} {:>10}\n", "medians", "first poll", "first call", "answered",
             "peak memory", "size");
  const Measured measured = measure(host, ours, 41);
  print_row(ours, measured);
  if (python.empty()) python = find_python();
  if (python.empty()) {
    fmt::print(
        "no Python with boto3 here, so there is nothing to compare with: apt-get install python3-boto3\n");
    return 0;
  }
  // As many writes as ours made, so that both speak to the services equally often.
  const auto& calls = measured.starts.back().calls;
  const auto writes = std::ranges::count_if(calls, [](const std::string& call) {
    return call == "PutItem" || call == "UpdateItem" || call == "TransactWriteItems";
  });
  const Contender theirs{"Python 3 + boto3",
                         {python, AURORA_SOURCE_DIR "/bench/cold_start_function.py"},
                         {fmt::format("BENCH_WRITES={}", writes)}};
  print_row(theirs, measure(host, theirs, 7));
  fmt::print("calls of bootstrap: {}\n", join(calls, ", "));
  return measured.starts.back().failed ? 1 : 0;
}

}  // namespace
}  // namespace aurora::bench

int main(int count, char** arguments) {
  const std::filesystem::path bootstrap = count > 1 ? arguments[1] : AURORA_BIN_DIR "/bootstrap";
  if (!std::filesystem::exists(bootstrap)) {
    std::fputs(("cold_start: " + bootstrap.string() + " is not there; build it, or give its path\n").c_str(),
               stderr);
    return 2;
  }
  try {
    return aurora::bench::run(bootstrap, count > 2 ? arguments[2] : "");
  } catch (const aurora::Error& error) {
    std::fputs(fmt::format("cold_start: {}\n  {}\n", error.what(), error.hint()).c_str(), stderr);
    return 1;
  }
}
