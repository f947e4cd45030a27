// What executions of state machines cost at the local endpoint, through its API and durable. See README.md
// beside this file.
//
//   executions [THROUGHPUT [WAITING [RUNS]]]    4000 executions a run, 10000 that wait, 5 runs
#include <SQLiteCpp/SQLiteCpp.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>

#include "base/dates.h"
#include "base/error.h"
#include "endpoint_process.h"

namespace aurora::bench {
namespace {

using Caller = EndpointProcess::Caller;

constexpr char kFourStates[] =
    R"({"StartAt":"First","States":{
      "First":{"Type":"Pass","Result":{"size":7},"ResultPath":"$.found","Next":"Which"},
      "Which":{"Type":"Choice","Choices":[{"Variable":"$.found.size","NumericGreaterThan":5,"Next":"Second"}],
               "Default":"Done"},
      "Second":{"Type":"Pass","Parameters":{"size.$":"$.found.size"},"Next":"Done"},
      "Done":{"Type":"Succeed"}}})";
constexpr char kWaiting[] =
    R"({"StartAt":"Wait","States":{"Wait":{"Type":"Wait","TimestampPath":"$.until","End":true}}})";
constexpr char kThousandItems[] =
    R"({"StartAt":"Each","States":{"Each":{"Type":"Map","End":true,
      "ItemProcessor":{"StartAt":"One","States":{"One":{"Type":"Pass","End":true}}}}}})";

const SystemClock kClock;

double seconds_since(Duration begin) {
  return std::chrono::duration<double>(kClock.monotonic() - begin).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

std::string create(const Caller& caller, const std::string& name, const char* definition) {
  return caller
      .call("CreateStateMachine",
            {{"name", name}, {"definition", definition}, {"roleArn", "arn:aws:iam::123456789012:role/bench"}})
      .at("stateMachineArn");
}

std::string start(const Caller& caller, const std::string& machine, const std::string& input) {
  return caller.call("StartExecution", {{"stateMachineArn", machine}, {"input", input}}).at("executionArn");
}

// `count` calls of `one`, shared among so many threads with a client each.
void in_parallel(EndpointProcess& endpoint, int threads, int count,
                 const std::function<void(const Caller&, int)>& one) {
  std::atomic<int> next = 0;
  std::vector<std::jthread> clients;
  for (int i = 0; i < threads; ++i)
    clients.emplace_back([&] {
      const auto caller = endpoint.caller();
      for (int number = next++; number < count; number = next++) one(*caller, number);
    });
}

void expect_succeeded(const Caller& caller, const std::string& execution) {
  const std::string status = caller.call("DescribeExecution", {{"executionArn", execution}}).at("status");
  if (status != "SUCCEEDED") throw Error("NoAnswer", fmt::format("{} is {}", execution, status));
}

// ---- throughput

double executions_a_second(EndpointProcess& endpoint, const std::string& machine, int clients, int count) {
  std::string last;
  const Duration begin = kClock.monotonic();
  in_parallel(endpoint, clients, count, [&](const Caller& caller, int number) {
    const std::string execution = start(caller, machine, R"({"a":1})");
    if (number == count - 1) last = execution;
  });
  const double rate = count / seconds_since(begin);
  expect_succeeded(*endpoint.caller(), last);
  return rate;
}

// A row a transition in SQLite with the same synchronisation: what the disk and SQLite themselves allow.
double transitions_a_second(const std::filesystem::path& directory, int per_commit, int count) {
  std::filesystem::create_directories(directory);
  const std::filesystem::path file = directory / "floor.db";
  double rate = 0;
  {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (a INTEGER, b TEXT)");
    SQLite::Statement insert(database, "INSERT INTO t VALUES (?, ?)");
    const Duration begin = kClock.monotonic();
    for (int i = 0; i < count; i += per_commit) {
      SQLite::Transaction transaction(database);
      for (int j = 0; j < per_commit; ++j) {
        insert.bind(1, i + j);
        insert.bind(2, R"({"found":{"size":7}})");
        insert.exec();
        insert.reset();
      }
      transaction.commit();
    }
    rate = count / seconds_since(begin);
  }
  std::filesystem::remove_all(directory);
  return rate;
}

void throughput(EndpointProcess& endpoint, const std::filesystem::path& scratch, int count, int runs) {
  const std::string machine = create(*endpoint.caller(), "four-states", kFourStates);
  std::map<std::string, std::vector<double>> rates;
  for (int i = 0; i < runs; ++i) {
    rates["1 one client"].push_back(executions_a_second(endpoint, machine, 1, count / 4));
    rates["2 eight clients"].push_back(executions_a_second(endpoint, machine, 8, count));
    rates["3 sqlite, a commit a transition"].push_back(transitions_a_second(scratch, 1, count));
    rates["4 sqlite, ten share a commit"].push_back(transitions_a_second(scratch, 10, 4 * count));
  }
  fmt::print("Pass, Choice, Pass, Succeed; medians of {} runs\n", runs);
  for (const auto& [name, values] : rates)
    fmt::print("  {:<36}{:>9.0f} {} a second\n", name.substr(2), median(values),
               name[0] < '3' ? "executions" : "transitions");
}

// ---- a Map

void map_of_thousand(EndpointProcess& endpoint, int runs) {
  const auto caller = endpoint.caller();
  const std::string machine = create(*caller, "thousand-items", kThousandItems);
  Json items = Json::array();
  for (int i = 0; i < 1000; ++i) items.push_back(i);
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    const Duration begin = kClock.monotonic();
    const std::string execution = start(*caller, machine, dump_json(items));
    while (caller->call("DescribeExecution", {{"executionArn", execution}}).at("status") == "RUNNING")
      SystemClock().sleep_for(std::chrono::milliseconds(1));
    times.push_back(seconds_since(begin) * 1000);
    expect_succeeded(*caller, execution);
  }
  fmt::print("A Map of 1000 items\n  {:<36}{:>9.1f} ms\n", "from start to end", median(times));
}

// ---- waiting executions: memory, recovery, timers

double lateness_ms(const Caller& caller, const std::string& execution, TimePoint due) {
  const Json history = caller.call("GetExecutionHistory", {{"executionArn", execution}});
  for (const Json& event : history.at("events"))
    if (event.at("type") == "WaitStateExited")
      return std::chrono::duration<double, std::milli>(
                 parse_iso(event.at("timestamp").get<std::string>()).value() - due)
          .count();
  throw Error("NoAnswer", fmt::format("{} still waits", execution));
}

void print_lateness(const std::string& name, std::vector<double> values) {
  std::ranges::sort(values);
  fmt::print("  {:<36}{:>9.1f} ms median, {:.1f} ms p99, {:.1f} ms worst\n", name, values[values.size() / 2],
             values[values.size() * 99 / 100], values.back());
}

// So many waits that end one after another over ten seconds, or all at once.
void timers(EndpointProcess& endpoint, const std::string& machine, int count, bool spread) {
  const auto caller = endpoint.caller();
  const TimePoint first = kClock.now() + std::chrono::seconds(8 + count / 1000);
  const auto due = [&](int number) {
    return std::chrono::floor<std::chrono::milliseconds>(
        first + (spread ? std::chrono::microseconds(10'000'000LL * number / count) : Duration(0)));
  };
  std::vector<std::string> executions(static_cast<std::size_t>(count));
  in_parallel(endpoint, 8, count, [&](const Caller& each, int number) {
    executions[static_cast<std::size_t>(number)] =
        start(each, machine, dump_json({{"until", format_iso_millis(due(number))}}));
  });
  SystemClock().sleep_until(due(count - 1) + std::chrono::seconds(spread ? 2 : 10), {});
  std::vector<double> late(static_cast<std::size_t>(count));
  in_parallel(endpoint, 8, count, [&](const Caller& each, int number) {
    const auto at = static_cast<std::size_t>(number);
    late[at] = lateness_ms(each, executions[at], due(number));
  });
  print_lateness(spread ? "due over ten seconds" : "all due at once", std::move(late));
}

void waiting(EndpointProcess& endpoint, int count) {
  auto caller = endpoint.caller();
  const std::string machine = create(*caller, "waiting", kWaiting);
  start(*caller, machine, R"({"until":"2099-01-01T00:00:00Z"})");
  const long before = endpoint.resident_kb();
  in_parallel(endpoint, 8, count,
              [&](const Caller& each, int) { start(each, machine, R"({"until":"2099-01-01T00:00:00Z"})"); });
  const double each = static_cast<double>(endpoint.resident_kb() - before) * 1024 / count;
  endpoint.kill();
  const Duration killed = kClock.monotonic();
  endpoint.start();
  caller = endpoint.caller();
  const std::string fresh = start(*caller, machine, R"({"until":"2020-01-01T00:00:00Z"})");
  while (caller->call("DescribeExecution", {{"executionArn", fresh}}).at("status") == "RUNNING")
    SystemClock().sleep_for(std::chrono::milliseconds(1));
  const double recovered = seconds_since(killed) * 1000;
  fmt::print("{} executions that wait\n  {:<36}{:>9.0f} bytes\n  {:<36}{:>9.0f} ms\n", count, "memory each",
             each, "from kill -9 to the next one's end", recovered);
  fmt::print("  {:<36}{:>9.1f} MiB\n", "the whole process after that",
             static_cast<double>(endpoint.resident_kb()) / 1024);
  timers(endpoint, machine, count, true);
  timers(endpoint, machine, count, false);
}

void run(const std::vector<int>& numbers) {
  const std::filesystem::path scratch =
      std::filesystem::temp_directory_path() / fmt::format("executions-bench-{}", ::getpid());
  EndpointProcess endpoint(AURORA_BIN_DIR "/aurora-local", scratch / "endpoint");
  throughput(endpoint, scratch / "floor", numbers[0], numbers[2]);
  map_of_thousand(endpoint, numbers[2]);
  if (numbers[1] > 0) waiting(endpoint, numbers[1]);
}

}  // namespace
}  // namespace aurora::bench

int main(int count, char** arguments) {
  std::vector<int> numbers{4000, 10'000, 5};
  for (int i = 1; i < count && i <= 3; ++i)
    numbers[static_cast<std::size_t>(i - 1)] = std::atoi(arguments[i]);
  try {
    aurora::bench::run(numbers);
    return 0;
  } catch (const aurora::Error& error) {
    std::fputs(fmt::format("executions: {}\n  {}\n", error.what(), error.hint()).c_str(), stderr);
    return 1;
  }
}
