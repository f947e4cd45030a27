#include "base/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <limits>

#include "base/error.h"

namespace aurora {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
// zlib's windowBits: 32 KB, and 16 more for gzip's header and trailer instead of zlib's own.
constexpr int kGzipWindow = 15 + 16;
constexpr int kMemoryLevel = 8;

Bytef* input_of(std::string_view bytes) {
  // zlib's interface is older than const; it does not write to its input.
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

struct Deflater {
  Deflater() {
    const int result = deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                                    Z_DEFAULT_STRATEGY);
    if (result != Z_OK) throw std::bad_alloc();
  }
  ~Deflater() { deflateEnd(&stream); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  z_stream stream{};
};

}  // namespace

std::string gzip(std::string_view bytes) {
  AURORA_INVARIANT(bytes.size() <= std::numeric_limits<uInt>::max() / 2);
  Deflater deflater;
  std::string packed(deflateBound(&deflater.stream, bytes.size()), '\0');
  deflater.stream.next_in = input_of(bytes);
  deflater.stream.avail_in = static_cast<uInt>(bytes.size());
  deflater.stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  deflater.stream.avail_out = static_cast<uInt>(packed.size());
  AURORA_INVARIANT(deflate(&deflater.stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(deflater.stream.total_out);
  return packed;
}

struct Gunzip::Stream {
  Stream() {
    if (inflateInit2(&z, kGzipWindow) != Z_OK) throw std::bad_alloc();
  }
  ~Stream() { inflateEnd(&z); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  z_stream z{};
  bool at_end = false;  // of a member
};

Gunzip::Gunzip() : stream_(std::make_unique<Stream>()) {}
Gunzip::~Gunzip() = default;

void Gunzip::feed(std::string_view bytes, const Sink& sink) {
  AURORA_INVARIANT(bytes.size() <= std::numeric_limits<uInt>::max());
  z_stream& z = stream_->z;
  z.next_in = input_of(bytes);
  z.avail_in = static_cast<uInt>(bytes.size());
  std::string piece(kPieceBytes, '\0');
  bool full = false;
  while (z.avail_in > 0 || full) {
    if (stream_->at_end) {
      inflateReset(&z);
      stream_->at_end = false;
    }
    z.next_out = reinterpret_cast<Bytef*>(piece.data());
    z.avail_out = kPieceBytes;
    const int result = inflate(&z, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
      throw Error("NotGzip", fmt::format("the data is not gzip, or is damaged: {}", z.msg ? z.msg : "zlib"));
    stream_->at_end = result == Z_STREAM_END;
    full = z.avail_out == 0 && !stream_->at_end;
    if (z.avail_out < kPieceBytes) sink(std::string_view(piece).substr(0, kPieceBytes - z.avail_out));
  }
}

void Gunzip::finish() const {
  if (!stream_->at_end) throw Error("NotGzip", "the data ends in the middle of a gzip member");
}

std::string gunzip(std::string_view bytes, std::size_t bytes_max) {
  Gunzip stream;
  std::string text;
  stream.feed(bytes, [&](std::string_view piece) {
    if (text.size() + piece.size() > bytes_max)
      throw Error("NotGzip", fmt::format("the data unpacks to more than {} bytes", bytes_max));
    text += piece;
  });
  stream.finish();
  return text;
}

}  // namespace aurora
