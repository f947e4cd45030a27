#include "cli/plan/actions.h"

#include <fmt/format.h>

namespace aurora::cli {
namespace {

class Actions {
 public:
  Actions(const Json& answer, const std::optional<aws::Cluster>& existing)
      : answer_(answer),
        parameters_(member_or_null(answer, "parameters")),
        existing_(existing),
        target_(string_or(answer, "target_cluster_id", "")),
        region_(string_or(answer, "target_region", "")),
        strategy_(string_or(parameters_, "replace_strategy", "retire")) {}

  std::vector<PlannedAction> list() {
    copy();
    if (existing_) make_room();
    restore();
    fill();
    tell();
    clean_up();
    return std::move(actions_);
  }

 private:
  void add(std::string action, std::string what, std::string name, std::string detail) {
    actions_.push_back({std::move(action), std::move(what), std::move(name), region_, std::move(detail)});
  }
  bool copies() const { return bool_or(answer_, "copy_needed", false); }
  std::string snapshot() const { return string_or(answer_, "snapshot_name", ""); }

  void copy() {
    if (!copies()) return;
    add("copy", "snapshot", snapshot() + "-copy",
        fmt::format("of {} in {}{}", snapshot(), string_or(answer_, "source_region", ""),
                    bool_or(answer_, "encrypted", false)
                        ? ", encrypted with " + string_or(parameters_, "kms_key_id", "its own key")
                        : ""));
  }

  std::string members() const {
    std::string text;
    for (const aws::ClusterMember& member : existing_->members)
      text += (text.empty() ? "" : ", ") + member.instance_identifier;
    return text.empty() ? "no instances" : text;
  }

  void make_room() {
    const bool final_snapshot = bool_or(parameters_, "final_snapshot", false);
    if (strategy_ == "delete") {
      if (final_snapshot) add("create", "snapshot", target_ + "-final-*", "of the old cluster; it stays");
      add("delete", "cluster", target_, fmt::format("the old one, with {}, before the restore", members()));
    } else if (strategy_ == "retire") {
      add("rename", "cluster", target_,
          fmt::format("the old one, with {}, is put aside; its name comes back when anything fails",
                      members()));
    }
  }

  void restore() {
    add("create", "cluster", target_,
        fmt::format("{} {}{}", string_or(answer_, "engine", ""),
                    string_or(parameters_, "engine_version", string_or(answer_, "engine_version", "")),
                    existing_ && strategy_ == "swap" ? ", under another name until it is verified" : ""));
    const std::string instance_class = string_or(parameters_, "db_instance_class", "");
    const std::int64_t readers = int_or(parameters_, "reader_count", 0);
    for (std::int64_t i = 0; i <= readers; ++i)
      add("create", "instance", fmt::format("{}-instance-{}", target_, i + 1),
          instance_class + (i == 0 ? ", writer" : ", reader"));
    if (parameters_.contains("subnet_ids"))
      add("create", "subnet group", "",
          "of the subnets that are given, unless one with exactly these is there");
  }

  void fill() {
    add("change", "master password", string_or(parameters_, "master_credentials_secret_id", ""),
        bool_or(parameters_, "manage_master_user_password", false) ? "made and rotated by RDS"
                                                                   : "set to that of the secret");
    for (const Json& file : member_or_null(parameters_, "post_restore_sql"))
      add("change", "data", file.is_string() ? file.get<std::string>() : "", "this SQL is run");
    if (const Json& users = member_or_null(parameters_, "remove_users"); users.is_array() && !users.empty())
      add("change", "users", fmt::format("{} of them", users.size()), "locked or dropped: remove_users");
    add("change", "users", "", "those of db_users are ensured, with their privileges");
    if (existing_ && strategy_ == "swap")
      add("rename", "cluster", target_, "the old and the new one exchange names after the checks");
  }

  void tell() {
    for (const char* channel : {"notification_topic_arn", "notification_queue_url"})
      if (const std::string name = string_or(parameters_, channel, ""); !name.empty())
        add("tell", channel == std::string_view("notification_topic_arn") ? "topic" : "queue", name, "");
    if (const std::string bucket = string_or(parameters_, "log_bucket", ""); !bucket.empty())
      add("create", "objects", bucket, "state and audit trail of the operation");
  }

  void clean_up() {
    if (copies())
      add(bool_or(parameters_, "delete_copied_snapshot", true) ? "delete" : "keep", "snapshot",
          snapshot() + "-copy", "the copy, after the checks");
    if (!existing_ || strategy_ == "delete") return;
    if (bool_or(parameters_, "final_snapshot", false))
      add("create", "snapshot", target_ + "-final-*", "of the old cluster; it stays");
    add("delete", "cluster", target_, fmt::format("the old one, with {}, after the checks", members()));
  }

  const Json& answer_;
  const Json& parameters_;
  const std::optional<aws::Cluster>& existing_;
  const std::string target_;
  const std::string region_;
  const std::string strategy_;
  std::vector<PlannedAction> actions_;
};

}  // namespace

std::vector<PlannedAction> planned_actions(const Json& answer, const std::optional<aws::Cluster>& existing) {
  if (!bool_or(answer, "snapshot_exists", false)) return {};
  return Actions(answer, existing).list();
}

}  // namespace aurora::cli
