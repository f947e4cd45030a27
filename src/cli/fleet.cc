#include "cli/fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/text.h"
#include "cli/uploads.h"
#include "cli/yaml.h"
#include "restore/request.h"

namespace aurora::cli {
namespace {

constexpr std::size_t kItemsMax = 1000;
// With a time behind the one and a number behind the other they are an operation's id of at most 80
// characters.
constexpr std::size_t kFleetNameMax = 24;
constexpr std::size_t kItemNameMax = 36;

const std::vector<std::string>& fleet_members() {
  static const std::vector<std::string> kMembers{
      "name", "concurrency", "stagger_seconds", "continue_on_error", "copy_slots", "defaults", "items"};
  return kMembers;
}

bool is_own_member(const std::string& name) {
  return name == "name" || name == "priority" || name == "retries";
}

// Reads and collects what is wrong, each with its place.
class FleetReader {
 public:
  FleetReader(YamlDocument document, std::string file)
      : document_(std::move(document)), file_(std::move(file)) {}

  Fleet read() {
    const Json& top = document_.value;
    if (!top.is_object() || !top.contains("items")) {
      add("", "a fleet is an object with a list \"items\"");
      finish();
    }
    check_members();
    Fleet fleet;
    fleet.name = string_at("/name", member_or_null(top, "name"), default_name());
    check_text("/name", fleet.name, kFleetNameMax);
    fleet.concurrency = number("", top, "concurrency", fleet.concurrency, 1, 100);
    fleet.stagger_seconds = number("", top, "stagger_seconds", fleet.stagger_seconds, 0, 3600);
    fleet.copy_slots = number("", top, "copy_slots", fleet.copy_slots, 1, 100);
    fleet.continue_on_error = boolean(top, "continue_on_error", fleet.continue_on_error);
    read_items(fleet, member_or_null(top, "defaults"), top["items"]);
    finish();
    return fleet;
  }

 private:
  void add(const std::string& pointer, const std::string& text) {
    // What is missing has no place of its own: that of what should hold it.
    std::string at = pointer;
    while (!document_.positions.contains(at) && !at.empty()) at.erase(at.rfind('/'));
    const auto found = document_.positions.find(at);
    const YamlPosition place = found == document_.positions.end() ? YamlPosition{1, 1} : found->second;
    findings_.push_back({place, text});
  }

  void finish() {
    if (findings_.empty()) return;
    std::ranges::stable_sort(findings_, [](const auto& a, const auto& b) {
      return std::pair(a.first.line, a.first.column) < std::pair(b.first.line, b.first.column);
    });
    std::string text = fmt::format("{} {} in {}; nothing was started", findings_.size(),
                                   findings_.size() == 1 ? "thing is wrong" : "things are wrong", file_);
    for (const auto& [place, finding] : findings_)
      text += fmt::format("\n  {}:{}:{}: {}", file_, place.line, place.column, finding);
    throw Error("FleetMalformed", text, "docs/SCHEDULES.md describes the file.");
  }

  std::string default_name() const {
    std::string name = std::filesystem::path(file_).stem().string();
    std::ranges::replace_if(
        name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '-');
    return name.empty() ? "fleet" : name.substr(0, kFleetNameMax);
  }

  void check_members() {
    for (const auto& [name, value] : document_.value.items())
      if (std::ranges::count(fleet_members(), name) == 0) {
        const auto near = nearest(name, fleet_members());
        add("/" + name, fmt::format("a fleet has no member \"{}\"{}", name,
                                    near ? fmt::format("; did you mean {}?", *near) : ""));
      }
  }

  std::string string_at(const std::string& pointer, const Json& value, const std::string& fallback) {
    if (value.is_null()) return fallback;
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number_integer()) return dump_json(value);
    add(pointer, "a name is a text");
    return fallback;
  }

  void check_text(const std::string& pointer, const std::string& name, std::size_t length_max) {
    if (!restore::is_operation_id(name) || name.size() > length_max)
      add(pointer,
          fmt::format("\"{}\" is no name: allowed are 1 to {} letters, digits, dots, underscores and hyphens",
                      name, length_max));
  }

  int number(const std::string& at, const Json& object, const char* member, int fallback, int least,
             int most) {
    const Json& value = member_or_null(object, member);
    if (value.is_null()) return fallback;
    if (value.is_number_integer() && value.get<std::int64_t>() >= least && value.get<std::int64_t>() <= most)
      return value.get<int>();
    add(at + "/" + member, fmt::format("{} is {}: allowed is a whole number from {} to {}", member,
                                       dump_json(value), least, most));
    return fallback;
  }

  bool boolean(const Json& object, const char* member, bool fallback) {
    const Json& value = member_or_null(object, member);
    if (value.is_null()) return fallback;
    if (value.is_boolean()) return value.get<bool>();
    add(std::string("/") + member,
        fmt::format("{} is {}: allowed are true and false", member, dump_json(value)));
    return fallback;
  }

  // The fields of the request in `object`, canonical.
  Json request_in(const std::string& at, const Json& object) {
    if (object.is_null()) return Json::object();
    if (!object.is_object()) {
      add(at, "this is an object of fields");
      return Json::object();
    }
    Json fields = Json::object();
    for (const auto& [name, value] : object.items())
      if (!is_own_member(name)) fields[name] = value;
    std::vector<restore::Finding> found;
    Json request = restore::canonical_settings(fields, "the request", found);
    for (const restore::Finding& finding : check_local_files(request)) found.push_back(finding);
    for (const restore::Finding& finding : found) add(place_of(at, fields, finding.field), finding.to_text());
    for (const char* own : {"operation_id", "scheduled_time", "dry_run"})
      if (request.contains(own))
        add(at + "/" + own, fmt::format("{} cannot be set: operations are named after batch and item", own));
    return request;
  }

  // A finding may name a setting by another of its spellings than the file does.
  static std::string place_of(const std::string& at, const Json& fields, const std::string& field) {
    if (fields.contains(field)) return at + "/" + field;
    const restore::Setting* setting = restore::find_setting(field);
    for (const auto& [name, value] : fields.items())
      if (setting != nullptr && restore::find_setting(name) == setting) return at + "/" + name;
    return at;
  }

  void read_items(Fleet& fleet, const Json& defaults, const Json& items) {
    if (!items.is_array() || items.empty() || items.size() > kItemsMax) {
      add("/items", fmt::format("items is a list of 1 to {} restores", kItemsMax));
      return;
    }
    const Json common = request_in("/defaults", defaults);
    const int retries = number("/defaults", defaults, "retries", 0, 0, 10);
    const int priority = number("/defaults", defaults, "priority", 0, -1000, 1000);
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string at = fmt::format("/items/{}", i);
      FleetItem item;
      item.request = common;
      item.request.update(request_in(at, items[i]));
      item.priority = number(at, items[i], "priority", priority, -1000, 1000);
      item.retries = number(at, items[i], "retries", retries, 0, 10);
      const std::string target = string_or(item.request, "target_cluster_id", "");
      if (target.empty()) add(at, "target_cluster_id is missing: each item of a fleet names its target");
      item.name = string_at(at + "/name", member_or_null(items[i], "name"), target);
      if (!item.name.empty()) check_text(at + "/name", item.name, kItemNameMax);
      check_unique(at, item, target);
      fleet.items.push_back(std::move(item));
    }
  }

  void check_unique(const std::string& at, const FleetItem& item, const std::string& target) {
    const auto [named, is_new] = names_.emplace(to_lower(item.name), at);
    if (!item.name.empty() && !is_new) add(at + "/name", fmt::format("two items are called {}", item.name));
    const std::string place = string_or(item.request, "target_region", "") + "/" + to_lower(target);
    const auto [other, is_free] = targets_.emplace(place, item.name);
    if (!target.empty() && !is_free)
      add(at + "/target_cluster_id",
          fmt::format("{} is the target of item {} too: only one of the two could work on it", target,
                      other->second));
  }

  const YamlDocument document_;
  const std::string file_;
  std::vector<std::pair<YamlPosition, std::string>> findings_;
  std::map<std::string, std::string> names_;
  std::map<std::string, std::string> targets_;
};

}  // namespace

Fleet parse_fleet(const std::string& text, const std::string& file) {
  return FleetReader(parse_yaml(text, file), file).read();
}

}  // namespace aurora::cli
