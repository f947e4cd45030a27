// The functions themselves, by name. Used by intrinsic.cc only.
#pragma once
#include <span>

#include "asl/intrinsic.h"

namespace aurora::asl {

struct Arguments {
  std::vector<Json> values;
  // What States.Format takes as its template: escapes kept.
  std::string format_template;
  Host& host;
};

struct IntrinsicFunction {
  std::string_view name;
  std::size_t arguments_min;
  std::size_t arguments_max;
  // A literal argument of a MathAdd must be a number, and so on: true where all must be.
  bool numbers_only;
  Json (*call)(const Arguments&);
};

const IntrinsicFunction* find_intrinsic(std::string_view name);
std::span<const IntrinsicFunction> all_intrinsics();

}  // namespace aurora::asl
