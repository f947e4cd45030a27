#include "local/pace.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace aurora::local {
namespace {

Duration parse_duration(const std::string& kind, const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  double seconds = -1;
  if (error == std::errc() && number >= 0) {
    if (unit == "ms") seconds = number / 1000;
    if (unit == "s") seconds = number;
    if (unit == "m") seconds = number * 60;
    if (unit == "h") seconds = number * 3600;
  }
  if (seconds < 0)
    throw Error("InvalidPace", fmt::format("the pace of {} is \"{}\"", kind, text),
                "Give a duration such as 500ms, 90s, 10m or 1h.");
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

Duration& place_of(rds::Pace& pace, const std::string& kind) {
  if (kind == "create") return pace.create;
  if (kind == "instance") return pace.instance;
  if (kind == "snapshot") return pace.snapshot;
  if (kind == "copy") return pace.copy;
  if (kind == "restore") return pace.restore;
  if (kind == "modify") return pace.modify;
  if (kind == "remove") return pace.remove;
  throw Error(
      "InvalidPace", fmt::format("there is no pace \"{}\"", kind),
      "There are create, instance, snapshot, copy, restore, modify and remove: --pace copy=90s,restore=10m.");
}

}  // namespace

rds::Pace parse_pace(const std::string& text) {
  rds::Pace pace;
  if (trim(text).empty()) return pace;
  for (const std::string& part : split(text, ',')) {
    const std::size_t equals = part.find('=');
    const std::string kind(trim(part.substr(0, equals)));
    Duration& place = place_of(pace, kind);
    place =
        parse_duration(kind, equals == std::string::npos ? "" : std::string(trim(part.substr(equals + 1))));
  }
  return pace;
}

}  // namespace aurora::local
