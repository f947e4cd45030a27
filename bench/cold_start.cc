// How long a function takes from its start to its first answer: bootstrap, and the same step in Python, by
// plain HTTP and by TLS. See README.md beside this file.
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/ids.h"
#include "base/text.h"
#include "function_host.h"
#include "local/engines/tls_authority.h"

namespace aurora::bench {
namespace {

constexpr int kRounds = 21;

// A way to run the step: a command, and whether the services are behind TLS.
struct Contender {
  std::string name;
  std::vector<std::string> command;
  std::vector<std::string> environment;
  const TlsIdentity* identity = nullptr;
  std::vector<Start> starts = {};

  template <class Value>
  double median(Value Start::*member) const {
    std::vector<double> values;
    for (const Start& start : starts) values.push_back(static_cast<double>(start.*member));
    std::ranges::sort(values);
    return values[values.size() / 2];
  }
};

// Turn by turn, so that what else the machine does meets all of them.
void measure(FunctionHost& host, std::vector<Contender>& contenders) {
  for (int round = 0; round <= kRounds; ++round) {
    for (Contender& contender : contenders) {
      Start start = host.start_once(contender.command, contender.environment, contender.identity);
      if (round > 0) contender.starts.push_back(std::move(start));  // the first fills the page cache
    }
  }
}

void print(const std::vector<Contender>& contenders) {
  fmt::print("{:<28} {:>12} {:>12} {:>12} {:>12} {:>12}\n", fmt::format("medians of {}", kRounds),
             "first poll", "first call", "answered", "processor", "peak memory");
  for (const Contender& each : contenders) {
    const Start& last = each.starts.back();
    fmt::print("{:<28} {:>9.1f} ms {:>9.1f} ms {:>9.1f} ms {:>9.1f} ms {:>8.1f} MiB  {}\n", each.name,
               each.median(&Start::first_poll_ms), each.median(&Start::first_call_ms),
               each.median(&Start::answered_ms), each.median(&Start::processor_ms),
               each.median(&Start::memory_kb) / 1024.0,
               last.failed ? "FAILED: " + last.answer : join(last.calls, ", "));
  }
}

// Where python3 is, by PATH's usual places; empty when a function with boto3 cannot run here.
std::string find_python() {
  for (const char* path : {"/usr/bin/python3", "/usr/local/bin/python3"}) {
    if (std::filesystem::exists(path) &&
        std::system(fmt::format("{} -c 'import boto3' 2>/dev/null", path).c_str()) == 0) {
      return path;
    }
  }
  return {};
}

// A function's package in `folder`, as scripts/lib/make_package.py makes it, with the authority of the
// bench's server among Amazon's: each root under the name by which OpenSSL looks for it. Returns the
// executable.
std::filesystem::path unpack(const std::filesystem::path& bootstrap, const std::filesystem::path& folder,
                             const std::string& roots) {
  std::filesystem::create_directories(folder / "amazon-roots");
  std::filesystem::copy_file(bootstrap, folder / "bootstrap");
  const std::unique_ptr<BIO, int (*)(BIO*)> text(BIO_new_mem_buf(roots.data(), -1), BIO_free);
  while (X509* read = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)) {
    const std::unique_ptr<X509, void (*)(X509*)> root(read, X509_free);
    const std::string name = fmt::format("{:08x}.0", X509_subject_name_hash(root.get()));
    std::FILE* file = std::fopen((folder / "amazon-roots" / name).c_str(), "w");
    if (file == nullptr)
      throw Error("FileError", "cannot write " + (folder / "amazon-roots" / name).string());
    PEM_write_X509(file, root.get());
    std::fclose(file);
  }
  return folder / "bootstrap";
}

// The authority of the bench's server, among as many roots as a function's package has.
std::string roots_with(const std::filesystem::path& authority) {
  std::string roots;
  for (const char* name : {"Amazon_Root_CA_1", "Amazon_Root_CA_2", "Amazon_Root_CA_3", "Amazon_Root_CA_4",
                           "Starfield_Services_Root_Certificate_Authority_-_G2"})
    roots += read_file_if_exists(fmt::format("/usr/share/ca-certificates/mozilla/{}.crt", name)).value_or("");
  return roots + read_file(authority);
}

int run(const std::filesystem::path& bootstrap, std::string python) {
  const SystemClock clock;
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("aurora-bench-" + new_uuid());
  const local::engines::TlsAuthority authority(folder, clock);
  const local::engines::Certificate issued = authority.issue({"127.0.0.1"});
  const TlsIdentity identity{issued.certificate, issued.key};
  const std::string roots = roots_with(authority.ca_file());
  write_file(folder / "roots.pem", roots);
  const std::filesystem::path packaged = unpack(bootstrap, folder / "package", roots);
  const std::string bundle = "AWS_CA_BUNDLE=" + (folder / "roots.pem").string();

  FunctionHost host(AURORA_SOURCE_DIR "/bench/check_copy_status_state.json");
  std::vector<Contender> contenders{
      {"empty C++ program", {AURORA_BENCH_DIR "/empty_function"}, {}},
      {"bootstrap (C++)", {packaged.string()}, {"LOG_LEVEL=ERROR"}},
      {"bootstrap (C++), TLS", {packaged.string()}, {"LOG_LEVEL=ERROR"}, &identity}};
  if (python.empty()) python = find_python();
  if (python.empty()) {
    fmt::print(
        "no Python with boto3 here, so there is nothing to compare with: apt-get install python3-boto3\n");
  } else {
    const std::string function = AURORA_SOURCE_DIR "/bench/cold_start_function.py";
    contenders.push_back({"Python 3 + boto3", {python, function}, {}});
    contenders.push_back({"Python 3 + boto3, TLS", {python, function}, {bundle}, &identity});
  }
  measure(host, contenders);
  print(contenders);
  fmt::print("executable: {}\n", human_bytes(std::filesystem::file_size(bootstrap)));
  std::filesystem::remove_all(folder);
  return std::ranges::any_of(contenders, [](const Contender& each) { return each.starts.back().failed; }) ? 1
                                                                                                          : 0;
}

}  // namespace
}  // namespace aurora::bench

int main(int count, char** arguments) {
  const std::filesystem::path bootstrap = count > 1 ? arguments[1] : AURORA_BIN_DIR "/bootstrap";
  if (!std::filesystem::exists(bootstrap)) {
    std::fputs(("cold_start: " + bootstrap.string() + " is not there; build it, or give its path\n").c_str(),
               stderr);
    return 2;
  }
  try {
    return aurora::bench::run(std::filesystem::absolute(bootstrap), count > 2 ? arguments[2] : "");
  } catch (const aurora::Error& error) {
    std::fputs(fmt::format("cold_start: {}\n  {}\n", error.what(), error.hint()).c_str(), stderr);
    return 1;
  }
}
