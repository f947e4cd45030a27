#include "function_host.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/text.h"

namespace aurora::bench {
namespace {

using namespace std::chrono_literals;

constexpr char kEvent[] = R"({"operation_id":"bench-1"})";

// The copy that the operation waits for, on its way.
constexpr char kSnapshots[] =
    R"(<DescribeDBClusterSnapshotsResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/">)"
    R"(<DescribeDBClusterSnapshotsResult><DBClusterSnapshots><DBClusterSnapshot>)"
    R"(<DBClusterSnapshotIdentifier>dev-source-cluster-snapshot-2026-11-20-copy</DBClusterSnapshotIdentifier>)"
    R"(<DBClusterSnapshotArn>arn:aws:rds:us-west-2:123456789012:cluster-snapshot:)"
    R"(dev-source-cluster-snapshot-2026-11-20-copy</DBClusterSnapshotArn>)"
    R"(<DBClusterIdentifier>dev-source-cluster</DBClusterIdentifier><SnapshotType>manual</SnapshotType>)"
    R"(<SnapshotCreateTime>2026-11-20T02:00:00.000Z</SnapshotCreateTime><Engine>aurora-postgresql</Engine>)"
    R"(<EngineVersion>15.13</EngineVersion><Status>copying</Status><PercentProgress>40</PercentProgress>)"
    R"(<AllocatedStorage>1</AllocatedStorage><Port>5432</Port><StorageEncrypted>false</StorageEncrypted>)"
    R"(<MasterUsername>postgres</MasterUsername></DBClusterSnapshot></DBClusterSnapshots>)"
    R"(</DescribeDBClusterSnapshotsResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>)"
    R"(</DescribeDBClusterSnapshotsResponse>)";

// The names that requests give their operation: X-Amz-Target, or Action in a form.
std::string operation_of(const http::Request& request) {
  if (const auto target = request.headers.get("X-Amz-Target")) return target->substr(target->find('.') + 1);
  for (const auto& [key, value] : http::parse_query(request.body)) {
    if (key == "Action") return value;
  }
  return request.method + " " + request.path;
}

http::Response json(int status, std::string body) {
  return {status, {{"Content-Type", "application/x-amz-json-1.1"}}, std::move(body)};
}

http::Response xml(int status, std::string body) {
  return {status, {{"Content-Type", "text/xml"}}, std::move(body)};
}

long peak_memory_kb(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string word; status >> word;) {
    long value = 0;
    if (word == "VmHWM:" && status >> value) return value;
  }
  return 0;
}

// Of all threads that are still there (https://docs.kernel.org/scheduler/sched-stats.html).
double processor_ms(pid_t pid) {
  double nanoseconds = 0;
  for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid))) {
    std::ifstream schedule(task.path() / "schedstat");
    if (double value = 0; schedule >> value) nanoseconds += value;
  }
  return nanoseconds / 1e6;
}

pid_t spawn(const std::vector<std::string>& command, std::vector<std::string> environment) {
  std::vector<std::string> arguments = command;
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::vector<char*> envp;
  for (std::string& variable : environment) envp.push_back(variable.data());
  envp.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), envp.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw Error("NoAnswer", fmt::format("cannot run {}", command.front()), "build it first");
  return pid;
}

}  // namespace

double FunctionHost::elapsed_ms() const {
  return static_cast<double>((clock_.monotonic() - began_).count()) / 1000.0;
}

FunctionHost::FunctionHost(const std::filesystem::path& state) : state_(read_file(state)) {}

Start FunctionHost::start_once(const std::vector<std::string>& command,
                               const std::vector<std::string>& environment, const TlsIdentity* identity) {
  // A server of its own for each start: the last process may have left a request for work behind.
  const http::Server server({}, [this](const http::Request& request, std::stop_token stop) {
    return handle(request, std::move(stop));
  });
  const std::string address = fmt::format("127.0.0.1:{}", server.port());
  const auto front = identity ? std::make_unique<TlsFront>(*identity, server.port()) : nullptr;
  const std::string endpoint =
      front ? fmt::format("https://127.0.0.1:{}", front->port()) : "http://" + address;
  std::vector<std::string> all{"PATH=/usr/local/bin:/usr/bin:/bin",
                               "LANG=C.UTF-8",
                               "_HANDLER=check_copy_status",
                               "ENVIRONMENT=dev",
                               "AWS_REGION=us-west-2",
                               "AWS_DEFAULT_REGION=us-west-2",
                               "AWS_ACCESS_KEY_ID=AKIABENCHMARK0000001",
                               "AWS_SECRET_ACCESS_KEY=benchmark",
                               "AWS_LAMBDA_FUNCTION_NAME=bench",
                               "AWS_LAMBDA_RUNTIME_API=" + address,
                               "AWS_ENDPOINT_URL=" + endpoint};
  all.insert(all.end(), environment.begin(), environment.end());
  {
    const std::lock_guard lock(mutex_);
    current_ = {};
    given_ = answered_ = false;
    began_ = clock_.monotonic();
  }
  const pid_t pid = spawn(command, all);
  bool answered = false;
  {
    std::unique_lock lock(mutex_);
    answered = changed_.wait_for(lock, 30s, [this] { return answered_; });
    current_.processor_ms = processor_ms(pid);
    current_.memory_kb = peak_memory_kb(pid);
  }
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  const std::lock_guard lock(mutex_);
  if (!answered) {
    throw Error("NoAnswer",
                fmt::format("{} did not answer; it called: {}", command.front(), join(current_.calls, ", ")));
  }
  return current_;
}

http::Response FunctionHost::handle(const http::Request& request, std::stop_token stop) {
  if (request.path.ends_with("/invocation/next")) return next(std::move(stop));
  if (!request.path.starts_with("/2018-06-01/runtime/")) return call(request);
  const std::lock_guard lock(mutex_);
  current_.answered_ms = elapsed_ms();
  current_.failed = !request.path.ends_with("/response");
  current_.answer = request.body;
  answered_ = true;
  changed_.notify_all();
  return json(202, "{}");
}

http::Response FunctionHost::next(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  if (given_) {
    // The second request for work waits until the process is ended.
    changed_.wait(lock, stop, [] { return false; });
    return json(500, "{}");
  }
  current_.first_poll_ms = elapsed_ms();
  given_ = true;
  const auto deadline =
      std::chrono::duration_cast<std::chrono::milliseconds>((clock_.now() + 60s).time_since_epoch());
  return {200,
          {{"Content-Type", "application/json"},
           {"Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"},
           {"Lambda-Runtime-Deadline-Ms", std::to_string(deadline.count())},
           {"Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-west-2:123456789012:function:bench"}},
          kEvent};
}

http::Response FunctionHost::call(const http::Request& request) {
  const std::string operation = operation_of(request);
  {
    const std::lock_guard lock(mutex_);
    if (current_.calls.empty()) current_.first_call_ms = elapsed_ms();
    current_.calls.push_back(operation);
  }
  if (operation == "DescribeDBClusterSnapshots") return xml(200, kSnapshots);
  if (operation == "GetParameter") return json(400, R"({"__type":"ParameterNotFound","message":"none"})");
  if (operation == "GetItem" && request.body.find(R"("bench-1")") != std::string::npos)
    return json(200, state_);
  return json(200, "{}");  // nothing else is there; every write is accepted
}

}  // namespace aurora::bench
