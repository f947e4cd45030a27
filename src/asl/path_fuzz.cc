// A path on the first line, and the JSON that it looks into on the others.
#include "asl/fuzz_input.h"

using namespace aurora::asl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [text, json] = fuzz_lines(data, size);
  try {
    const Path path = Path::compile(text);
    AURORA_INVARIANT(path.canonical().starts_with('$'));
    AURORA_INVARIANT(!path.is_reference() || path.is_definite());
    JsonReading reading = read_json(json);
    const aurora::Json& value = reading.value;
    const Scope scope{value, [&]() -> const aurora::Json& { return value; }};
    const bool found = path.is_reference() && path.find(scope);
    const Value result = Value::of(path.evaluate(scope));
    AURORA_INVARIANT(!path.is_reference() || found);
    if (path.is_reference()) place_result(reading.value, path, result.json());
  } catch (const aurora::Error&) {
    // Every refusal is one of these.
  }
  return 0;
}
