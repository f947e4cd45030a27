// A text on the first line and the rule of a Choice state on the others. The text is also a timestamp, and a
// pattern for the rule.
#include "asl/choice.h"
#include "asl/fuzz_input.h"

using namespace aurora::asl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [text, rest] = fuzz_lines(data, size);
  if (const auto timestamp = parse_timestamp(text)) {
    AURORA_INVARIANT(timestamp->nanoseconds >= 0 && timestamp->nanoseconds < 1'000'000'000);
    AURORA_INVARIANT(timestamp->time_point() <= Timestamp({timestamp->seconds + 1, 0}).time_point());
  }
  string_matches(text, rest);
  string_matches(rest, text);
  const JsonReading reading = read_json(rest);
  const aurora::Json value = aurora::Json::object({{"t", text}, {"rule", reading.value}, {"n", size}});
  try {
    const Scope scope{value, [&]() -> const aurora::Json& { return value; }};
    ChoiceRule::compile(reading.value).holds(scope);
  } catch (const aurora::Error&) {
    // Every refusal is one of these.
  }
  return 0;
}
