// An Api for tests: answers each operation by a function, and remembers the calls.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "aws/client.h"

namespace aurora::cli {

class FakeApi {
 public:
  struct Call {
    std::string service;
    std::string region;
    std::string operation;
    Json input;
  };
  using Handler = std::function<Json(const Json& input)>;

  // "stepfunctions.StartExecution"
  void on(const std::string& operation, Handler handler) { handlers_[operation] = std::move(handler); }
  void answer(const std::string& operation, Json answer) {
    on(operation, [answer = std::move(answer)](const Json&) { return answer; });
  }
  void fail(const std::string& operation, const std::string& code, const std::string& message = "no") {
    on(operation, [code, message](const Json&) -> Json { throw aws::ServiceError(code, message); });
  }

  std::vector<Call> calls_of(const std::string& operation) const {
    std::vector<Call> found;
    for (const Call& call : calls)
      if (call.service + "." + call.operation == operation) found.push_back(call);
    return found;
  }

  // The commands own their connection, so each gets its own handle onto this fake.
  std::unique_ptr<aws::Api> handle() {
    class Handle final : public aws::Api {
     public:
      explicit Handle(FakeApi& fake) : fake_(fake) {}
      Json call(std::string_view service, std::string_view region, std::string_view operation,
                const Json& input) override {
        return fake_.answer_call({std::string(service), std::string(region), std::string(operation), input});
      }

     private:
      FakeApi& fake_;
    };
    return std::make_unique<Handle>(*this);
  }

  std::vector<Call> calls;

 private:
  Json answer_call(Call call) {
    const std::string name = call.service + "." + call.operation;
    const Json input = call.input;
    calls.push_back(std::move(call));
    const auto found = handlers_.find(name);
    if (found == handlers_.end())
      throw Error("UnexpectedCall", fmt::format("{} was called with {}", name, dump_json(input)));
    return found->second(input);
  }

  std::map<std::string, Handler> handlers_;
};

}  // namespace aurora::cli
