#include "asl/pattern.h"

#include <re2/re2.h>

#include "base/error.h"

namespace aurora::asl {
namespace {

constexpr std::int64_t kProgramBytesMax = 1 << 20;

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

Pattern Pattern::compile(std::string_view text, bool ignore_case) {
  RE2::Options options(RE2::Quiet);
  options.set_case_sensitive(!ignore_case);
  options.set_max_mem(kProgramBytesMax);
  Pattern pattern;
  pattern.expression_ = std::make_shared<const re2::RE2>(piece(text), options);
  if (!pattern.expression_->ok())
    throw Error("InvalidPattern", fmt::format("the pattern '{}' is not valid: {}", text.substr(0, 100),
                                              pattern.expression_->error().substr(0, 200)));
  return pattern;
}

bool Pattern::matches(std::string_view text, Meter& meter) const {
  meter.visit(1 + text.size() / 8);
  return re2::RE2::FullMatch(piece(text), *expression_);
}

}  // namespace aurora::asl
