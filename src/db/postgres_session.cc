#include "db/postgres_session.h"

#include <libpq-fe.h>
#include <poll.h>

#include <cerrno>
#include <utility>

#include "base/clock.h"
#include "base/text.h"
#include "db/sql_error.h"

namespace aurora::db {
namespace {

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
  void operator()(char* text) const { PQfreemem(text); }
};
using Connection = std::unique_ptr<PGconn, Finish>;
using Answer = std::unique_ptr<PGresult, Finish>;
using Text = std::unique_ptr<char, Finish>;

// libpq's values end at the first NUL, which would cut a value silently.
std::string c_text(std::string_view text, std::string_view what) {
  if (text.find('\0') != std::string_view::npos)
    throw Error("InvalidInput", fmt::format("{} contains a NUL character", what), "Remove the character.");
  return std::string(text);
}

const char* ssl_mode(ConnectOptions::Tls tls) {
  switch (tls) {
    case ConnectOptions::Tls::kDisable:
      return "disable";
    case ConnectOptions::Tls::kPrefer:
      return "prefer";
    case ConnectOptions::Tls::kVerifyFull:
      return "verify-full";
  }
  return "verify-full";
}

// A path where nothing can be, which libpq takes for a file that the user does not have.
constexpr char kNoFile[] = "/dev/null/none";

// Keywords and values for libpq, each value apart, so that no value can bring a keyword of its own.
// libpq takes what is missing here from the environment (PGSSLMODE …) and from files in the home folder.
class Keywords {
 public:
  explicit Keywords(const ConnectOptions& options) {
    add("host", c_text(options.host, "the host name"));
    add("port", std::to_string(options.port));
    add("user", c_text(options.user, "the user name"));
    add("password", c_text(options.password.reveal(), "the password"));
    add("dbname", c_text(options.database, "the database name"));
    add("application_name", c_text(options.application_name, "the application name"));
    add("sslmode", ssl_mode(options.tls));
    const bool verify = options.tls == ConnectOptions::Tls::kVerifyFull;
    add("sslrootcert", verify ? c_text(options.ca_file, "the certificate file's name") : kNoFile);
    // Else certificates in ~/.postgresql, or a home folder that is not readable, would make a preferred TLS
    // fail, and the session go on without it.
    for (const char* file : {"sslcert", "sslkey", "sslcrl", "passfile"}) add(file, kNoFile);
    add("gssencmode", "disable");
    add("client_encoding", "UTF8");
    add("target_session_attrs", "any");
    // A server that vanishes (failover, network) must not hold a statement for ever.
    add("keepalives", "1");
    add("keepalives_idle", "30");
    add("keepalives_interval", "10");
    add("keepalives_count", "3");
    add("tcp_user_timeout", "60000");
  }
  ~Keywords() {
    for (std::string& value : values_) Secret wiped(std::move(value));
  }
  Keywords(const Keywords&) = delete;
  Keywords& operator=(const Keywords&) = delete;

  PGconn* start() const {
    std::vector<const char*> keywords(keywords_);
    std::vector<const char*> values;
    for (const std::string& value : values_) values.push_back(value.c_str());
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    constexpr int kNamesAreNoConnectionStrings = 0;
    return PQconnectStartParams(keywords.data(), values.data(), kNamesAreNoConnectionStrings);
  }

 private:
  void add(const char* keyword, std::string value) {
    keywords_.push_back(keyword);
    values_.push_back(std::move(value));
  }

  std::vector<const char*> keywords_;
  std::vector<std::string> values_;
};

// Waits until the socket is ready for what libpq wants next. False when the time is over.
bool wait_for(PGconn* connection, PostgresPollingStatusType wanted, const Clock& clock, Duration deadline) {
  pollfd socket{PQsocket(connection), static_cast<short>(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT),
                0};
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock.monotonic()).count();
    if (left <= 0) return false;
    const int ready = poll(&socket, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // libpq meets the same error and words it
  }
}

void finish_connecting(PGconn* connection, const ConnectOptions& options) {
  const SystemClock clock;
  const Duration deadline = clock.monotonic() + options.connect_timeout;
  for (auto wanted = PGRES_POLLING_WRITING; wanted != PGRES_POLLING_OK; wanted = PQconnectPoll(connection)) {
    if (wanted == PGRES_POLLING_FAILED) throw connection_error(options, PQerrorMessage(connection));
    if (!wait_for(connection, wanted, clock, deadline))
      throw connection_error(options, fmt::format("no answer within {} s", options.connect_timeout.count()));
  }
}

Connection open(const ConnectOptions& options) {
  Connection connection(Keywords(options).start());
  if (!connection) throw std::bad_alloc();
  if (PQstatus(connection.get()) == CONNECTION_BAD)
    throw connection_error(options, PQerrorMessage(connection.get()));
  // Refusals at login come as text only; in verbose form it holds the SQLSTATE.
  PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
  PQsetNoticeReceiver(
      connection.get(), [](void*, const PGresult*) {}, nullptr);
  finish_connecting(connection.get(), options);
  return connection;
}

std::string field(const PGresult* answer, int code) {
  // PQresultErrorField takes no answer at all for one without fields.
  const char* text = PQresultErrorField(answer, code);
  return text ? text : "";
}

// Built from the fields that never repeat the statement. Details of the classes "data exception" and
// "constraint violation" hold values of rows, which have no place in a log.
SqlError statement_error(const PGresult* answer, PGconn* connection) {
  std::string state = field(answer, PG_DIAG_SQLSTATE);
  std::string message = field(answer, PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = std::string(trim(PQerrorMessage(connection)));
  const bool shows_rows = state.starts_with("22") || state.starts_with("23");
  const std::string detail = shows_rows ? "" : field(answer, PG_DIAG_MESSAGE_DETAIL);
  if (!detail.empty()) message += " (" + replace_all(detail, "\n", "; ") + ")";
  std::string name = PQstatus(connection) == CONNECTION_BAD ? "DatabaseUnavailable" : error_name(state);
  return SqlError(std::move(name), std::move(message), std::move(state), field(answer, PG_DIAG_MESSAGE_HINT));
}

Result read(const PGresult* answer) {
  Result result;
  const int columns = PQnfields(answer);
  const int rows = PQntuples(answer);
  for (int column = 0; column < columns; ++column) result.columns.emplace_back(PQfname(answer, column));
  result.rows.resize(static_cast<std::size_t>(rows));
  for (int row = 0; row < rows; ++row) {
    Row& values = result.rows[static_cast<std::size_t>(row)];
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(answer, row, column))
        values.emplace_back();
      else
        values.emplace_back(std::string(PQgetvalue(answer, row, column),
                                        static_cast<std::size_t>(PQgetlength(answer, row, column))));
    }
  }
  // PQcmdTuples takes a pointer to non-const, but only reads.
  const std::string affected = PQcmdTuples(const_cast<PGresult*>(answer));
  if (columns == 0 && !affected.empty()) result.affected = std::stoll(affected);
  return result;
}

// Statements go out without waiting for answers for as long as it lives.
class Pipeline {
 public:
  explicit Pipeline(PGconn* connection) : connection_(connection) {
    if (PQenterPipelineMode(connection) != 1) throw statement_error(nullptr, connection);
  }
  ~Pipeline() {
    // Fails only when the connection is gone, and the mode with it.
    PQexitPipelineMode(connection_);
  }
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

 private:
  PGconn* connection_;
};

class PostgresSession final : public Session {
 public:
  explicit PostgresSession(Connection connection) : connection_(std::move(connection)) {}

  Engine engine() const override { return Engine::kPostgreSql; }

  Result query(std::string_view sql, const std::vector<std::optional<std::string>>& parameters) override {
    std::vector<const char*> values;
    for (const std::optional<std::string>& parameter : parameters) {
      if (parameter && parameter->find('\0') != std::string::npos)
        throw Error("InvalidInput", "a parameter contains a NUL character, which PostgreSQL has no text for");
      values.push_back(parameter ? parameter->c_str() : nullptr);
    }
    constexpr int kResultsAsText = 0;
    const Answer answer(PQexecParams(connection_.get(), c_text(sql, "the statement").c_str(),
                                     static_cast<int>(values.size()), nullptr, values.data(), nullptr,
                                     nullptr, kResultsAsText));
    const ExecStatusType status = PQresultStatus(answer.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY)
      throw statement_error(answer.get(), connection_.get());
    // A transaction with a failed statement answers COMMIT with success, and rolls back.
    if (equals_ignore_case(trim(sql), "COMMIT") && std::string_view(PQcmdStatus(answer.get())) == "ROLLBACK")
      throw SqlError("DatabaseError", "the transaction had failed before, and was rolled back", "25P02");
    return read(answer.get());
  }

  void run_all(std::span<const std::string> statements) override {
    for (std::size_t first = 0; first < statements.size();) first = run_chunk(statements, first);
  }

  std::string quote_identifier(std::string_view name) override {
    return taken(PQescapeIdentifier(connection_.get(), c_text(name, "the name").c_str(), name.size()));
  }

  std::string quote_literal(std::string_view text) override {
    return taken(PQescapeLiteral(connection_.get(), c_text(text, "the text").c_str(), text.size()));
  }

  std::string password_verifier(std::string_view user, const Secret& password) override {
    return taken(PQencryptPasswordConn(connection_.get(), c_text(password.reveal(), "the password").c_str(),
                                       c_text(user, "the user name").c_str(), "scram-sha-256"));
  }

 private:
  std::string taken(char* text) {
    const Text owned(text);
    if (!owned) throw SqlError("DatabaseError", std::string(trim(PQerrorMessage(connection_.get()))), {});
    return owned.get();
  }

  // Sends statements from `first` on, as many as fit, without waiting between them; gives the number of the
  // next. In a pipeline each statement travels in a message of its own, so none can hold a second one.
  std::size_t run_chunk(std::span<const std::string> statements, std::size_t first) {
    constexpr std::size_t kChunkBytes = 1'000'000;
    const Pipeline pipeline(connection_.get());
    std::size_t bytes = 0;
    std::size_t next = first;
    for (; next < statements.size() && (next == first || bytes + statements[next].size() < kChunkBytes);
         ++next) {
      bytes += statements[next].size();
      constexpr int kResultsAsText = 0;
      if (PQsendQueryParams(connection_.get(), c_text(statements[next], "the statement").c_str(), 0, nullptr,
                            nullptr, nullptr, nullptr, kResultsAsText) != 1)
        throw numbered(statement_error(nullptr, connection_.get()), next + 1, statements.size());
    }
    if (PQpipelineSync(connection_.get()) != 1) throw statement_error(nullptr, connection_.get());
    std::optional<SqlError> failure;
    for (std::size_t number = first; number < next; ++number) {
      std::optional<SqlError> error = await_answer();
      if (error && !failure) failure = numbered(*error, number + 1, statements.size());
    }
    // The answer to the sync, and nothing after it.
    const Answer synced(PQgetResult(connection_.get()));
    if (failure) throw SqlError(*failure);
    return next;
  }

  // The answer to one statement of a pipeline. After a failure the others are answered as aborted.
  std::optional<SqlError> await_answer() {
    const Answer answer(PQgetResult(connection_.get()));
    if (!answer) return statement_error(nullptr, connection_.get());
    const Answer end(PQgetResult(connection_.get()));
    const ExecStatusType status = PQresultStatus(answer.get());
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY)
      return std::nullopt;
    return statement_error(answer.get(), connection_.get());
  }

  Connection connection_;
};

ConnectOptions checked(ConnectOptions options) {
  if (options.database.empty()) options.database = "postgres";
  if (options.host.empty()) throw Error("InvalidInput", "no database host is given");
  if (options.user.empty()) throw Error("InvalidInput", "no database user is given");
  if (options.tls == ConnectOptions::Tls::kVerifyFull && options.ca_file.empty())
    throw Error("InvalidInput", "TLS is to be verified, but no certificate file is given",
                "Name the file with the RDS certificate bundle (global-bundle.pem).");
  return options;
}

}  // namespace

std::unique_ptr<Session> connect_postgres(const ConnectOptions& given) {
  const ConnectOptions options = checked(given);
  auto session = std::make_unique<PostgresSession>(open(options));
  // Set by a statement rather than at startup: connection poolers refuse startup options they do not know.
  const auto milliseconds = std::chrono::milliseconds(options.statement_timeout).count();
  session->query("SELECT pg_catalog.set_config('statement_timeout', $1, false)",
                 {std::to_string(milliseconds)});
  return session;
}

}  // namespace aurora::db
