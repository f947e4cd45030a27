// The least that a function can do: asks for work and answers it, by plain sockets. What it takes is what the
// machine takes for starting any process and for carrying two requests.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace {

// Connects, sends `request`, and waits for the beginning of the answer.
bool exchange(unsigned short port, const char* request) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  char answer[4096];
  const bool done = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                    ::write(socket, request, std::strlen(request)) > 0 &&
                    ::read(socket, answer, sizeof answer) > 0;
  ::close(socket);
  return done;
}

}  // namespace

int main() {
  const char* api = std::getenv("AWS_LAMBDA_RUNTIME_API");
  const char* colon = api ? std::strrchr(api, ':') : nullptr;
  if (!colon) return 2;
  const auto port = static_cast<unsigned short>(std::atoi(colon + 1));
  constexpr char kNext[] =
      "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
  constexpr char kAnswer[] =
      "POST /2018-06-01/runtime/invocation/x/response HTTP/1.1\r\nHost: 127.0.0.1\r\n"
      "Connection: close\r\nContent-Length: 2\r\n\r\n{}";
  if (!exchange(port, kNext) || !exchange(port, kAnswer)) return 1;
  ::pause();  // until it is ended, as a function waits for more work
  return 0;
}
