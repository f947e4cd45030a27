#include "cli/pipeline_config.h"

namespace aurora::cli {

Json read_pipeline_config(World& world) {
  const std::string name = world.names.config_parameter();
  try {
    const Json answer =
        world.api->call("ssm", world.region(), "GetParameter", {{"Name", name}, {"WithDecryption", true}});
    return parse_json(string_or(member_or_null(answer, "Parameter"), "Value", "{}"), "SSM parameter " + name);
  } catch (const aws::ServiceError& error) {
    if (error.is("ParameterNotFound")) return Json::object();
    throw;
  }
}

}  // namespace aurora::cli
