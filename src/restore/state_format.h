// The format of what the state table holds: `format` of every item that is no lock. It is counted up when functions
// of the release before could not go on with an operation; docs/UPGRADING.md says what to do then. Items without it
// are of the first format.
#pragma once
#include <cstdint>

namespace aurora::restore {

inline constexpr std::int64_t kStateFormat = 1;

}  // namespace aurora::restore
