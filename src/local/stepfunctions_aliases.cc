#include <fmt/format.h>

#include <set>

#include "base/dates.h"
#include "local/stepfunctions.h"
#include "local/stepfunctions/constraints.h"
#include "local/stepfunctions/page.h"

namespace aurora::local {

using stepfunctions::Alias;
using stepfunctions::Engine;
using stepfunctions::MachineArn;
using stepfunctions::Route;
using stepfunctions::Store;
using stepfunctions::Versions;

namespace {

// Where an alias shall lead: the machine of its versions, and the routes.
struct Routing {
  std::string machine;
  std::vector<Route> routes;
};

aws::ServiceError invalid(const std::string& message) {
  return {"ValidationException", message};
}

std::string checked_alias_name(const std::string& name) {
  constexpr std::size_t kLengthMax = 80;
  constexpr char kPattern[] = R"(^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$)";
  if (name.size() > kLengthMax)
    throw stepfunctions::violation("name", fmt::format("have length less than or equal to {}", kLengthMax),
                                   name);
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  const bool allowed = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.');
  });
  if (!allowed || std::all_of(name.begin(), name.end(), is_digit))
    throw stepfunctions::violation("name", fmt::format("satisfy regular expression pattern: {}", kPattern),
                                   name);
  return name;
}

std::vector<std::string> arns_of(const Json& configuration) {
  std::vector<std::string> arns;
  for (const Json& each : configuration) arns.push_back(string_or(each, "stateMachineVersionArn", ""));
  return arns;
}

std::vector<int> checked_weights(const Json& configuration) {
  constexpr int kWhole = 100;
  std::vector<int> weights;
  int sum = 0;
  for (const Json& each : configuration) {
    const std::int64_t weight = int_or(each, "weight", 0);
    const std::string member = fmt::format("routingConfiguration.{}.member.weight", weights.size() + 1);
    if (weight < 0)
      throw stepfunctions::violation(member, "have value greater than or equal to 0", std::to_string(weight));
    if (weight > kWhole)
      throw stepfunctions::violation(member, "have value less than or equal to 100", std::to_string(weight));
    weights.push_back(static_cast<int>(weight));
    sum += weights.back();
  }
  if (sum != kWhole)
    throw invalid(fmt::format("Sum of routing configuration weights must equal 100. Received: [{}]",
                              fmt::join(weights, ", ")));
  return weights;
}

Routing checked_routing(const Json& configuration) {
  constexpr std::size_t kRoutesMax = 2;
  if (!configuration.is_array() || configuration.empty())
    throw stepfunctions::violation("routingConfiguration", "have length greater than or equal to 1", "[]");
  const std::vector<std::string> arns = arns_of(configuration);
  const std::string received = fmt::format("Received: [{}]", fmt::join(arns, ", "));
  if (arns.size() > kRoutesMax)
    throw stepfunctions::violation("routingConfiguration",
                                   fmt::format("have length less than or equal to {}", kRoutesMax));
  if (std::set<std::string>(arns.begin(), arns.end()).size() != arns.size())
    throw invalid("Routing configuration must contain distinct state machine version ARNs. " + received);
  const std::vector<int> weights = checked_weights(configuration);
  Routing routing;
  for (std::size_t i = 0; i < arns.size(); ++i) {
    const MachineArn arn = stepfunctions::parse_machine_arn(arns[i]);
    if (!arn.version)
      throw invalid("Routing configuration must contain state machine version ARNs. " + received);
    if (i > 0 && arn.machine != routing.machine)
      throw invalid("Routing configuration must contain versions of one state machine. " + received);
    routing.machine = arn.machine;
    routing.routes.push_back({*arn.version, weights[i]});
  }
  return routing;
}

aws::ServiceError no_resource() {
  return {"ResourceNotFound", "Request references a resource that does not exist."};
}

void check_versions_exist(Versions& versions, const Routing& routing) {
  for (const Route& route : routing.routes)
    if (!versions.version(routing.machine, route.version)) throw no_resource();
}

MachineArn alias_arn(const Call& call) {
  MachineArn arn = stepfunctions::parse_machine_arn(required(call, "stateMachineAliasArn"));
  if (arn.alias.empty())
    throw aws::ServiceError("InvalidArn",
                            fmt::format("Invalid Arn: '{}' is no ARN of a state machine alias", arn.text));
  return arn;
}

Alias find_alias(Versions& versions, const MachineArn& arn) {
  std::optional<Alias> alias = versions.alias(arn.machine, arn.alias);
  if (!alias) throw no_resource();
  return *std::move(alias);
}

Json described_routes(const Alias& alias) {
  Json list = Json::array();
  for (const Route& route : alias.routes)
    list.push_back({{"stateMachineVersionArn", fmt::format("{}:{}", alias.machine, route.version)},
                    {"weight", route.weight}});
  return list;
}

}  // namespace

Json StepFunctionsService::create_state_machine_alias(const Call& call) {
  const std::string name = checked_alias_name(required(call, "name"));
  const Routing routing = checked_routing(member_or_null(call.input, "routingConfiguration"));
  return engine_.transact([&call, name, routing](Engine& engine) -> Json {
    Versions versions(engine.store());
    const auto machine = engine.store().machine(routing.machine);
    if (!machine) throw no_resource();
    refuse_deleting(*machine);
    check_versions_exist(versions, routing);
    Alias alias{.machine = routing.machine,
                .name = name,
                .description = text_or(call, "description"),
                .routes = routing.routes,
                .created = engine.now(),
                .updated = engine.now()};
    if (const auto existing = versions.alias(routing.machine, name)) {
      if (existing->routes != alias.routes || existing->description != alias.description)
        throw aws::ServiceError("ConflictException",
                                "Failed to create alias because an alias with the same name and a different "
                                "routing configuration already exists.");
      alias = *existing;
    } else {
      versions.add_alias(alias);
    }
    return {{"stateMachineAliasArn", alias.arn()}, {"creationDate", format_iso_millis(alias.created)}};
  });
}

Json StepFunctionsService::update_state_machine_alias(const Call& call) {
  const MachineArn arn = alias_arn(call);
  const bool routes = call.input.contains("routingConfiguration");
  if (!routes && !call.input.contains("description"))
    throw invalid("Either the description or the routing configuration must be specified");
  const Routing routing =
      routes ? checked_routing(member_or_null(call.input, "routingConfiguration")) : Routing{};
  return engine_.transact([&call, arn, routing](Engine& engine) -> Json {
    Versions versions(engine.store());
    Alias alias = find_alias(versions, arn);
    find_active_machine(engine.store(), arn.machine);
    if (!routing.routes.empty()) {
      if (routing.machine != arn.machine)
        throw invalid(fmt::format(
            "Routing configuration must contain versions of the alias' state machine '{}'", arn.machine));
      check_versions_exist(versions, routing);
      alias.routes = routing.routes;
    }
    alias.description = text_or(call, "description", alias.description);
    alias.updated = engine.now();
    versions.update_alias(alias);
    return {{"updateDate", format_iso_millis(alias.updated)}};
  });
}

Json StepFunctionsService::describe_state_machine_alias(const Call& call) {
  const MachineArn arn = alias_arn(call);
  return read([&](Store& store) {
    Versions versions(store);
    const Alias alias = find_alias(versions, arn);
    Json answer = {{"stateMachineAliasArn", alias.arn()},
                   {"name", alias.name},
                   {"routingConfiguration", described_routes(alias)},
                   {"creationDate", format_iso_millis(alias.created)},
                   {"updateDate", format_iso_millis(alias.updated)}};
    if (!alias.description.empty()) answer["description"] = alias.description;
    return answer;
  });
}

// One that is not there is deleted already.
Json StepFunctionsService::delete_state_machine_alias(const Call& call) {
  const MachineArn arn = alias_arn(call);
  return engine_.transact([arn](Engine& engine) -> Json {
    Versions(engine.store()).erase_alias(arn.machine, arn.alias);
    return Json::object();
  });
}

// Of a machine, or of those that route to a version; AWS lists the oldest first.
Json StepFunctionsService::list_state_machine_aliases(const Call& call) {
  const MachineArn arn = stepfunctions::parse_machine_arn(required(call, "stateMachineArn"));
  if (!arn.alias.empty())
    throw aws::ServiceError("InvalidArn", fmt::format("Invalid Arn: '{}' is the ARN of an alias", arn.text));
  std::vector<Alias> all = read([&](Store& store) {
    resolve(store, arn);
    return Versions(store).aliases(arn.machine);
  });
  if (arn.version) std::erase_if(all, [&](const Alias& alias) { return !alias.routes_to(*arn.version); });
  auto [page, token] =
      stepfunctions::page_of(call, arn.text, std::move(all), clock_.now(),
                             [](const Alias& alias) { return stepfunctions::ascending(alias.id); });
  Json answer = {{"stateMachineAliases", Json::array()}};
  for (const Alias& alias : page)
    answer["stateMachineAliases"].push_back(
        {{"stateMachineAliasArn", alias.arn()}, {"creationDate", format_iso_millis(alias.created)}});
  if (!token.empty()) answer["nextToken"] = token;
  return answer;
}

}  // namespace aurora::local
