#include "db/mysql_session.h"

#include <errmsg.h>
#include <mysql.h>

#include <array>
#include <limits>
#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "db/mysql_errors.h"
#include "db/mysql_login.h"
#include "db/sql_error.h"

namespace aurora::db {
namespace {

struct Close {
  void operator()(MYSQL* connection) const { mysql_close(connection); }
  void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
  void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
};
using Connection = std::unique_ptr<MYSQL, Close>;
using Answer = std::unique_ptr<MYSQL_RES, Close>;
using Prepared = std::unique_ptr<MYSQL_STMT, Close>;

// The library's own set-up is not thread-safe, so it happens once, before the first connection.
Connection new_connection() {
  static const int initialised = mysql_library_init(0, nullptr, nullptr);
  if (initialised != 0) throw Error("DatabaseError", "the MySQL client library cannot be set up");
  Connection connection(mysql_init(nullptr));
  if (!connection) throw std::bad_alloc();
  return connection;
}

mysql::Failure failure_of(MYSQL* connection) {
  return {.number = mysql_errno(connection),
          .sql_state = mysql_sqlstate(connection),
          .text = mysql_error(connection)};
}

std::string c_text(std::string_view text, std::string_view what) {
  if (text.find('\0') != std::string_view::npos)
    throw Error("InvalidInput", fmt::format("{} contains a NUL character", what), "Remove the character.");
  return std::string(text);
}

template <typename Value>
void set(MYSQL* connection, mysql_option option, const Value& value) {
  if (mysql_optionsv(connection, option, &value) != 0)
    throw Error("DatabaseError", "the MySQL client library refuses an option");
}

void set(MYSQL* connection, mysql_option option, const std::string& value) {
  if (mysql_optionsv(connection, option, value.c_str()) != 0)
    throw Error("DatabaseError", "the MySQL client library refuses an option");
}

// A path where nothing can be: authentication plugins are never loaded from files.
constexpr char kNoFolder[] = "/dev/null/none";

bool is_local_socket(const ConnectOptions& options) {
  return options.host.starts_with('/');
}

void set_tls(MYSQL* connection, const ConnectOptions& options) {
  constexpr my_bool kYes = 1;
  constexpr my_bool kNo = 0;
  const bool verify = options.tls == ConnectOptions::Tls::kVerifyFull;
  set(connection, MYSQL_OPT_SSL_ENFORCE, options.tls == ConnectOptions::Tls::kDisable ? kNo : kYes);
  set(connection, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, verify ? kYes : kNo);
  if (verify) set(connection, MYSQL_OPT_SSL_CA, c_text(options.ca_file, "the certificate file's name"));
}

// A statement that the server should have ended is waited for no longer than this beyond its time.
constexpr std::chrono::seconds kGrace{15};

void set_options(MYSQL* connection, const ConnectOptions& options) {
  constexpr unsigned kNo = 0;
  const auto seconds = [](std::chrono::seconds time) { return static_cast<unsigned>(time.count()); };
  set(connection, MYSQL_OPT_CONNECT_TIMEOUT, seconds(options.connect_timeout));
  // In force once connected; until then the library waits for the connect time-out.
  set(connection, MYSQL_OPT_READ_TIMEOUT, seconds(options.statement_timeout + kGrace));
  set(connection, MYSQL_OPT_WRITE_TIMEOUT, seconds(options.statement_timeout + kGrace));
  const unsigned protocol = is_local_socket(options) ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
  set(connection, MYSQL_OPT_PROTOCOL, protocol);
  // Else a server could ask for any file that this program can read.
  set(connection, MYSQL_OPT_LOCAL_INFILE, kNo);
  set(connection, MYSQL_SET_CHARSET_NAME, std::string("utf8mb4"));
  set(connection, MYSQL_PLUGIN_DIR, std::string(kNoFolder));
  set(connection, MARIADB_OPT_RESTRICTED_AUTH, std::string(mysql::kAllowedPlugins));
  const std::string name = c_text(options.application_name, "the application name");
  mysql_optionsv(connection, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", name.c_str());
  set_tls(connection, options);
}

Connection open(const ConnectOptions& options) {
  Connection connection = new_connection();
  mysql::register_plugins(connection.get());
  set_options(connection.get(), options);
  const bool local = is_local_socket(options);
  const std::string host = c_text(options.host, "the host name");
  const std::string user = c_text(options.user, "the user name");
  const std::string database = c_text(options.database, "the database name");
  const Secret password(c_text(options.password.reveal(), "the password"));
  const auto* made = mysql_real_connect(
      connection.get(), local ? nullptr : host.c_str(), user.c_str(), password.reveal().c_str(),
      database.empty() ? nullptr : database.c_str(), options.port, local ? host.c_str() : nullptr,
      CLIENT_MULTI_RESULTS | CLIENT_REMEMBER_OPTIONS);
  if (!made) throw mysql::connection_error(options, failure_of(connection.get()));
  if (options.tls == ConnectOptions::Tls::kVerifyFull && !mysql_get_ssl_cipher(connection.get()))
    throw mysql::connection_error(
        options, {.number = CR_SSL_CONNECTION_ERROR, .sql_state = {}, .text = "the server offers no TLS"});
  return connection;
}

std::vector<std::string> names_of(MYSQL_RES* answer) {
  std::vector<std::string> names;
  const unsigned count = mysql_num_fields(answer);
  const MYSQL_FIELD* fields = mysql_fetch_fields(answer);
  for (unsigned column = 0; column < count; ++column)
    names.emplace_back(fields[column].name, fields[column].name_length);
  return names;
}

// The parameters of one execution, in the form that the library wants: pointers to what the caller holds.
class Bound {
 public:
  explicit Bound(const std::vector<std::optional<std::string>>& parameters) : binds_(parameters.size()) {
    for (std::size_t number = 0; number < parameters.size(); ++number) {
      MYSQL_BIND& bind = binds_[number];
      bind.buffer_type = parameters[number] ? MYSQL_TYPE_STRING : MYSQL_TYPE_NULL;
      if (!parameters[number]) continue;
      bind.buffer = const_cast<char*>(parameters[number]->data());
      bind.buffer_length = parameters[number]->size();
    }
  }
  MYSQL_BIND* get() { return binds_.data(); }

 private:
  std::vector<MYSQL_BIND> binds_;
};

// Room for one row as text, as wide as the widest value of each column.
class RowBuffer {
 public:
  RowBuffer(const MYSQL_FIELD* fields, unsigned count) : cells_(count), binds_(count) {
    for (unsigned column = 0; column < count; ++column) {
      Cell& cell = cells_[column];
      cell.bytes.resize(std::max<std::size_t>(fields[column].max_length, kNarrowest));
      MYSQL_BIND& bind = binds_[column];
      bind.buffer_type = MYSQL_TYPE_STRING;
      bind.buffer = cell.bytes.data();
      bind.buffer_length = cell.bytes.size();
      bind.length = &cell.length;
      bind.is_null = &cell.is_null;
    }
  }
  MYSQL_BIND* get() { return binds_.data(); }
  Row row() const {
    Row values;
    for (const Cell& cell : cells_)
      values.push_back(cell.is_null ? std::nullopt : std::optional(cell.bytes.substr(0, cell.length)));
    return values;
  }

 private:
  // Numbers and dates arrive in binary form, and are no longer than this as text.
  static constexpr std::size_t kNarrowest = 512;
  struct Cell {
    std::string bytes;
    unsigned long length = 0;
    my_bool is_null = 0;
  };
  std::vector<Cell> cells_;
  std::vector<MYSQL_BIND> binds_;
};

// Sends several statements at once for as long as it lives: nowhere else can a second one slip in.
class ManyStatements {
 public:
  explicit ManyStatements(MYSQL* connection) : connection_(connection) {
    if (mysql_set_server_option(connection, MYSQL_OPTION_MULTI_STATEMENTS_ON) != 0)
      throw mysql::statement_error(failure_of(connection));
  }
  ~ManyStatements() {
    // Fails only when the connection is gone, and the option with it.
    mysql_set_server_option(connection_, MYSQL_OPTION_MULTI_STATEMENTS_OFF);
  }
  ManyStatements(const ManyStatements&) = delete;
  ManyStatements& operator=(const ManyStatements&) = delete;

 private:
  MYSQL* connection_;
};

class MySqlSession final : public Session {
 public:
  explicit MySqlSession(Connection connection) : connection_(std::move(connection)) {}

  Engine engine() const override { return Engine::kMySql; }

  Result query(std::string_view sql, const std::vector<std::optional<std::string>>& parameters) override {
    return parameters.empty() ? run_text(sql) : run_prepared(sql, parameters);
  }

  void run_all(std::span<const std::string> statements) override {
    if (statements.empty()) return;
    const ManyStatements on(connection_.get());
    for (std::size_t first = 0; first < statements.size();) first = run_chunk(statements, first);
  }

  std::string quote_identifier(std::string_view name) override {
    return "`" + replace_all(c_text(name, "the name"), "`", "``") + "`";
  }

  std::string quote_literal(std::string_view text) override {
    std::string quoted(2 * text.size() + 1, '\0');
    quoted.resize(mysql_real_escape_string(connection_.get(), quoted.data(), text.data(), text.size()));
    return "'" + quoted + "'";
  }

  std::string password_verifier(std::string_view, const Secret& password) override {
    return native_password_hash(password);
  }

  bool is_mariadb() const {
    return std::string_view(mysql_get_server_info(connection_.get())).find("MariaDB") !=
           std::string_view::npos;
  }

 private:
  [[noreturn]] void fail() const { throw mysql::statement_error(failure_of(connection_.get())); }

  Result run_text(std::string_view sql) {
    if (mysql_real_query(connection_.get(), sql.data(), sql.size()) != 0) fail();
    Result result = read();
    // A procedure's call answers with its results and one more that says how it ended.
    while (mysql_more_results(connection_.get())) {
      if (mysql_next_result(connection_.get()) > 0) fail();
      read();
    }
    return result;
  }

  Result read() {
    Result result;
    const Answer answer(mysql_store_result(connection_.get()));
    if (!answer) {
      if (mysql_field_count(connection_.get()) != 0) fail();
      result.affected = static_cast<std::int64_t>(mysql_affected_rows(connection_.get()));
      return result;
    }
    result.columns = names_of(answer.get());
    while (const MYSQL_ROW row = mysql_fetch_row(answer.get())) {
      const unsigned long* lengths = mysql_fetch_lengths(answer.get());
      Row& values = result.rows.emplace_back();
      for (std::size_t column = 0; column < result.columns.size(); ++column)
        values.push_back(row[column] ? std::optional(std::string(row[column], lengths[column]))
                                     : std::nullopt);
    }
    return result;
  }

  Result run_prepared(std::string_view sql, const std::vector<std::optional<std::string>>& parameters) {
    const Prepared statement(mysql_stmt_init(connection_.get()));
    if (!statement) throw std::bad_alloc();
    if (mysql_stmt_prepare(statement.get(), sql.data(), sql.size()) != 0) fail(statement.get());
    if (mysql_stmt_param_count(statement.get()) != parameters.size())
      throw Error("InvalidInput", fmt::format("the statement takes {} parameters, and {} are given",
                                              mysql_stmt_param_count(statement.get()), parameters.size()));
    Bound bound(parameters);
    if (mysql_stmt_bind_param(statement.get(), bound.get()) != 0 || mysql_stmt_execute(statement.get()) != 0)
      fail(statement.get());
    return read(statement.get());
  }

  [[noreturn]] static void fail(MYSQL_STMT* statement) {
    throw mysql::statement_error({.number = mysql_stmt_errno(statement),
                                  .sql_state = mysql_stmt_sqlstate(statement),
                                  .text = mysql_stmt_error(statement)});
  }

  static Result read(MYSQL_STMT* statement) {
    Result result;
    constexpr my_bool kYes = 1;
    mysql_stmt_attr_set(statement, STMT_ATTR_UPDATE_MAX_LENGTH, &kYes);
    if (mysql_stmt_field_count(statement) == 0) {
      result.affected = static_cast<std::int64_t>(mysql_stmt_affected_rows(statement));
      return result;
    }
    if (mysql_stmt_store_result(statement) != 0) fail(statement);
    const Answer metadata(mysql_stmt_result_metadata(statement));
    if (!metadata) fail(statement);
    result.columns = names_of(metadata.get());
    RowBuffer buffer(mysql_fetch_fields(metadata.get()), mysql_num_fields(metadata.get()));
    if (mysql_stmt_bind_result(statement, buffer.get()) != 0) fail(statement);
    for (;;) {
      const int state = mysql_stmt_fetch(statement);
      if (state == MYSQL_NO_DATA) return result;
      if (state == MYSQL_DATA_TRUNCATED)
        throw SqlError("DatabaseError", "a value is longer than the server said", {});
      if (state != 0) fail(statement);
      result.rows.push_back(buffer.row());
    }
  }

  // Sends statements from `first` on, as many as fit; gives the number of the next.
  std::size_t run_chunk(std::span<const std::string> statements, std::size_t first) {
    constexpr std::size_t kChunkBytes = 1'000'000;
    std::string text;
    std::size_t next = first;
    for (; next < statements.size() && (next == first || text.size() + statements[next].size() < kChunkBytes);
         ++next)
      text += statements[next] + "\n;\n";
    std::size_t done = first;
    const auto failed = [&] {
      return numbered(mysql::statement_error(failure_of(connection_.get())), done + 1, statements.size());
    };
    if (mysql_real_query(connection_.get(), text.data(), text.size()) != 0) throw failed();
    for (;; ++done) {
      const Answer unused(mysql_store_result(connection_.get()));
      if (!unused && mysql_errno(connection_.get()) != 0) throw failed();
      if (!mysql_more_results(connection_.get())) break;
      if (mysql_next_result(connection_.get()) > 0) {
        ++done;
        throw failed();
      }
    }
    return next;
  }

  Connection connection_;
};

ConnectOptions checked(ConnectOptions options) {
  if (options.host.empty()) throw Error("InvalidInput", "no database host is given");
  // The library would take a list of hosts apart, and ask each.
  if (options.host.find(',') != std::string::npos)
    throw Error("InvalidInput", "the database host is a list; give one host");
  if (options.user.empty()) throw Error("InvalidInput", "no database user is given");
  if (options.tls == ConnectOptions::Tls::kVerifyFull && options.ca_file.empty())
    throw Error("InvalidInput", "TLS is to be verified, but no certificate file is given",
                "Name the file with the RDS certificate bundle (global-bundle.pem).");
  return options;
}

}  // namespace

std::unique_ptr<Session> connect_mysql(const ConnectOptions& given) {
  const ConnectOptions options = checked(given);
  auto session = std::make_unique<MySqlSession>(open(options));
  // Seconds in MariaDB, for every statement; milliseconds in MySQL, for SELECT only. The rest ends at the
  // read time-out.
  const auto seconds = options.statement_timeout.count();
  session->query(session->is_mariadb() ? fmt::format("SET SESSION max_statement_time = {}", seconds)
                                       : fmt::format("SET SESSION max_execution_time = {}", seconds * 1000),
                 {});
  return session;
}

std::string native_password_hash(const Secret& password) {
  if (password.empty()) return {};
  return "*" + to_upper(hex_encode(sha1(sha1(password.reveal()))));
}

}  // namespace aurora::db
