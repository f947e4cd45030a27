#include "http/server_connection.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>

#include "base/clock.h"
#include "base/dates.h"
#include "base/json.h"

namespace aurora::http {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
// Bodies up to this size travel in the same packet as their head.
constexpr std::size_t kJoinBytes = 16 * 1024;

timeval to_timeval(std::chrono::milliseconds duration) {
  return {duration.count() / 1000, (duration.count() % 1000) * 1000};
}

}  // namespace

void ServerConnection::serve() {
  buffer_.resize(kReadBytes);
  const timeval step = to_timeval(options_.step_timeout);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &step, sizeof step);
  try {
    while (read_request()) {
      const bool keep_alive = parser_.keep_alive();
      const Request request = parser_.take();
      Response response = handle(request);
      const bool go_on = keep_alive && !stop_.stop_requested();
      if (!answer(request, std::move(response), go_on) || !go_on) break;
    }
  } catch (const WireError& error) {
    refuse(error.status(), error.message());
  } catch (const std::exception&) {
    // Out of memory while reading: nobody is left to tell but the client, who sees the connection end.
  }
  close_gently();
}

void ServerConnection::ask_to_stop() {
  stop_.request_stop();
  // Ends a wait for the next request; an answer that is being made can still be written.
  ::shutdown(socket_.get(), SHUT_RD);
}

bool ServerConnection::read_request() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  parser_.feed({});
  set_timeouts(options_.idle_timeout);
  while (!parser_.done()) {
    if (parser_.take_expectation() && !send_some(kContinue, 0)) return false;
    const bool was_started = parser_.started();
    if (receive() == Received::kNothing) return false;
    if (!was_started) set_timeouts(options_.step_timeout);
  }
  return true;
}

ServerConnection::Received ServerConnection::receive() {
  ssize_t count = 0;
  do {
    count = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return Received::kNothing;
  parser_.feed(std::string_view(buffer_).substr(0, static_cast<std::size_t>(count)));
  return Received::kBytes;
}

Response ServerConnection::handle(const Request& request) const {
  try {
    return handler_(request, stop_.get_token());
  } catch (...) {
    // What went wrong inside is not the client's to know; handlers turn what they expect into answers.
    return Response{500, {{"Content-Type", "text/plain"}}, "Internal Server Error\n"};
  }
}

bool ServerConnection::answer(const Request& request, Response response, bool keep_alive) {
  if (!response.headers.has("Date")) response.headers.add("Date", format_http_date(SystemClock().now()));
  std::string head;
  try {
    head = format_response_head(response, keep_alive);
  } catch (const Error&) {
    response = Response{500, {}, "Internal Server Error\n"};
    head = format_response_head(response, keep_alive);
  }
  if (request.method == "HEAD" || is_bodyless_status(response.status)) response.body.clear();
  return send_all(head, response.body);
}

void ServerConnection::refuse(int status, std::string_view message) {
  const Response response{status, {{"Content-Type", "text/plain"}}, fmt::format("{}\n", message)};
  send_all(format_response_head(response, false), response.body);
}

bool ServerConnection::send_all(std::string_view head, std::string_view body) {
  if (body.size() <= kJoinBytes) return send_some(std::string(head).append(body), 0);
  return send_some(head, MSG_MORE) && send_some(body, 0);
}

bool ServerConnection::send_some(std::string_view bytes, int flags) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), flags | MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void ServerConnection::set_timeouts(std::chrono::milliseconds receive) {
  const timeval limit = to_timeval(receive);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

// Closing a socket with unread bytes resets the connection, which can take the answer away from a client
// that is still sending (a body beyond the limit). So the rest is read and dropped, within limits.
void ServerConnection::close_gently() {
  ::shutdown(socket_.get(), SHUT_WR);
  set_timeouts(std::chrono::milliseconds(500));
  constexpr int kReadsMax = 1024;
  for (int i = 0; i < kReadsMax && !stop_.stop_requested(); ++i) {
    if (::recv(socket_.get(), buffer_.data(), buffer_.size(), 0) <= 0) break;
  }
  ::shutdown(socket_.get(), SHUT_RDWR);
}

}  // namespace aurora::http
