// A function that does what its event tells it to: answer, fail, wait, print, die.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

#include "base/error.h"
#include "http/beast_transport.h"
#include "lambda/runtime.h"

namespace {

using aurora::Error;
using aurora::Json;

Json environment() {
  Json variables = Json::object();
  for (char** line = environ; *line != nullptr; ++line) {
    const std::string text = *line;
    const auto equals = text.find('=');
    variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

Json handle(const Json& event, const aurora::lambda::Invocation& invocation) {
  if (event.contains("print")) std::cout << event["print"].get<std::string>() << std::flush;
  if (event.contains("complain")) std::cerr << event["complain"].get<std::string>() << std::flush;
  if (event.contains("wait_ms"))
    std::this_thread::sleep_for(std::chrono::milliseconds(event["wait_ms"].get<int>()));
  if (event.contains("exit")) ::_exit(event["exit"].get<int>());
  if (event.contains("signal")) ::raise(event["signal"].get<int>());
  if (event.contains("fail")) throw Error(event["fail"].get<std::string>(), "it failed", "try another event");
  if (event.contains("large")) return std::string(event["large"].get<std::size_t>(), 'x');
  Json answer{{"echo", event},
              {"pid", ::getpid()},
              {"request_id", invocation.request_id},
              {"arn", invocation.function_arn}};
  answer["deadline_ms"] = invocation.deadline.time_since_epoch().count() / 1000;
  if (event.contains("environment")) answer["environment"] = environment();
  return answer;
}

}  // namespace

int main(int count, char**) {
  if (count != 1) return 64;
  const std::string handler = std::getenv("_HANDLER");
  if (handler == "exits") return 7;
  if (handler == "hangs") ::pause();
  aurora::http::BeastTransport transport;
  aurora::lambda::Runtime runtime(std::getenv("AWS_LAMBDA_RUNTIME_API"), transport);
  if (handler == "refuses") {
    runtime.report_init_error(Error("UnknownHandler", "no such handler"));
    return 1;
  }
  return runtime.run(handle);
}
