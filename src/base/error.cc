#include "base/error.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace aurora {

Error::Error(std::string name, std::string message, std::string hint)
    : name_(std::move(name)),
      message_(std::move(message)),
      hint_(std::move(hint)),
      what_(name_ + ": " + message_) {}

Error::~Error() = default;

void invariant_failed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition);
  std::abort();
}

}  // namespace aurora
