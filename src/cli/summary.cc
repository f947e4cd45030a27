#include "cli/summary.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "base/text.h"
#include "cli/table.h"

namespace aurora::cli {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

std::string joined(const std::vector<std::string>& parts, std::string_view separator = ", ") {
  std::vector<std::string> present;
  for (const std::string& part : parts)
    if (!part.empty()) present.push_back(part);
  return join(present, separator);
}

std::string first_text(const Json& state, std::initializer_list<std::vector<std::string_view>> paths) {
  for (const auto& path : paths)
    if (std::string text = text_at(state, path); !text.empty()) return text;
  return "";
}

std::string snapshot_name(const Json& state) {
  return first_text(state, {{"snapshot_details", "snapshot_name"}, {"parameters", "snapshot_name"}});
}

std::string target_cluster(const Json& state) {
  return first_text(state, {{"restore_details", "target_cluster_id"}, {"parameters", "target_cluster_id"}});
}

std::string endpoint_host(const Json& state) {
  return first_text(state, {{"restore_details", "cluster_endpoint"},
                            {"restore_details", "endpoint"},
                            {"state", "cluster_endpoint"}});
}

std::string endpoint_port(const Json& state) {
  return first_text(
      state, {{"restore_details", "cluster_port"}, {"restore_details", "port"}, {"state", "cluster_port"}});
}

std::string size_text(const Json& state) {
  if (const Json& bytes = value_at(state, {"verification", "size_bytes"}); bytes.is_number())
    return human_bytes(bytes.get<std::uint64_t>());
  const std::string gib = first_text(state, {{"snapshot_details", "allocated_storage_gib"}});
  return gib.empty() || gib == "0" ? "" : gib + " GiB";
}

std::string engine_text(const Json& state) {
  return joined({first_text(state, {{"snapshot_details", "engine"}, {"parameters", "engine"}}),
                 first_text(state, {{"snapshot_details", "engine_version"}})},
                " ");
}

std::string proof_text(const Json& verification, const Style& style) {
  const auto tables = static_cast<std::uint64_t>(int_or(verification, "tables_checked", 0));
  const auto rows = static_cast<std::uint64_t>(int_or(verification, "rows_checked", 0));
  const std::string tables_text =
      fmt::format("{} {}", with_thousands(tables), tables == 1 ? "table" : "tables");
  const bool by_source = bool_or(verification, "compared_with_source", false);
  if (!by_source && !bool_or(verification, "compared_with_manifest", false))
    return tables_text + " found, users and privileges tried";
  const std::string origin = by_source ? "the source's" : "the manifest's";
  const std::string counted = fmt::format("{} with {} rows", tables_text, with_thousands(rows));
  const auto tables_equal = static_cast<std::uint64_t>(int_or(verification, "tables_equal", 0));
  const auto rows_equal = static_cast<std::uint64_t>(int_or(verification, "rows_equal", 0));
  if (tables_equal == tables && rows_equal == rows)
    return style.green(counted + " proved equal to " + origin);
  return style.yellow(fmt::format("{}; {} tables with {} rows proved equal to {}", counted,
                                  with_thousands(tables_equal), with_thousands(rows_equal), origin));
}

Lines restored_lines(const World& world, const Json& state, const Style& style) {
  Lines lines;
  const auto add = [&](std::string label, std::string value) {
    if (!value.empty()) lines.emplace_back(std::move(label), std::move(value));
  };
  const Json& parameters = member_or_null(state, "parameters");
  add("Snapshot", joined({snapshot_name(state), text_at(parameters, {"source_region"})}));
  add("Engine", joined({engine_text(state), size_text(state)}));
  add("Cluster", joined({target_cluster(state), first_text(state, {{"parameters", "target_region"}}),
                         first_text(state, {{"parameters", "db_instance_class"}})}));
  const std::string host = endpoint_host(state);
  add("Endpoint", host.empty() ? "" : fmt::format("{}:{}", host, endpoint_port(state)));
  if (const Json& verification = member_or_null(state, "verification"); verification.is_object()) {
    add("Proved", proof_text(verification, style));
    for (const Json& check : member_or_null(verification, "checks")) {
      const std::string status = string_or(check, "status", "");
      if (status != "passed" && status != "ok" && status != "succeeded")
        add("", style.yellow(fmt::format("{} {}: {}", string_or(check, "name", ""), status,
                                         string_or(check, "detail", ""))));
    }
  }
  add("Operation", joined({string_or(state, "operation_id", ""), world.names.environment}));
  return lines;
}

std::string steps_text(const Story& story, const Style& style) {
  constexpr std::size_t kShareWidth = 20;
  Duration longest{1};
  for (const Step& step : story.steps()) longest = std::max(longest, step.finished - step.started);
  std::string text;
  for (const Step& step : story.steps()) {
    const Duration took = step.finished - step.started;
    const auto width = static_cast<std::size_t>(
        static_cast<double>(took.count()) / static_cast<double>(longest.count()) * kShareWidth + 0.5);
    std::string bar;
    for (std::size_t i = 0; i < width; ++i) bar += style.traits().unicode ? "▪" : "#";
    std::string line = fmt::format("  {}  {}  {}", pad_right(step_title(step.name), 24),
                                   pad_left(human_duration(took), 9), style.cyan(bar));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string duration_of(const Story& story) {
  return story.started() && story.finished() ? human_duration(*story.finished() - *story.started()) : "";
}

std::string success_text(const Context& context, const World& world, const Json& state, const Story& story,
                         const Style& style) {
  std::string text =
      fmt::format("\n{} {}\n\n", style.ok(),
                  style.bold(fmt::format("Restored {} in {}", target_cluster(state), duration_of(story))));
  text += label_lines(restored_lines(world, state, style), style, 2);
  text += "\n" + style.bold("  Steps") + "\n";
  text += replace_all(steps_text(story, style), "\n  ", "\n    ").insert(0, "  ");
  if (const std::string line = connect_line(context, world, state); !line.empty())
    text += "\n" + style.bold("  Connect") + "\n  " + line + "\n";
  return text;
}

// The step whose failure ended the restore; the rollback comes after it.
const Step* failed_step(const Story& story) {
  for (const Step& step : story.steps())
    if (step.status == StepStatus::kFailed || step.status == StepStatus::kAborted) return &step;
  return nullptr;
}

std::string what_stands(const Context& context, const Operation& operation, const Json& state, bool stopped) {
  std::string told = first_text(state, {{"rollback", "what_stands"}, {"steps", "handle_failure", "message"}});
  if (told.empty() && stopped)
    told = fmt::format("Not known yet: the rollback has to run. `{}` runs it where nobody does.",
                       command_line(context, "cancel " + operation.id));
  return told;
}

std::string failure_text(const Context& context, const Operation& operation, const Json& state,
                         const Story& story, const Style& style) {
  const Step* step = failed_step(story);
  std::string error = first_text(state, {{"error", "name"}});
  std::string message = first_text(state, {{"error", "message"}});
  if (error.empty() && step != nullptr) error = step->error;
  if (message.empty() && step != nullptr) message = step->cause;
  if (error.empty()) error = story.error();
  if (message.empty()) message = story.cause();
  std::string hint = first_text(state, {{"error", "hint"}});
  if (hint.empty()) hint = step != nullptr && !step->hint.empty() ? step->hint : story.hint();
  if (!hint.empty() && message.ends_with(hint))
    message = std::string(trim(message.substr(0, message.size() - hint.size())));
  const bool stopped = story.outcome() == Story::Outcome::kAborted;
  const bool late = story.outcome() == Story::Outcome::kTimedOut;
  std::string text = fmt::format("\n{} {}\n\n", style.bad(),
                                 style.bold(fmt::format("{} after {}",
                                                        stopped ? "The restore was stopped"
                                                        : late  ? "The restore took too long and was ended"
                                                                : "The restore failed",
                                                        duration_of(story))));
  Lines lines;
  if (step != nullptr) lines.emplace_back("Step", fmt::format("{} ({})", step_title(step->name), step->name));
  if (!error.empty()) lines.emplace_back("Error", style.red(error));
  if (!message.empty()) lines.emplace_back("Why", message);
  // What a failure hints at supposes that it was undone.
  const bool kept = bool_or(member_or_null(state, "state"), "kept", false);
  if (!hint.empty() && !kept) lines.emplace_back("What to do", with_typed_commands(context, hint));
  if (const std::string stands = what_stands(context, operation, state, stopped); !stands.empty())
    lines.emplace_back("What stands", stands);
  if (const std::string next = first_text(state, {{"rollback", "next_command"}}); !next.empty())
    lines.emplace_back("Next", with_typed_commands(context, next));
  lines.emplace_back("More", command_line(context, "history " + operation.id));
  return text + label_lines(lines, style, 2);
}

}  // namespace

Json summary_json(const Operation& operation, const Story& story) {
  const Json state = operation.state.value_or(Json::object());
  Json summary{{"operation_id", operation.id}, {"status", name_of(story.outcome())}};
  if (story.started() && story.finished())
    summary["seconds"] = std::chrono::duration<double>(*story.finished() - *story.started()).count();
  for (const std::string key : {"snapshot_details", "restore_details", "verification", "error"})
    if (const Json& value = member_or_null(state, key); value.is_object() && !value.empty())
      summary[key] = value;
  Json steps = Json::array();
  for (const Step& step : story.steps())
    steps.push_back({{"step", step.name},
                     {"status", name_of(step.status)},
                     {"seconds", std::chrono::duration<double>(step.finished - step.started).count()}});
  summary["steps"] = steps;
  return summary;
}

std::string summary_text(const Context& context, const World& world, const Operation& operation,
                         const Story& story, const Style& style) {
  const Json state = operation.state.value_or(Json::object());
  return story.outcome() == Story::Outcome::kSucceeded
             ? success_text(context, world, state, story, style)
             : failure_text(context, operation, state, story, style);
}

std::string connect_line(const Context& context, const World& world, const Json& state) {
  const std::string host = endpoint_host(state);
  const std::string engine = first_text(state, {{"snapshot_details", "engine"}, {"parameters", "engine"}});
  const std::string secret = first_text(state, {{"parameters", "master_credentials_secret_id"}});
  if (host.empty() || secret.empty()) return "";
  const std::string user =
      first_text(state, {{"snapshot_details", "master_username"}, {"restore_details", "master_username"}});
  const std::string read_secret =
      command_line(context, fmt::format("secret {} --field ", shell_quote(secret)));
  const std::string user_text = user.empty() ? fmt::format("$({}username)", read_secret) : user;
  const std::string database =
      first_text(state, {{"verification", "database"}, {"restore_details", "database"}});
  if (engine == "aurora-mysql") {
    const std::string verified = world.ca_file.empty() ? " --ssl"
                                                       : fmt::format(" --ssl-ca={} --ssl-verify-server-cert",
                                                                     shell_quote(world.ca_file));
    return fmt::format("MYSQL_PWD=\"$({}password)\" mariadb --host={} --port={} --user={}{}{}", read_secret,
                       host, endpoint_port(state), user.empty() ? '"' + user_text + '"' : shell_quote(user),
                       verified, database.empty() ? "" : " " + database);
  }
  return fmt::format("PGPASSWORD=\"$({}password)\" psql \"host={} port={} dbname={} user={}{}\"", read_secret,
                     host, endpoint_port(state), database.empty() ? "postgres" : database, user_text,
                     world.local ? "" : " sslmode=require");
}

}  // namespace aurora::cli
