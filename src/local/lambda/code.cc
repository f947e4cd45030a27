#include "local/lambda/code.h"

#include <zip.h>

#include <charconv>

#include "aws/error.h"
#include "base/dates.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/files.h"
#include "base/text.h"

namespace aurora::local {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kPath = "/_aurora/lambda/code/";
constexpr std::chrono::minutes kLinkLifetime{10};
// A fixed time keeps the package's bytes, and with them CodeSha256, the same: 1 January 1980, where zip's
// own calendar begins.
constexpr zip_uint16_t kDosDate = (1 << 5) | 1;
constexpr zip_uint32_t kExecutableMode = 0100755U << 16;

[[noreturn]] void fail(const std::string& why) {
  throw Error("FileError", "cannot make the function's deployment package: " + why);
}

struct SourceFreer {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using Source = std::unique_ptr<zip_source_t, SourceFreer>;

std::string read_all(zip_source_t* source) {
  zip_stat_t stat{};
  if (zip_source_stat(source, &stat) != 0 || zip_source_open(source) != 0)
    fail("the archive cannot be read back");
  std::string bytes(static_cast<std::size_t>(stat.size), '\0');
  const zip_int64_t count = zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  if (count != static_cast<zip_int64_t>(bytes.size())) fail("the archive cannot be read back");
  return bytes;
}

std::string make_zip(const std::string& content) {
  zip_error_t error{};
  const Source target(zip_source_buffer_create(nullptr, 0, 0, &error));
  if (!target) fail("no memory");
  zip_source_keep(target.get());  // closing the archive gives one reference back
  zip_t* archive = zip_open_from_source(target.get(), ZIP_TRUNCATE, &error);
  if (archive == nullptr) {
    zip_source_free(target.get());
    fail(zip_error_strerror(&error));
  }
  zip_source_t* file = zip_source_buffer(archive, content.data(), content.size(), 0);
  const zip_int64_t index = zip_file_add(archive, "bootstrap", file, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(file);
    zip_discard(archive);
    fail("the executable cannot be added");
  }
  const auto entry = static_cast<zip_uint64_t>(index);
  // Somebody waits for the first answer that carries the package's size; the last tenth is not worth it.
  zip_set_file_compression(archive, entry, ZIP_CM_DEFLATE, 1);
  zip_file_set_external_attributes(archive, entry, 0, ZIP_OPSYS_UNIX, kExecutableMode);
  zip_file_set_dostime(archive, entry, 0, kDosDate, 0);
  if (zip_close(archive) != 0) {
    const std::string why = zip_strerror(archive);
    zip_discard(archive);
    fail(why);
  }
  return read_all(target.get());
}

// The executable in a package; Lambda's own words where there is none.
std::string bootstrap_of(const std::string& zip) {
  const auto refuse = [](const char* message) {
    return aws::ServiceError("InvalidParameterValueException", message, 400);
  };
  zip_error_t error{};
  zip_source_t* source = zip_source_buffer_create(zip.data(), zip.size(), 0, &error);
  zip_t* archive = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive == nullptr) {
    zip_source_free(source);
    throw refuse("Could not unzip uploaded file. Please check your file, then try to upload again.");
  }
  const std::unique_ptr<zip_t, decltype(&zip_discard)> opened(archive, &zip_discard);
  zip_stat_t stat{};
  zip_file_t* file = zip_fopen(archive, "bootstrap", 0);
  if (file == nullptr || zip_stat(archive, "bootstrap", 0, &stat) != 0)
    throw refuse("The package has no file bootstrap, which the runtime provided.al2023 starts.");
  const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> entry(file, &zip_fclose);
  std::string content(static_cast<std::size_t>(stat.size), '\0');
  if (zip_fread(file, content.data(), stat.size) != static_cast<zip_int64_t>(stat.size))
    throw refuse("Could not unzip uploaded file. Please check your file, then try to upload again.");
  return content;
}

std::filesystem::path keep_executable(const std::filesystem::path& folder, const std::string& content) {
  const std::filesystem::path kept = folder / hex_encode(sha256(content)) / "bootstrap";
  if (std::filesystem::exists(kept)) return kept;
  std::filesystem::create_directories(kept.parent_path());
  write_file(kept, content, 0755);
  return kept;
}

http::Response forbidden(std::string_view why) {
  return {
      403,
      {{"Content-Type", "application/xml"}},
      fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>{}"
                  "</Message></Error>",
                  why)};
}

std::string parameter(const http::Request& request, std::string_view name) {
  for (const auto& [key, value] : http::parse_query(request.query)) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace

FunctionCode::FunctionCode(const Clock& clock) : clock_(clock), secret_(random_bytes(32)) {}

std::shared_ptr<const CodePackage> FunctionCode::package(const std::filesystem::path& executable) {
  std::error_code error;
  const Key key{executable, std::filesystem::last_write_time(executable, error),
                std::filesystem::file_size(executable, error)};
  const std::lock_guard lock(mutex_);
  if (const auto found = packages_.find(key); found != packages_.end()) return found->second;
  std::string zip = make_zip(read_file(executable));
  std::string digest = base64_encode(sha256(zip));
  auto made = std::make_shared<const CodePackage>(CodePackage{std::move(zip), std::move(digest)});
  // An older state of the same file is of no more use.
  std::erase_if(packages_, [&](const auto& entry) { return entry.first.path == executable; });
  packages_.emplace(key, made);
  return made;
}

std::filesystem::path FunctionCode::keep(const std::filesystem::path& folder,
                                         const std::filesystem::path& executable) {
  return keep_executable(folder, read_file(executable));
}

std::filesystem::path FunctionCode::keep_zip(const std::filesystem::path& folder, const std::string& zip) {
  return keep_executable(folder, bootstrap_of(zip));
}

std::string FunctionCode::link(std::string_view endpoint, std::string_view region,
                               std::string_view function) const {
  const auto expires = std::chrono::floor<std::chrono::seconds>(clock_.now() + kLinkLifetime);
  const std::string seconds = std::to_string(expires.time_since_epoch().count());
  const std::string path = fmt::format("{}{}/{}", kPath, region, function);
  return fmt::format("{}{}?expires={}&token={}", endpoint, path, seconds, signature(path, seconds));
}

std::optional<FunctionCode::Access> FunctionCode::check(const http::Request& request) const {
  if (!request.path.starts_with(kPath)) return std::nullopt;
  const std::string expires = parameter(request, "expires");
  if (!equals_constant_time(parameter(request, "token"), signature(request.path, expires))) {
    return Access{std::nullopt, forbidden("The link is not valid.")};
  }
  std::int64_t seconds = 0;
  std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
  if (clock_.now() > TimePoint(std::chrono::seconds(seconds))) {
    return Access{std::nullopt, forbidden("The link has expired; ask GetFunction for a new one.")};
  }
  if (request.method != "GET" && request.method != "HEAD") {
    return Access{std::nullopt, http::Response{405, {{"Allow", "GET, HEAD"}}, ""}};
  }
  const auto parts = split(std::string_view(request.path).substr(kPath.size()), '/');
  if (parts.size() != 2) return Access{std::nullopt, forbidden("The link is not valid.")};
  return Access{Link{parts[0], parts[1]}, {}};
}

std::string FunctionCode::signature(std::string_view path, std::string_view expires) const {
  return hex_encode(hmac_sha256(secret_, fmt::format("{}\n{}", path, expires)));
}

}  // namespace aurora::local
