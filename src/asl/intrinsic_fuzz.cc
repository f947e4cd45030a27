// A call of an intrinsic function on the first line, and the JSON that its paths look into on the others.
#include "asl/fuzz_input.h"

using namespace aurora::asl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [text, json] = fuzz_lines(data, size);
  try {
    const Expression call = compile_intrinsic(text);
    const JsonReading reading = read_json(json);
    FixedHost host;
    const Scope scope{reading.value, [&]() -> const aurora::Json& { return reading.value; }};
    AURORA_INVARIANT(!Value::of(evaluate(call, scope, host)).text().empty());
  } catch (const aurora::Error&) {
    // Every refusal is one of these.
  }
  return 0;
}
