#include "cli/deploy/preparation.h"

#include <fmt/format.h>

#include <charconv>
#include <functional>

#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/deploy/bucket.h"
#include "cli/deploy/bundle.h"
#include "cli/deploy/trial.h"
#include "restore/definition.h"
#include "restore/state_format.h"
#include "restore/step.h"

namespace aurora::cli {
namespace {

// Collects what stands in the way, so that it is mended at once and not one by one.
class Obstacles {
 public:
  // What `action` throws stands in the way. False when something was thrown.
  bool look(const std::function<void()>& action) {
    try {
      action();
      return true;
    } catch (const Cancelled&) {
      throw;
    } catch (const Error& error) {
      errors_.push_back(error);
      return false;
    }
  }
  void add(std::vector<restore::Finding> findings) {
    for (const restore::Finding& finding : findings)
      errors_.emplace_back("InvalidDeployment", finding.to_text(), "Nothing was changed.");
  }

  void throw_them() const {
    if (errors_.empty()) return;
    if (errors_.size() == 1) throw errors_.front();
    std::string text = fmt::format("{} things stand in the way:", errors_.size());
    for (const Error& error : errors_) {
      text += fmt::format("\n- {}", error.name() == "InvalidDeployment" ? error.message() : error.what());
      if (error.name() != "InvalidDeployment" && !error.hint().empty()) text += " " + error.hint();
    }
    throw Error("DeploymentRefused", text, "Nothing was changed. Mend each of them and deploy again.");
  }

 private:
  std::vector<Error> errors_;
};

void refuse_state(const Preparation& ready, const DeployOptions& options) {
  const std::string name = ready.place.stack;
  const std::string status = ready.stack ? ready.stack->status : "";
  switch (state_of(ready.stack)) {
    case StackState::kBusy:
      throw Error("StackBusy", fmt::format("stack {} is being changed: {}", name, status),
                  "`aurora-restore deploy status` shows how far it is; deploy again when it is done.");
    case StackState::kStuck:
      throw Error("StackStuck", fmt::format("the rollback of stack {} failed: {}", name, status),
                  "Mend what `aurora-restore deploy status` shows, then `aurora-restore deploy "
                  "--continue-rollback`.");
    case StackState::kNotDeleted:
      throw Error("StackStuck",
                  fmt::format("stack {} was to be deleted, and something of it could not be", name),
                  "`aurora-restore deploy status` shows what; `aurora-restore destroy` tries again.");
    case StackState::kNeverStood:
      if (options.dry_run)
        throw Error(
            "StackStuck",
            fmt::format("the first creation of stack {} failed ({}), and only a deletion frees the name",
                        name, status),
            "Nothing was changed. A deployment deletes it first; a dry run does not.");
      return;
    default:
      return;
  }
}

void refuse_newer_state(const Preparation& ready) {
  if (ready.running.newest_format > restore::kStateFormat)
    throw Error(
        "StateTooNew",
        fmt::format("operations in progress have format {} of the state, and this release knows {}",
                    ready.running.newest_format, restore::kStateFormat),
        "Nothing was changed. Deploy the release they began with or a later one, or let them finish first.");
}

std::string chosen_architecture(const Preparation& ready, const DeployOptions& options) {
  if (!options.architecture.empty()) return options.architecture;
  const std::string deployed = ready.stack ? ready.stack->parameter("Architecture") : "";
  return deployed.empty() ? kArm64 : deployed;
}

void look_at_package(Context& context, const DeployOptions& options, Preparation& ready) {
  const std::string wanted = chosen_architecture(ready, options);
  ready.package =
      read_package(options.package.empty() ? find_package(wanted) : std::filesystem::path(options.package));
  if (!options.architecture.empty() && ready.package.architecture != options.architecture)
    throw Error("PackageUnusable",
                fmt::format("the package is for {}, and --arch says {}", ready.package.architecture,
                            options.architecture),
                "Give the package of that architecture, or leave --arch out.");
  if (ready.package.architecture != architecture_of_this_machine()) return;
  // Each function picks its step by its handler; the slowest start counts.
  Duration slowest{0};
  for (const restore::Step& step : restore::all_steps())
    slowest = std::max(slowest, try_start(context.clock, ready.package.bootstrap, std::string(step.name)));
  ready.started_within = slowest;
}

void set_keys(Preparation& ready) {
  ready.code_key = fmt::format("code/{}.zip", ready.package.sha256);
  ready.definition_key = fmt::format("definition/{}.json", hex_encode(sha256(ready.definition)));
  ready.template_key = fmt::format("template/{}.yaml", hex_encode(sha256(ready.file.text)));
}

// Every parameter's value as it will be, for the release's hash.
ParameterValues effective_values(const Preparation& ready) {
  const ParameterValues before = ready.before();
  ParameterValues values;
  for (const TemplateParameter& parameter : ready.file.parameters) {
    std::string value = parameter.fallback.value_or("");
    for (const ParameterValues* source : {&before, &ready.given, &ready.own})
      if (const auto found = source->find(parameter.name); found != source->end()) value = found->second;
    values[parameter.name] = value;
  }
  return values;
}

// The template tells the functions how long an execution may take, and the definition ends it then: one
// number, from the parameter where it is given, or from the variable that the command line has for it.
void render_definition(Context& context, Preparation& ready) {
  constexpr char kTimeout[] = "StateMachineTimeoutSeconds";
  restore::DefinitionOptions options = restore::definition_options(context.variable);
  if (ready.file.parameter(kTimeout) != nullptr) {
    if (options.timeout_seconds) ready.given.try_emplace(kTimeout, std::to_string(*options.timeout_seconds));
    const std::string text = effective_values(ready)[kTimeout];
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    // What is no number is found with the other parameters.
    if (error == std::errc() && end == text.data() + text.size()) options.timeout_seconds = seconds;
  }
  const Json file = parse_json(restore::definition_text(), "the state machine's definition");
  ready.definition = dump_json_pretty(restore::definition_for_template(file, options)) + "\n";
}

void set_own_parameters(const std::string& version, Preparation& ready) {
  ready.own = {{"Environment", ready.place.world.names.environment},
               {"CodeBucket", ready.place.bucket},
               {"CodeKey", ready.code_key},
               {"DefinitionKey", ready.definition_key},
               {"Architecture", ready.package.architecture},
               {"Release", ""}};
  std::erase_if(ready.own, [&](const auto& entry) { return ready.file.parameter(entry.first) == nullptr; });
  ready.release = release_of(version, {.code_key = ready.code_key,
                                       .definition_key = ready.definition_key,
                                       .template_text = ready.file.text,
                                       .parameters = effective_values(ready)});
  if (ready.own.contains("Release")) ready.own["Release"] = ready.release.text();
}

}  // namespace

Preparation prepare(Context& context, const DeployOptions& options) {
  Preparation ready;
  Obstacles obstacles;
  std::vector<restore::Finding> findings;
  ready.given = read_parameters(options.parameters, options.parameters_file, findings);
  ready.tags = read_tags(options.tags, findings);
  obstacles.look([&] {
    ready.file = options.template_file.empty()
                     ? read_template(std::string(template_text()), "the template of this program")
                     : read_template(read_file(options.template_file), options.template_file);
  });
  const bool connected = obstacles.look([&] {
    ready.place = open_deploy_place(context, options.stack, options.bucket);
    Formation formation(*ready.place.world.api, ready.place.world.region());
    ready.stack = formation.find(ready.place.stack);
    if (state_of(ready.stack) == StackState::kAbsent) ready.stack.reset();
  });
  if (connected) {
    obstacles.look([&] { refuse_state(ready, options); });
    obstacles.look([&] {
      DeployBucket bucket(*ready.place.world.api, ready.place.world.region(), ready.place.world.names.account,
                          ready.place.bucket);
      ready.has_bucket = bucket.exists();
    });
    if (state_of(ready.stack) == StackState::kStands)
      obstacles.look([&] {
        ready.running = running_work(ready.place, *ready.stack);
        refuse_newer_state(ready);
      });
  }
  obstacles.look([&] { look_at_package(context, options, ready); });
  obstacles.look([&] { render_definition(context, ready); });
  set_keys(ready);
  if (!ready.file.text.empty()) {
    set_own_parameters(context.version, ready);
    check_parameters(ready.file, ready.given, ready.own, ready.before(), findings);
  }
  obstacles.add(findings);
  obstacles.throw_them();
  return ready;
}

}  // namespace aurora::cli
