#include "aws/aws_chunked.h"

#include <charconv>

#include "aws/error.h"
#include "aws/sigv4.h"
#include "base/digest.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

struct Chunk {
  std::string_view data;
  std::string_view signature;  // empty for unsigned chunks
};

struct ChunkedBody {
  std::vector<Chunk> chunks;  // the empty last one included
  std::vector<http::Headers::Field> trailers;
};

[[noreturn]] void throw_incomplete() {
  throw ServiceError("IncompleteBody", "The request body ended before its last chunk.", 400);
}

// The text up to the next line end, which is consumed too.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find("\r\n");
  if (end == std::string_view::npos) throw_incomplete();
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return line;
}

std::size_t parse_size(std::string_view text) {
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size, 16);
  if (text.empty() || error != std::errc() || end != text.data() + text.size())
    throw ServiceError("InvalidRequest", "The request body is not in the aws-chunked encoding.", 400);
  return size;
}

Chunk take_chunk(std::string_view& rest) {
  constexpr std::string_view kSignature = "chunk-signature=";
  const std::string_view head = take_line(rest);
  const std::size_t semicolon = head.find(';');
  Chunk chunk;
  const std::size_t size = parse_size(head.substr(0, semicolon));
  if (semicolon != std::string_view::npos && head.substr(semicolon + 1).starts_with(kSignature))
    chunk.signature = head.substr(semicolon + 1 + kSignature.size());
  if (rest.size() < size) throw_incomplete();
  chunk.data = rest.substr(0, size);
  rest.remove_prefix(size);
  return chunk;
}

ChunkedBody parse(std::string_view rest) {
  ChunkedBody body;
  do {
    body.chunks.push_back(take_chunk(rest));
    if (!body.chunks.back().data.empty() && !take_line(rest).empty()) throw_incomplete();
  } while (!body.chunks.back().data.empty());
  while (!rest.empty()) {
    const std::string_view line = trim(take_line(rest));
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos)
      body.trailers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
  return body;
}

void remove_encoding(http::Headers& headers) {
  std::vector<std::string> others;
  for (const std::string& part : split(headers.get_or("Content-Encoding", ""), ','))
    if (const std::string_view name = trim(part); !name.empty() && name != "aws-chunked")
      others.emplace_back(name);
  if (others.empty())
    headers.remove("Content-Encoding");
  else
    headers.set("Content-Encoding", join(others, ","));
}

}  // namespace

bool is_chunked_payload(std::string_view content_sha256) {
  return content_sha256.starts_with("STREAMING-");
}

bool is_signed_chunked_payload(std::string_view content_sha256) {
  return content_sha256.starts_with("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
}

void verify_chunk_signatures(std::string_view body, const ChunkSigning& signing) {
  const std::string empty_hash = hex_sha256("");
  std::string previous = signing.seed_signature;
  for (const Chunk& chunk : parse(body).chunks) {
    const std::string text =
        fmt::format("{}-PAYLOAD\n{}\n{}\n{}\n{}\n{}", kSigningAlgorithm, signing.timestamp,
                    signing.credential_scope, previous, empty_hash, hex_sha256(chunk.data));
    const std::string expected = hex_hmac(signing.key, text);
    if (!equals_constant_time(expected, chunk.signature))
      throw ServiceError("SignatureDoesNotMatch", "The signature of a chunk of the body does not match.",
                         403);
    previous = expected;
  }
}

void remove_aws_chunking(http::Request& request) {
  if (!is_chunked_payload(request.headers.get_or("X-Amz-Content-Sha256", ""))) return;
  const ChunkedBody body = parse(request.body);
  std::string content;
  for (const Chunk& chunk : body.chunks) content += chunk.data;
  const auto length = request.headers.get("X-Amz-Decoded-Content-Length");
  if (length && *length != std::to_string(content.size())) throw_incomplete();
  for (const auto& [name, value] : body.trailers) request.headers.set(name, value);
  remove_encoding(request.headers);
  request.body = std::move(content);
}

}  // namespace aurora::aws
