#include <fmt/format.h>

#include "cli/commands/config_commands.h"
#include "cli/configuration_view.h"
#include "cli/output.h"
#include "restore/notification_text.h"

namespace aurora::cli {
namespace {

constexpr char kAboutNoOperation[] = "test";

struct NotifyTestOptions {
  std::string topic;
  std::string queue;
  OutputOptions output;
};

void bind_notify_test(Binder& binder, NotifyTestOptions& options) {
  binder.option("--topic", "ARN", options.topic, "This SNS topic instead of the configured ones");
  binder.option("--queue", "URL", options.queue, "This SQS queue instead of the configured ones");
  bind_output(binder, options.output, "One receiver a line");
}

// What the topic says of its subscribers; nothing where that may not be asked.
void add_subscriptions(World& world, const std::string& topic, Json& row) {
  try {
    const Json attributes =
        member_or_null(world.api->call("sns", restore::region_of_topic(topic, world.region()),
                                       "GetTopicAttributes", {{"TopicArn", topic}}),
                       "Attributes");
    row["subscriptions_confirmed"] = std::stoi(string_or(attributes, "SubscriptionsConfirmed", "0"));
    row["subscriptions_pending"] = std::stoi(string_or(attributes, "SubscriptionsPending", "0"));
  } catch (const Error&) {
    // Publishing may be allowed where looking is not, and the answer to it is what counts.
  }
}

Json sent(const std::string& kind, const std::string& whither, const std::function<Json()>& send) {
  Json row{{"kind", kind}, {"receiver", whither}, {"sent", false}};
  try {
    row["message_id"] = string_or(send(), "MessageId", "");
    row["sent"] = true;
  } catch (const Error& e) {
    row["error"] = e.name();
    row["message"] = e.message();
  }
  return row;
}

std::vector<Json> send_to_all(Context& context, World& world, const std::string& topic,
                              const std::string& queue) {
  const restore::Notification message =
      restore::test_notification(world.names, topic, queue, context.clock.now());
  std::vector<Json> rows;
  if (!topic.empty()) {
    rows.push_back(sent("topic", topic, [&] {
      return world.api->call("sns", restore::region_of_topic(topic, world.region()), "Publish",
                             restore::publish_input(topic, kAboutNoOperation, message));
    }));
    add_subscriptions(world, topic, rows.back());
  }
  if (!queue.empty())
    rows.push_back(sent("queue", queue, [&] {
      return world.api->call("sqs", restore::region_of_queue(queue, world.region()), "SendMessage",
                             restore::send_message_input(queue, kAboutNoOperation, message));
    }));
  return rows;
}

std::string line_of(const Json& row, const Style& style) {
  const std::string receiver = row["receiver"].get<std::string>();
  if (!row["sent"].get<bool>())
    return fmt::format("{} {} answered {}: {}\n", style.bad(), receiver, row["error"].get<std::string>(),
                       row["message"].get<std::string>());
  std::string line =
      fmt::format("{} {} took message {}", style.ok(), receiver, row["message_id"].get<std::string>());
  if (row.contains("subscriptions_confirmed")) {
    const int confirmed = row["subscriptions_confirmed"].get<int>();
    const int pending = row["subscriptions_pending"].get<int>();
    line += fmt::format("; {} confirmed and {} pending subscription{}", confirmed, pending,
                        confirmed + pending == 1 ? "" : "s");
    if (confirmed == 0)
      line += fmt::format(
          "\n  Nobody hears of it. Subscribe: aws sns subscribe --topic-arn {} --protocol email "
          "--notification-endpoint YOU@EXAMPLE.COM",
          receiver);
  }
  return line + "\n";
}

ExitCode run_notify_test(Context& context, const NotifyTestOptions& options) {
  World world = open_world(context);
  std::string topic = options.topic;
  std::string queue = options.queue;
  if (topic.empty() && queue.empty()) {
    const ConfigurationView view = read_configuration(world);
    topic = view.settings.text("notification_topic_arn");
    queue = view.settings.text("notification_queue_url");
  }
  if (topic.empty() && queue.empty())
    throw Error("NothingToNotify",
                fmt::format("environment {} has neither notification_topic_arn nor notification_queue_url",
                            world.names.environment),
                fmt::format("Set one in {}, or give --topic or --queue.", world.names.config_parameter()));
  const std::vector<Json> rows = send_to_all(context, world, topic, queue);
  if (options.output.is_table()) {
    for (const Json& row : rows) context.terminal.out(line_of(row, Style(context.terminal.out_traits())));
  } else {
    print_rows(context, options.output, rows);
  }
  for (const Json& row : rows)
    if (!row["sent"].get<bool>()) return ExitCode::kFailed;
  return ExitCode::kDone;
}

}  // namespace

Command notify_test_command() {
  return make_command<NotifyTestOptions>(
      {.path = "notify test",
       .summary = "Send one test message to the topic and the queue, and say what each answered",
       .description = "To those that the environment's configuration names, unless --topic or --queue name "
                      "others. Says how many subscriptions of the topic are confirmed. Exits with 1 when one "
                      "of them refused.",
       .examples = {{"{} notify test", "the configured ones"},
                    {"{} notify test --topic "
                     "arn:aws:sns:us-west-2:123456789012:aurora-restore-notifications",
                     "that topic"}}},
      bind_notify_test, run_notify_test);
}

}  // namespace aurora::cli
