#include "http/wire.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/text.h"

namespace aurora::http {
namespace {

namespace beast = boost::beast;

bool ends_a_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos;
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
  if (name.empty() || ends_a_line(name) || ends_a_line(value) || name.find_first_of(": ") != name.npos) {
    throw Error("InvalidHeader",
                fmt::format("the header field '{}' holds characters that may not be sent", name),
                "remove line breaks from its value");
  }
  head.append(name).append(": ").append(value).append("\r\n");
}

bool sends_length(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

std::string host_field(const Request& request) {
  Url url;
  url.scheme = request.scheme;
  url.host = request.host;
  url.port = request.port;
  return url.authority();
}

int status_of(const beast::error_code& error) {
  if (error == beast::http::error::body_limit) return 413;
  if (error == beast::http::error::header_limit) return 431;
  return 400;
}

template <bool kIsRequest>
using Parser = beast::http::parser<kIsRequest, beast::http::string_body>;

// Gives `parser` what it can take of `pending` and removes that.
template <bool kIsRequest>
void advance(Parser<kIsRequest>& parser, std::string& pending) {
  while (!pending.empty() && !parser.is_done()) {
    beast::error_code error;
    const std::size_t used = parser.put(boost::asio::buffer(pending), error);
    pending.erase(0, used);
    if (error == beast::http::error::need_more) return;
    if (error)
      throw WireError(status_of(error), fmt::format("not a usable HTTP message: {}", error.message()));
    if (used == 0) return;
  }
}

template <class Fields>
Headers copy_headers(const Fields& fields) {
  Headers headers;
  for (const auto& field : fields)
    headers.add(std::string_view(field.name_string()), std::string(field.value()));
  return headers;
}

void split_target(std::string_view target, Request& request) {
  // The absolute form is for proxies, but every server has to accept it (RFC 9112, section 3.2.2).
  if (const auto scheme = target.find("://"); scheme != target.npos && target.front() != '/') {
    const auto path = target.find('/', scheme + 3);
    target = path == target.npos ? std::string_view("/") : target.substr(path);
  }
  const auto question = target.find('?');
  request.path = std::string(target.substr(0, question));
  if (question != target.npos) request.query = std::string(target.substr(question + 1));
}

}  // namespace

std::string format_request_head(const Request& request) {
  const std::string target = request.target();
  if (ends_a_line(target) || target.find(' ') != target.npos) {
    throw Error("InvalidUrl", fmt::format("the target '{}' is not percent-encoded", target));
  }
  std::string head = fmt::format("{} {} HTTP/1.1\r\n", request.method, target);
  if (!request.headers.has("Host")) append_field(head, "Host", host_field(request));
  for (const auto& [name, value] : request.headers) append_field(head, name, value);
  if (!request.headers.has("Content-Length") && (!request.body.empty() || sends_length(request.method))) {
    append_field(head, "Content-Length", std::to_string(request.body.size()));
  }
  return head += "\r\n";
}

bool is_bodyless_status(int status) {
  return status / 100 == 1 || status == 204 || status == 304;
}

std::string_view reason_phrase(int status) {
  const auto known = beast::http::int_to_status(static_cast<unsigned>(status));
  return known == beast::http::status::unknown ? std::string_view("Unknown")
                                               : std::string_view(beast::http::obsolete_reason(known));
}

std::string format_response_head(const Response& response, bool keep_alive) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  for (const auto& [name, value] : response.headers) append_field(head, name, value);
  if (!response.headers.has("Content-Length") && !is_bodyless_status(response.status)) {
    append_field(head, "Content-Length", std::to_string(response.body.size()));
  }
  if (!keep_alive) append_field(head, "Connection", "close");
  return head += "\r\n";
}

class ResponseParser::Impl {
 public:
  explicit Impl(bool answers_head) : answers_head_(answers_head) { renew(); }

  void feed(std::string_view bytes) {
    started_ = started_ || !bytes.empty();
    pending_.append(bytes);
    advance(*parser_, pending_);
    while (parser_->is_done() && parser_->get().result_int() / 100 == 1) {
      renew();
      advance(*parser_, pending_);
    }
  }

  void feed_end() {
    beast::error_code error;
    parser_->put_eof(error);
    if (error) throw WireError(502, "the connection was closed in the middle of the answer");
    ended_ = true;
  }

  bool started_ = false;
  bool ended_ = false;
  std::optional<Parser<false>> parser_;

 private:
  void renew() {
    parser_.emplace();
    parser_->eager(true);
    parser_->header_limit(kHeadBytesMax);
    parser_->body_limit(boost::none);
    parser_->skip(answers_head_);
  }

  const bool answers_head_;
  std::string pending_;
};

ResponseParser::ResponseParser(bool answers_head) : impl_(std::make_unique<Impl>(answers_head)) {}
ResponseParser::~ResponseParser() = default;
void ResponseParser::feed(std::string_view bytes) {
  impl_->feed(bytes);
}
void ResponseParser::feed_end() {
  impl_->feed_end();
}
bool ResponseParser::started() const {
  return impl_->started_;
}
bool ResponseParser::done() const {
  return impl_->parser_->is_done();
}
bool ResponseParser::keep_alive() const {
  return !impl_->ended_ && impl_->parser_->keep_alive();
}

Response ResponseParser::take() {
  auto message = impl_->parser_->release();
  return Response{static_cast<int>(message.result_int()), copy_headers(message.base()),
                  std::move(message.body())};
}

class RequestParser::Impl {
 public:
  explicit Impl(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) { renew(); }

  void feed(std::string_view bytes) {
    pending_.append(bytes);
    started_ = started_ || !pending_.empty();
    advance(*parser_, pending_);
  }

  void renew() {
    parser_.emplace();
    parser_->eager(true);
    parser_->header_limit(kHeadBytesMax);
    parser_->body_limit(body_bytes_max_);
    started_ = false;
    expectation_taken_ = false;
  }

  bool started_ = false;
  bool expectation_taken_ = false;
  std::optional<Parser<true>> parser_;

 private:
  const std::size_t body_bytes_max_;
  std::string pending_;
};

RequestParser::RequestParser(std::size_t body_bytes_max) : impl_(std::make_unique<Impl>(body_bytes_max)) {}
RequestParser::~RequestParser() = default;
void RequestParser::feed(std::string_view bytes) {
  impl_->feed(bytes);
}
bool RequestParser::started() const {
  return impl_->started_;
}
bool RequestParser::done() const {
  return impl_->parser_->is_done();
}
bool RequestParser::keep_alive() const {
  return impl_->parser_->keep_alive();
}

bool RequestParser::take_expectation() {
  if (impl_->expectation_taken_ || !impl_->parser_->is_header_done() || impl_->parser_->is_done())
    return false;
  const auto expect = impl_->parser_->get()[beast::http::field::expect];
  if (!beast::iequals(expect, "100-continue")) return false;
  impl_->expectation_taken_ = true;
  return true;
}

Request RequestParser::take() {
  auto message = impl_->parser_->release();
  Request request;
  request.method = std::string(message.method_string());
  split_target(std::string_view(message.target()), request);
  request.headers = copy_headers(message.base());
  if (const auto host = request.headers.get("Host"); host && !host->empty()) {
    try {
      const Url url = Url::parse("http://" + *host);
      request.host = url.host;
      request.port = url.port;
    } catch (const Error&) {
      throw WireError(400, fmt::format("'{}' is not a host", *host));
    }
  }
  request.body = std::move(message.body());
  impl_->renew();
  return request;
}

}  // namespace aurora::http
