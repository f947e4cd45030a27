// Server and client against each other over loopback, and against raw bytes.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <thread>

#include "base/clock.h"
#include "http/beast_transport.h"
#include "http/server.h"
#include "http/server_connection.h"

namespace aurora::http {
namespace {

using namespace std::chrono_literals;

Response echo(const Request& request, std::stop_token) {
  return {200, {{"X-Target", request.target()}, {"X-Method", request.method}}, request.body};
}

Request to(const Server& server, std::string method = "GET", std::string body = {}) {
  Request request;
  request.method = std::move(method);
  request.host = "127.0.0.1";
  request.port = server.port();
  request.body = std::move(body);
  return request;
}

FileDescriptor connect_to(unsigned short port) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const timeval limit{5, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  return socket;
}

void send_raw(const FileDescriptor& socket, std::string_view bytes) {
  EXPECT_EQ(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
}

// Everything until the server closes, or until `until` has arrived.
std::string receive_raw(const FileDescriptor& socket, std::string_view until = {}) {
  std::string all;
  char buffer[4096];
  while (until.empty() || all.find(until) == std::string::npos) {
    const ssize_t count = ::recv(socket.get(), buffer, sizeof buffer, 0);
    if (count <= 0) break;
    all.append(buffer, static_cast<std::size_t>(count));
  }
  return all;
}

std::string exchange_raw(const Server& server, std::string_view bytes) {
  const FileDescriptor socket = connect_to(server.port());
  send_raw(socket, bytes);
  return receive_raw(socket);
}

TEST(Server, AnswersWhatTheHandlerAnswers) {
  const Server server({}, echo);
  BeastTransport transport;
  Request request = to(server, "POST", "hello");
  request.path = "/a%20b";
  request.query = "x=1";
  const Response response = transport.send(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.headers.get("X-Target"), "/a%20b?x=1");
  EXPECT_TRUE(response.headers.has("Date"));
}

TEST(Server, LargeBodiesTravelBothWays) {
  const Server server({}, echo);
  BeastTransport transport;
  std::string body(9 * 1000 * 1000, 'x');
  for (std::size_t i = 0; i < body.size(); i += 97) body[i] = static_cast<char>(i);
  EXPECT_TRUE(transport.send(to(server, "PUT", body)).body == body);
}

TEST(Server, HeadAndNoContentLeaveTheConnectionUsable) {
  const Server server({}, [](const Request& request, std::stop_token) -> Response {
    if (request.method == "DELETE") return {204, {}, "dropped"};
    return {200, {}, "12345"};
  });
  BeastTransport transport;
  EXPECT_EQ(transport.send(to(server, "HEAD")).headers.get("Content-Length"), "5");
  EXPECT_EQ(transport.send(to(server, "DELETE")).status, 204);
  EXPECT_EQ(transport.send(to(server)).body, "12345");
}

TEST(Server, ContinuesBeforeTheBodyWhenAsked) {
  const Server server({}, echo);
  const FileDescriptor socket = connect_to(server.port());
  send_raw(socket, "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(receive_raw(socket, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  send_raw(socket, "ok");
  EXPECT_NE(receive_raw(socket, "ok").find("HTTP/1.1 200 OK"), std::string::npos);
}

TEST(Server, RefusesWhatIsNoRequestAndCloses) {
  const Server server({.body_bytes_max = 4}, echo);
  EXPECT_TRUE(exchange_raw(server, "nonsense\r\n\r\n").starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_TRUE(exchange_raw(server, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n12345")
                  .starts_with("HTTP/1.1 413 Payload Too Large\r\n"));
  EXPECT_TRUE(exchange_raw(server, "GET / HTTP/1.1\r\nX: " + std::string(70000, 'x') + "\r\n\r\n")
                  .starts_with("HTTP/1.1 431 "));
}

TEST(Server, OldClientsGetTheirConnectionClosed) {
  const Server server({}, echo);
  const std::string answer = exchange_raw(server, "GET / HTTP/1.0\r\n\r\n");
  EXPECT_NE(answer.find("Connection: close"), std::string::npos) << answer;
}

TEST(Server, HandlerErrorsDoNotLeakTheirText) {
  const Server server({}, [](const Request&, std::stop_token) -> Response {
    throw Error("Internal", "the password is secret");
  });
  BeastTransport transport;
  const Response response = transport.send(to(server));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, "Internal Server Error\n");
}

TEST(Server, HandlerCannotSplitAnAnswer) {
  const Server server({}, [](const Request&, std::stop_token) -> Response {
    return {200, {{"X", "a\r\nSet-Cookie: b"}}, ""};
  });
  BeastTransport transport;
  EXPECT_EQ(transport.send(to(server)).status, 500);
}

TEST(Server, StopEndsWaitingHandlersAndIdleConnectionsPromptly) {
  std::atomic<bool> told = false;
  std::atomic<bool> waiting = false;
  Server server({}, [&](const Request& request, std::stop_token stop) -> Response {
    if (request.path == "/wait") {
      waiting = true;
      told = !SystemClock().sleep_for(30s, stop);
    }
    return {200, {}, "done"};
  });
  BeastTransport transport;
  EXPECT_EQ(transport.send(to(server)).body, "done");  // leaves an idle connection
  std::string answer;
  std::jthread client([&] {
    Request request = to(server);
    request.path = "/wait";
    BeastTransport own;
    answer = own.send(request).body;
  });
  while (!waiting) SystemClock().sleep_for(1ms);
  const Duration before = SystemClock().monotonic();
  server.stop();
  EXPECT_LT(SystemClock().monotonic() - before, 2s);
  client.join();
  EXPECT_TRUE(told);
  EXPECT_EQ(answer, "done") << "an answer that was being made got lost";
}

TEST(Server, HandlerLearnsThatItsClientWentAway) {
  std::atomic<int> state = 0;
  Server server({}, [&](const Request&, std::stop_token stop) -> Response {
    state = 1;
    state = SystemClock().sleep_for(30s, stop) ? 2 : 3;
    return {};
  });
  {
    const FileDescriptor socket = connect_to(server.port());
    send_raw(socket, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    while (state == 0) SystemClock().sleep_for(1ms);
  }
  for (int i = 0; i < 2000 && state == 1; ++i) SystemClock().sleep_for(1ms);
  EXPECT_EQ(state, 3);
}

TEST(Server, IdleConnectionsEndAfterTheirTime) {
  const Server server({.idle_timeout = 50ms}, echo);
  const FileDescriptor socket = connect_to(server.port());
  const Duration before = SystemClock().monotonic();
  EXPECT_EQ(receive_raw(socket), "");
  EXPECT_LT(SystemClock().monotonic() - before, 3s);
}

TEST(Server, TooManyConnectionsAreTurnedAway) {
  const Server server({.connections_max = 1}, echo);
  const FileDescriptor first = connect_to(server.port());
  send_raw(first, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  receive_raw(first, "\r\n\r\n");
  EXPECT_TRUE(exchange_raw(server, "").starts_with("HTTP/1.1 503 "));
}

TEST(Server, PortInUseIsNamedWithWhatToDo) {
  const Server server({}, echo);
  try {
    const Server second({.port = server.port()}, echo);
    FAIL() << "two servers on one port";
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "PortInUse");
    EXPECT_NE(error.message().find(std::to_string(server.port())), std::string::npos);
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST(Server, AddressOfAnotherMachineIsNotAvailable) {
  try {
    const Server server({.address = "192.0.2.1"}, echo);
    FAIL() << "listened on an address of nobody";
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "AddressNotAvailable");
  }
}

}  // namespace
}  // namespace aurora::http
