// Engine, version, parameter groups, log exports, and the class of the instances.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "aws/paginate.h"
#include "base/text.h"
#include "db/session.h"
#include "restore/preflight.h"

namespace aurora::restore {
namespace {

std::vector<int> numbers_of(std::string_view version) {
  std::vector<int> numbers;
  for (std::size_t at = 0; at < version.size();) {
    const std::size_t begin = version.find_first_of("0123456789", at);
    if (begin == std::string_view::npos) break;
    int number = 0;
    const auto parsed = std::from_chars(version.data() + begin, version.data() + version.size(), number);
    numbers.push_back(number);
    at = static_cast<std::size_t>(parsed.ptr - version.data());
  }
  return numbers;
}

std::string wanted_version(const StepContext& context, const aws::ClusterSnapshot& snapshot) {
  return context.settings.has("engine_version") ? context.settings.text("engine_version")
                                                : snapshot.engine_version;
}

std::vector<std::string> names(const Json& list, const char* member, std::size_t max) {
  std::set<std::string> found;
  for (const Json& element : list) found.insert(string_or(element, member, ""));
  std::vector<std::string> some(found.begin(), found.end());
  if (some.size() > max) {
    some.resize(max);
    some.push_back("…");
  }
  return some;
}

// The version as RDS describes it there; nothing when it does not offer it.
std::optional<Json> find_version(const StepContext& context, const std::string& engine,
                                 const std::string& version) {
  const Json found =
      aws::collect(context.api, "rds", context.settings.text("target_region"), "DescribeDBEngineVersions",
                   {{"Engine", engine}, {"EngineVersion", version}}, "DBEngineVersions");
  return found.empty() ? std::nullopt : std::optional<Json>(found[0]);
}

void check_parameter_group(const StepContext& context, const char* setting, const char* operation,
                           const char* member, const char* list, const std::string& family,
                           Findings& findings) {
  const std::string name = context.settings.text(setting);
  if (name.empty()) return;
  const std::string region = context.settings.text("target_region");
  Json groups = Json::array();
  try {
    groups = aws::collect(context.api, "rds", region, operation, {{member, name}}, list);
  } catch (const aws::ServiceError& e) {
    if (!e.is("DBParameterGroupNotFound") && !e.is("DBClusterParameterGroupNotFound")) throw;
  }
  if (groups.empty()) {
    findings.add("ParameterGroupNotFound",
                 fmt::format("there is no parameter group {} in {}, which {} names.", name, region, setting),
                 fmt::format("Make it there, or leave {} out for the default.", setting));
    return;
  }
  const std::string of = string_or(groups[0], "DBParameterGroupFamily", "");
  if (!family.empty() && of != family)
    findings.add(
        "ParameterGroupWrongFamily",
        fmt::format("{} {} is of family {}, and the engine's version needs {}.", setting, name, of, family),
        fmt::format("Give a group of family {}.", family));
}

void check_logs(const StepContext& context, const std::string& engine, const Json& version,
                Findings& findings) {
  const Json& offered = member_or_null(version, "ExportableLogTypes");
  if (!offered.is_array()) return;
  for (const std::string& log : context.settings.list("cloudwatch_log_exports"))
    if (std::find(offered.begin(), offered.end(), Json(log)) == offered.end()) {
      std::vector<std::string> kinds;
      for (const Json& kind : offered) kinds.push_back(kind.get<std::string>());
      findings.add("LogExportNotSupported", fmt::format("{} does not export the log {}.", engine, log),
                   fmt::format("cloudwatch_log_exports may hold {}.", join(kinds, ", ")));
    }
}

}  // namespace

bool is_lower_version(std::string_view a, std::string_view b) {
  return numbers_of(a) < numbers_of(b);
}

void look_at_engine(const StepContext& context, const aws::ClusterSnapshot* snapshot, Findings& findings) {
  if (!snapshot) return;
  const Configuration& settings = context.settings;
  if (settings.has("engine") && settings.text("engine") != snapshot->engine)
    findings.add("EngineMismatch",
                 fmt::format("engine is {}, but snapshot {} is of {}.", settings.text("engine"),
                             snapshot->identifier, snapshot->engine),
                 "Leave engine out; it is taken from the snapshot.");
  if (!db::engine_of(snapshot->engine)) {
    findings.add("EngineNotSupported",
                 fmt::format("snapshot {} is of engine {}, which is not Aurora.", snapshot->identifier,
                             snapshot->engine),
                 "This pipeline restores aurora-postgresql and aurora-mysql.");
    return;
  }
  const std::string version = wanted_version(context, *snapshot);
  if (is_lower_version(version, snapshot->engine_version))
    findings.add("EngineVersionTooLow",
                 fmt::format("engine_version is {}, and snapshot {} was made by {}.", version,
                             snapshot->identifier, snapshot->engine_version),
                 "Leave engine_version out, or give one that is not lower; Aurora does not go back.");
  std::string family;
  unless_denied(findings, "the engine's versions", [&] {
    const auto offered = find_version(context, snapshot->engine, version);
    if (!offered) {
      findings.add(
          "EngineVersionNotFound",
          fmt::format("{} does not offer {} {}.", settings.text("target_region"), snapshot->engine, version),
          "`aws rds describe-db-engine-versions` lists those it does; give one as engine_version.");
      return;
    }
    family = string_or(*offered, "DBParameterGroupFamily", "");
    check_logs(context, snapshot->engine, *offered, findings);
  });
  unless_denied(findings, "the parameter groups", [&] {
    check_parameter_group(context, "db_cluster_parameter_group_name", "DescribeDBClusterParameterGroups",
                          "DBClusterParameterGroupName", "DBClusterParameterGroups", family, findings);
    check_parameter_group(context, "db_parameter_group_name", "DescribeDBParameterGroups",
                          "DBParameterGroupName", "DBParameterGroups", family, findings);
  });
}

void look_at_instance_class(const StepContext& context, const aws::ClusterSnapshot* snapshot,
                            Findings& findings) {
  const std::string wanted = context.settings.text("db_instance_class");
  if (!snapshot || wanted.empty() || !db::engine_of(snapshot->engine)) return;
  const std::string region = context.settings.text("target_region");
  const std::string version = wanted_version(context, *snapshot);
  unless_denied(findings, "the instance classes", [&] {
    Json question{{"Engine", snapshot->engine}, {"EngineVersion", version}, {"DBInstanceClass", wanted}};
    const auto ask = [&] {
      return aws::collect(context.api, "rds", region, "DescribeOrderableDBInstanceOptions", question,
                          "OrderableDBInstanceOptions");
    };
    if (!ask().empty()) return;
    question.erase("DBInstanceClass");
    const Json offered = ask();
    if (offered.empty()) return;  // the version itself is not offered, which is said already
    findings.add("InstanceClassNotOrderable",
                 fmt::format("{} offers no {} for {} {}.", region, wanted, snapshot->engine, version),
                 fmt::format("Give db_instance_class; there are {}.",
                             join(names(offered, "DBInstanceClass", 12), ", ")));
  });
}

}  // namespace aurora::restore
