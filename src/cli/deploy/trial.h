// Proves that the functions' executable starts, before it is deployed: it is run here, with a Runtime API on
// loopback.
#pragma once
#include <string>

#include "base/clock.h"

namespace aurora::cli {

// Writes `executable` to a folder of its own, starts it as Lambda does, with nothing in its environment but
// what Lambda sets, and waits until it asks for its first event. Gives how long that took. Throws Error
// "PackageDoesNotStart" with what it wrote, when it ends or says that it cannot start, or 10 seconds pass.
Duration try_start(Clock& clock, const std::string& executable, const std::string& handler);

}  // namespace aurora::cli
