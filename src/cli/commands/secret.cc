#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/output.h"
#include "cli/world.h"

namespace aurora::cli {
namespace {

struct SecretOptions {
  std::string name;
  std::string field;
  OutputOptions output;
};

void bind_secret(Binder& binder, SecretOptions& options) {
  binder.argument("NAME", options.name, "The secret's name or ARN", true);
  binder.option("--field", "FIELD", options.field, "Print the value of this field");
  bind_output(binder, options.output, "Without --field: the names of the fields, one a line");
}

std::string read_secret(World& world, const std::string& name) {
  try {
    const Json answer =
        world.api->call("secretsmanager", world.region(), "GetSecretValue", {{"SecretId", name}});
    return string_or(answer, "SecretString", "");
  } catch (const aws::ServiceError& error) {
    if (!error.is("ResourceNotFoundException")) throw;
    throw Error(
        "SecretNotFound", fmt::format("there is no secret {} in {}", name, world.region()),
        fmt::format("`aws secretsmanager list-secrets --region {}` lists those there are.", world.region()));
  }
}

ExitCode run_secret(Context& context, const SecretOptions& options) {
  World world = open_world(context);
  const Json secret = Json::parse(read_secret(world, options.name), nullptr, false);
  if (!secret.is_object())
    throw Error("FieldNotFound",
                fmt::format("secret {} holds no JSON object, so it has no fields", options.name),
                "The pipeline wants an object with username and password.");
  std::vector<std::string> fields;
  for (const auto& [key, value] : secret.items()) fields.push_back(key);
  if (options.field.empty()) {
    if (options.output.is_table())
      for (const std::string& field : fields) context.terminal.out(field + "\n");
    else
      print_rows(context, options.output, std::vector<Json>(fields.begin(), fields.end()));
    return ExitCode::kDone;
  }
  if (!secret.contains(options.field))
    throw Error("FieldNotFound", fmt::format("secret {} has no field {}", options.name, options.field),
                fmt::format("Its fields: {}", join(fields, ", ")));
  const Json& value = secret[options.field];
  context.terminal.out((value.is_string() ? value.get<std::string>() : dump_json(value)) + "\n");
  return ExitCode::kDone;
}

}  // namespace

Command secret_command() {
  return make_command<SecretOptions>(
      {.path = "secret",
       .summary = "Print one field of a secret",
       .description = "For command substitution, so that a password is in no argument list and no shell "
                      "history. Without "
                      "--field the names of the fields are listed, never their values.",
       .examples = {{"PGPASSWORD=\"$({} secret dev/master-credentials --field password)\" psql "
                     "\"host=127.0.0.1 port=5432 "
                     "user=postgres dbname=postgres\"",
                     "connect to a database with the secret's password"},
                    {"{} secret dev/master-credentials", "which fields it has"}},
       .lists = true},
      bind_secret, run_secret);
}

}  // namespace aurora::cli
