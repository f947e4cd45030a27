#include "local/content_encoding.h"

#include <zlib.h>

#include <array>
#include <memory>

#include "aws/error.h"

namespace aurora::local {
namespace {

constexpr std::size_t kContentBytesMax = 16 * 1024 * 1024;
constexpr int kGzipOnly = 16 + MAX_WBITS;

aws::ServiceError not_gzip() {
  return {"InvalidContentEncoding", "The body is not gzip, though Content-Encoding says so."};
}

std::string gunzip(std::string& body) {
  z_stream stream{};
  if (::inflateInit2(&stream, kGzipOnly) != Z_OK) throw not_gzip();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, ::inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(body.data());
  stream.avail_in = static_cast<uInt>(body.size());
  std::string content;
  std::array<char, 64 * 1024> part{};
  for (int state = Z_OK; state != Z_STREAM_END;) {
    stream.next_out = reinterpret_cast<Bytef*>(part.data());
    stream.avail_out = part.size();
    state = ::inflate(&stream, Z_NO_FLUSH);
    if (state != Z_OK && state != Z_STREAM_END) throw not_gzip();
    content.append(part.data(), part.size() - stream.avail_out);
    if (content.size() > kContentBytesMax)
      throw aws::ServiceError("RequestEntityTooLargeException", "The body's content is larger than 16 MiB.",
                              413);
  }
  return content;
}

}  // namespace

void remove_gzip(http::Request& request) {
  if (request.headers.get_or("Content-Encoding", "") != "gzip") return;
  request.body = gunzip(request.body);
}

}  // namespace aurora::local
