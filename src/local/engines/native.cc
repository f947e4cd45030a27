#include "local/engines/native.h"

namespace aurora::local::engines {
namespace {

template <class Make>
void add(Engines& engines, const char* name, const Log& log, Make make) {
  try {
    engines.emplace(name, make());
  } catch (const Error& error) {
    log.warning("clusters of an engine cannot run here",
                {{"engine", name}, {"reason", error.message()}, {"hint", error.hint()}});
  }
}

}  // namespace

Engines native_engines(const PostgreSqlOptions& postgresql, const TlsAuthority& authority, Clock& clock,
                       const Log& log, const MariaDbOptions& mariadb) {
  Engines engines;
  add(engines, "aurora-postgresql", log,
      [&] { return std::make_unique<PostgreSqlEngine>(postgresql, authority, clock); });
  add(engines, "aurora-mysql", log, [&] {
    auto engine = std::make_unique<MariaDbEngine>(mariadb, authority, clock, log);
    if (std::string why; !engine->runs("8.0", why))
      log.warning("clusters of an engine cannot run here", {{"engine", "aurora-mysql"}, {"reason", why}});
    return engine;
  });
  return engines;
}

}  // namespace aurora::local::engines
