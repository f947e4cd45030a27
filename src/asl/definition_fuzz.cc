// A definition: validated, compiled, and run as far as a bounded history goes.
#include "asl/fuzz_input.h"
#include "asl/validate.h"

using namespace aurora::asl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Validation validation = validate(fuzz_text(data, size));
  AURORA_INVARIANT(validation.diagnostics.size() <= kDiagnosticsMax);
  const auto unsupported = unsupported_features(
      validation, [](const Resource& each) { return each.kind != Resource::Kind::kOther; });
  std::shared_ptr<const Machine> machine;
  try {
    machine = Machine::compile(validation.definition);
  } catch (const aurora::Error&) {
    // What is valid and has nothing unsupported can be run.
    AURORA_INVARIANT(!validation.valid() || !unsupported.empty());
    return 0;
  }
  fuzz_execution(machine, *Value::parse(R"({"a":[1,2,{"b":"x"}],"n":3,"t":"2020-01-01T00:00:00Z"})"));
  return 0;
}
