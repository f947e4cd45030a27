// gzip (RFC 1952), by zlib.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace aurora {

// The same bytes each time: without a file's name, and with no time.
std::string gzip(std::string_view bytes);

// Unpacks what arrives in pieces, several members one after another included.
class Gunzip {
 public:
  using Sink = std::function<void(std::string_view)>;

  Gunzip();
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  // Calls `sink` with at most 64 KB at a time. Throws Error "NotGzip" for what is none, or is damaged.
  void feed(std::string_view bytes, const Sink& sink);
  // Throws Error "NotGzip" when the last member is not complete.
  void finish() const;

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

// All of it; `bytes_max` guards against what unpacks to more, which is Error "NotGzip" too.
std::string gunzip(std::string_view bytes, std::size_t bytes_max);

}  // namespace aurora
