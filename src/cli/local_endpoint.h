// The local endpoint as the command line sees it: where it is, whether it runs, starting and stopping it.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>

#include "cli/context.h"
#include "restore/pipeline.h"

namespace aurora::cli {

// The one pair of credentials that the local endpoint accepts. It protects nothing: the endpoint listens
// on loopback only, and signatures are verified so that a client that signs wrongly finds out here.
inline constexpr char kLocalAccessKey[] = "AKIALOCALRESTORE0001";
inline constexpr char kLocalSecretKey[] = "local-restore-secret-key";
inline constexpr unsigned short kDefaultPort = 4566;

struct LocalEndpoint {
  std::filesystem::path data;  // its data directory, as far as this user's options tell
  std::string url;
  unsigned short port = kDefaultPort;
  pid_t pid = 0;  // 0: unknown or not running
  // Of the pipeline it carries, the documents' `dev` environment: as the running endpoint wrote them down,
  // else as the environment's variables give them.
  restore::PipelineNames names;
};

// Where the endpoint is, or would be started. In this order: --endpoint-url, --port, the endpoint that
// --data names, $AWS_ENDPOINT_URL, the endpoint that the default data directory names, port 4566.
LocalEndpoint locate_endpoint(const Context& context);
restore::PipelineNames local_names(const Context& context);

struct StartOptions {
  std::string pace;
  std::string lambda_endpoint;
  bool foreground = false;
};
enum class Started { kNow, kWasRunning };
// Starts aurora-local and returns when it serves. Throws PortInUse, FileError, DiskFull,
// AlreadyRunning (another data directory's endpoint has the port) or EndpointNotStarted.
Started start_endpoint(Context& context, const StartOptions& options, LocalEndpoint& endpoint);
// The checks before a start: the port is free and the directory can be written. Throws as above.
void prepare_start(Context& context, const LocalEndpoint& endpoint);
std::vector<std::string> endpoint_command(Context& context, const StartOptions& options,
                                          const LocalEndpoint& endpoint);
// Starts it where nothing runs yet, and says so.
void ensure_endpoint(Context& context);
// False when nothing ran. Throws NotOurs when the pid belongs to another program, EndpointNotStopped
// when it does not end in time.
bool stop_endpoint(Context& context, const LocalEndpoint& endpoint);

}  // namespace aurora::cli
