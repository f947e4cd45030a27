// HTTP/1.1 on the wire (RFC 9112): heads as text, and parsers that take bytes as they arrive. No I/O.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/message.h"

namespace aurora::http {

inline constexpr std::size_t kHeadBytesMax = 64 * 1024;

// Bytes that are no HTTP message: name "MalformedMessage". `status` is what a server answers to them.
class WireError : public Error {
 public:
  WireError(int status, std::string message)
      : Error("MalformedMessage", std::move(message)), status_(status) {}
  int status() const { return status_; }

 private:
  int status_;
};

// The request line and header fields of `request`, ready to be followed by its body. Adds Host and
// Content-Length where they are absent. Throws Error "InvalidHeader" or "InvalidUrl" when a field or the
// target holds what would end the line.
std::string format_request_head(const Request& request);

// The same for an answer. A Content-Length that the handler set is kept (HEAD tells the size of a body that
// is not sent).
std::string format_response_head(const Response& response, bool keep_alive);
// True when an answer of that status never carries a body.
bool is_bodyless_status(int status);
// The standard phrase ("Not Found"), or "Unknown".
std::string_view reason_phrase(int status);

// Reads one answer; informational ones (100) before it are skipped.
class ResponseParser {
 public:
  explicit ResponseParser(bool answers_head);
  ~ResponseParser();

  // Throws WireError.
  void feed(std::string_view bytes);
  // The peer closed the connection; throws WireError when that leaves the answer incomplete.
  void feed_end();
  bool started() const;  // a byte has arrived
  bool done() const;
  // Whether another request may follow on this connection; only once it is done.
  bool keep_alive() const;
  Response take();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Reads one request after the other from one connection.
class RequestParser {
 public:
  explicit RequestParser(std::size_t body_bytes_max);
  ~RequestParser();

  // Throws WireError with 400, 413 (body) or 431 (head).
  void feed(std::string_view bytes);
  bool started() const;  // a byte of the current request has arrived
  // True once for each request that waits for "100 Continue" before it sends its body.
  bool take_expectation();
  bool done() const;
  bool keep_alive() const;  // whether the client wants to go on after this request
  // The request; afterwards the parser reads the next one, whose bytes may be there already.
  Request take();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aurora::http
