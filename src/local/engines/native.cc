#include "local/engines/native.h"

namespace aurora::local::engines {

Engines native_engines(const PostgreSqlOptions& postgresql, const TlsAuthority& authority, Clock& clock,
                       const Log& log) {
  Engines engines;
  try {
    engines.emplace("aurora-postgresql", std::make_unique<PostgreSqlEngine>(postgresql, authority, clock));
  } catch (const Error& error) {
    log.warning("aurora-postgresql clusters cannot run here",
                {{"reason", error.what()}, {"hint", error.hint()}});
  }
  return engines;
}

}  // namespace aurora::local::engines
