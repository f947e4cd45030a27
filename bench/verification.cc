// What comparing contents costs: verification [MEGABYTES [TABLES [RUNS]]]
//
// Fills a temporary PostgreSQL and a temporary MariaDB with TABLES tables (2,000) of MEGABYTES in all
// (1,000): ten of them hold three quarters, as the tables of applications do. Then it reads everything RUNS
// times (3) in four ways and prints medians of the time, with the statements and the round trips:
//   one by one     a loop over all tables on one connection, which is fingerprint_all with a session
//   by readers     fingerprint_all with several sessions, which verification uses
//   rows alone     the same, counting only
//   all cores      the first divided by the machine's cores: what the same reading would take if every core
//   were busy
//                  with it all the time and nothing else needed any
// "share" is how near a way comes to that. "server" is the processor time that the server took for it, which
// other programs on the machine hardly change.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "db/fingerprint.h"
#include "db/testing/mariadb_server.h"
#include "db/testing/postgres_server.h"

namespace {

using namespace aurora;
using namespace aurora::db;

struct Size {
  long megabytes = 1000;
  int tables = 2000;
  int runs = 3;
};

// About 170 bytes as the servers store them.
constexpr long kRowBytes = 170;

// What a table of the bench has in both engines.
std::string create(const std::string& name) {
  return "CREATE TABLE " + name +
         " (id BIGINT PRIMARY KEY, customer INT, price NUMERIC(10, 2), created TIMESTAMP NULL, note "
         "VARCHAR(100))";
}

std::string fill(Engine engine, const std::string& name, long rows) {
  if (engine == Engine::kPostgreSql)
    return fmt::format(
        "INSERT INTO {} SELECT i, i * 7 % 10000, i / 3.0, timestamp '2026-01-01' + i * interval '1 second', "
        "repeat(md5(i::text), 3) FROM generate_series(1, {}) i",
        name, rows);
  return fmt::format(
      "INSERT INTO {} SELECT seq, seq * 7 % 10000, seq / 3.0, '2026-01-01' + INTERVAL seq SECOND, "
      "REPEAT(MD5(seq), 3) FROM seq_1_to_{}",
      name, rows);
}

void fill_all(Session& session, const Size& size) {
  constexpr int kLarge = 10;
  const long rows = size.megabytes * 1'000'000 / kRowBytes;
  for (int number = 0; number < size.tables; ++number) {
    const std::string name = "t" + std::to_string(number);
    const long share = number < kLarge ? rows * 3 / 4 / kLarge : rows / 4 / std::max(1, size.tables - kLarge);
    session.query(create(name));
    session.query(fill(session.engine(), name, std::max(1L, share)));
  }
}

// Counts what goes to the server.
class Counting final : public Connector {
 public:
  std::unique_ptr<Session> connect(const ConnectOptions& options) override;
  void reset() { round_trips_ = 0; }
  long round_trips() const { return round_trips_; }

 private:
  friend class CountingSession;
  NativeConnector connector_;
  std::atomic<long> round_trips_ = 0;
};

class CountingSession final : public Session {
 public:
  CountingSession(std::unique_ptr<Session> session, Counting& counting)
      : session_(std::move(session)), counting_(counting) {}
  Engine engine() const override { return session_->engine(); }
  Result query(std::string_view sql, const std::vector<std::optional<std::string>>& parameters) override {
    ++counting_.round_trips_;
    return session_->query(sql, parameters);
  }
  void run_all(std::span<const std::string> statements) override {
    ++counting_.round_trips_;
    session_->run_all(statements);
  }
  std::string quote_identifier(std::string_view name) override { return session_->quote_identifier(name); }
  std::string quote_literal(std::string_view text) override { return session_->quote_literal(text); }
  std::string password_verifier(std::string_view user, const Secret& password) override {
    return session_->password_verifier(user, password);
  }

 private:
  std::unique_ptr<Session> session_;
  Counting& counting_;
};

std::unique_ptr<Session> Counting::connect(const ConnectOptions& options) {
  return std::make_unique<CountingSession>(connector_.connect(options), *this);
}

// The processor time of a process and of those of its children that are over, in seconds.
double processor_time(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  // The name, in parentheses, may hold spaces; utime, stime, cutime and cstime are the 12th to 15th behind
  // it.
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::vector<std::string> values(std::istream_iterator<std::string>(fields), {});
  constexpr std::size_t kFirst = 11;
  double ticks = 0;
  for (std::size_t number = kFirst; number < kFirst + 4 && number < values.size(); ++number)
    ticks += std::stod(values[number]);
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::vector<std::string> children_of(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/task/" + pid + "/children");
  return {std::istream_iterator<std::string>(file), {}};
}

// Of the one server that runs, with its processes for connections.
double server_time() {
  // Processes of connections that were closed take a moment to end.
  SystemClock().sleep_for(std::chrono::milliseconds(300));
  double seconds = 0;
  for (const std::string& server : children_of(std::to_string(getpid()))) {
    seconds += processor_time(server);
    for (const std::string& connection : children_of(server)) seconds += processor_time(connection);
  }
  return seconds;
}

struct Measured {
  double seconds = 0;
  double server = 0;
  long round_trips = 0;
  int sessions = 1;
};

Measured measure(Counting& connector, int runs, const std::function<FingerprintSet()>& read) {
  const SystemClock clock;
  std::vector<double> seconds;
  Measured measured;
  const double before = server_time();
  for (int run = 0; run < runs; ++run) {
    connector.reset();
    const Duration began = clock.monotonic();
    measured.sessions = read().sessions;
    seconds.push_back(std::chrono::duration<double>(clock.monotonic() - began).count());
    measured.round_trips = connector.round_trips();
  }
  measured.server = (server_time() - before) / runs;
  std::ranges::sort(seconds);
  measured.seconds = seconds[seconds.size() / 2];
  return measured;
}

void print(const char* way, const Measured& measured, double ideal) {
  fmt::print("{:<14}{:>9.2f} s{:>9.2f} s{:>13}{:>10}", way, measured.seconds, measured.server,
             measured.round_trips, measured.sessions);
  if (ideal > 0) fmt::print("{:>9.0f} %", 100 * ideal / measured.seconds);
  fmt::print("\n");
}

void bench(const char* engine, const ConnectOptions& given, const Size& size) {
  ConnectOptions login = given;
  login.statement_timeout = std::chrono::hours(2);
  const SystemClock clock;
  Counting connector;
  fill_all(*connector.connect(login), size);
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));

  const auto session = connector.connect(login);
  FingerprintSet plain;
  FingerprintSet shared;
  const Measured one = measure(connector, size.runs, [&] { return plain = fingerprint_all(*session); });
  const Measured many =
      measure(connector, size.runs, [&] { return shared = fingerprint_all(connector, login, {}, clock); });
  const Measured rows = measure(connector, size.runs, [&] {
    return fingerprint_all(connector, login, {.with_checksums = false}, clock);
  });
  if (plain.tables != shared.tables) throw Error("BenchFailed", "the two ways do not find the same");

  const double ideal = one.seconds / cores;
  fmt::print("\n{}: {} tables, {} MB, {} rows, {} cores, medians of {}\n", engine, plain.tables.size(),
             size.megabytes, plain.rows(), cores, size.runs);
  fmt::print("{:<14}{:>11}{:>11}{:>13}{:>10}{:>11}\n", "", "time", "server", "round trips", "sessions",
             "share");
  print("one by one", one, ideal);
  print("by readers", many, ideal);
  print("rows alone", rows, 0);
  fmt::print("{:<14}{:>9.2f} s\n", "all cores", ideal);
}

}  // namespace

int main(int count, char** arguments) {
  Size size;
  if (count > 1) size.megabytes = std::atol(arguments[1]);
  if (count > 2) size.tables = std::atoi(arguments[2]);
  if (count > 3) size.runs = std::atoi(arguments[3]);
  if (size.megabytes < 1 || size.tables < 1 || size.runs < 1) {
    fmt::print("verification [MEGABYTES [TABLES [RUNS]]]\n");
    return EXIT_FAILURE;
  }
  try {
    {
      const testing::PostgresServer server(
          {.tls = false, .settings = {"max_wal_size=8GB", "shared_buffers=512MB"}});
      bench("PostgreSQL", server.master(), size);
    }
    const testing::MariaDbServer server(
        {.tls = false, .settings = {"innodb-buffer-pool-size=512M", "table-open-cache=4000"}});
    bench("MariaDB", server.master(), size);
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return EXIT_FAILURE;
  }
}
