// What RDS offers: engine versions and instance classes.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "local/engines/engine.h"

namespace aurora::local::rds {

struct EngineVersion {
  const char* engine;   // "aurora-postgresql"
  const char* version;  // "15.10"
  const char* major;    // "15"; "8.0"
  const char* family;   // "aurora-postgresql15"
};

// Oldest first within one engine.
std::span<const EngineVersion> engine_versions();
const EngineVersion* find_version(std::string_view engine, std::string_view version);
// The newest that this machine can run; nothing for an engine RDS does not know.
const EngineVersion* default_version(std::string_view engine, const engines::Engines& engines);
bool is_known_engine(std::string_view engine);
int default_port(std::string_view engine);
const char* engine_description(std::string_view engine);
std::vector<std::string> families();

// Below zero when `a` is the lower of two versions of one engine.
int compare_versions(std::string_view a, std::string_view b);

std::span<const char* const> instance_classes();
// Whether that class can be ordered for the engine version.
bool is_orderable(const EngineVersion& version, std::string_view instance_class);

// Names that CloudWatch log exports may have.
std::vector<std::string> exportable_logs(std::string_view engine);
// "us-west-2a", "us-west-2b", "us-west-2c"
std::vector<std::string> availability_zones(std::string_view place);

}  // namespace aurora::local::rds
