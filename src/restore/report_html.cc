#include "restore/report_html.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/text.h"
#include "restore/html.h"
#include "restore/pipeline.h"

namespace aurora::restore {
namespace {

constexpr char kSheet[] = R"css(
@media (prefers-color-scheme: dark) {
  body { background: #14171a !important; color: #e6e8ea !important; }
  .card { background: #1e2226 !important; }
  .card:not(.outcome) { border-color: #353b41 !important; }
  .outcome { border-block-color: #353b41 !important; border-right-color: #353b41 !important; }
  .muted, th { color: #9aa4ad !important; }
  td, th { border-color: #353b41 !important; }
  .track { background: #2b3137 !important; }
  .good { color: #5fd38d !important; }
  .bad { color: #ff8a80 !important; }
  .soft { color: #f0c060 !important; }
  code { background: #2b3137 !important; color: #e6e8ea !important; }
}
@media (max-width: 600px) {
  .page { padding: 12px !important; }
  .card { padding: 14px 12px !important; }
  .wide { display: none !important; }
  h1 { font-size: 21px !important; }
}
@media print {
  body { background: #fff !important; color: #000 !important; font-size: 11px !important; }
  .card { background: #fff !important; }
  .card:not(.outcome) { border-color: #bbb !important; }
  tr, .whole { break-inside: avoid; }
  .bar { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
)css";

std::string text_at(const Json& object, std::initializer_list<std::string_view> path) {
  const Json* found = &object;
  for (const std::string_view key : path) found = &member_or_null(*found, key);
  return found->is_string() ? found->get<std::string>() : found->is_null() ? "" : dump_json(*found);
}

std::string shown(const Json& value) {
  return html_escape(value.is_string() ? value.get<std::string>() : value.is_null() ? "" : dump_json(value));
}

bool is_iso(const std::string& text) {
  return text.size() >= 19 && text[4] == '-' && text[10] == 'T';
}

// "2026-11-28 06:58:58 UTC"; of sort keys the second is enough.
std::string moment(const std::string& iso) {
  if (!is_iso(iso)) return html_escape(iso);
  return html_escape(fmt::format("{} {} UTC", iso.substr(0, 10), iso.substr(11, 8)));
}

std::string clock_time(const std::string& iso) {
  return is_iso(iso) ? html_escape(iso.substr(11, 8)) : html_escape(iso);
}

std::string lasting(const Json& seconds) {
  if (!seconds.is_number()) return "";
  return human_duration(
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds.get<double>())));
}

std::string outcome_card(const Json& report) {
  const Json& outcome = report["outcome"];
  const std::string status = text_at(outcome, {"status"});
  const Tone tone = tone_of(status);
  std::vector<std::pair<std::string, std::string>> pairs;
  const Json& error = member_or_null(outcome, "error");
  if (error.is_object()) {
    pairs.emplace_back("Error", fmt::format("<strong>{}</strong>", shown(error["name"])));
    pairs.emplace_back("Why", shown(error["message"]));
    pairs.emplace_back("What to do", shown(error["hint"]));
  }
  pairs.emplace_back("What stands", html_escape(text_at(outcome, {"what_stands"})));
  if (const std::string next = text_at(outcome, {"next_command"}); !next.empty())
    pairs.emplace_back("Next", html_code(next));
  pairs.emplace_back("Began", moment(text_at(report, {"times", "started_at"})));
  pairs.emplace_back("Ended", moment(text_at(report, {"times", "ended_at"})));
  pairs.emplace_back("Took", lasting(report["times"]["seconds"]));
  pairs.emplace_back("Operation", html_code(text_at(report, {"operation_id"})));
  pairs.emplace_back("Environment", html_escape(fmt::format("{}, {}", text_at(report, {"environment"}),
                                                            text_at(report, {"region"}))));
  return fmt::format(
      R"(<div class="card outcome whole" style="background:#ffffff;border:1px solid #dde1e5;border-left:6px solid {};border-radius:8px;padding:18px 20px;margin:0 0 16px">)"
      R"(<div class="{}" style="color:{};font-weight:700;font-size:12px;letter-spacing:.04em">{}</div>)"
      R"(<h1 style="font-size:25px;line-height:1.25;margin:2px 0 12px;{}">{}</h1>{}</div>)"
      "\n",
      tone.colour, tone.css_class, tone.colour, html_escape(status), kBreakStyle,
      html_escape(text_at(outcome, {"headline"})), html_pairs(pairs));
}

// Where a step lies within the whole, in percent.
std::string bar(const Json& step, TimePoint begin, double whole_seconds) {
  const auto from = parse_iso(text_at(step, {"started_at"}));
  if (!from || whole_seconds <= 0) return "";
  const Json& lasted = member_or_null(step, "seconds");
  const double offset =
      std::clamp(std::chrono::duration<double>(*from - begin).count() / whole_seconds * 100, 0.0, 99.0);
  const double width = std::clamp((lasted.is_number() ? lasted.get<double>() : 0.0) / whole_seconds * 100,
                                  0.8, 100.0 - offset);
  const std::string status = text_at(step, {"status"});
  const char* colour = tone_of(status).css_class == std::string_view("bad") ? "#d9534f" : "#3b78d8";
  return fmt::format(
      R"(<div class="track" style="background:#eef0f2;border-radius:3px;height:12px;width:100%;margin-top:4px">)"
      R"(<div class="bar" style="background:{};border-radius:3px;height:12px;margin-left:{:.1f}%;width:{:.1f}%"></div></div>)",
      colour, offset, width);
}

std::string timeline_card(const Json& report) {
  const Json& steps = report["timeline"];
  if (steps.empty()) return "";
  TimePoint begin = TimePoint::max();
  TimePoint end = TimePoint::min();
  for (const Json& step : steps) {
    const auto from = parse_iso(text_at(step, {"started_at"}));
    const auto to = parse_iso(text_at(step, {"finished_at"}));
    if (from) begin = std::min(begin, *from);
    if (from || to) end = std::max(end, to ? *to : *from);
  }
  const double whole = begin < end ? std::chrono::duration<double>(end - begin).count() : 0;
  HtmlTable rows({{"Step", false, "width:24%;"},
                  {"When", false, "width:34%;"},
                  {"Took", false, "white-space:nowrap;"},
                  {"Looks", true},
                  {"Outcome", true}});
  for (const Json& step : steps) {
    const auto retries = int_or(step, "retries", 0);
    std::string looks = std::to_string(int_or(step, "looks", 1));
    if (retries > 0) looks += fmt::format(", {} {}", retries, retries == 1 ? "retry" : "retries");
    std::string told = toned(text_at(step, {"status"}));
    for (const char* key : {"message", "error", "hint"})
      if (const std::string text = text_at(step, {key}); !text.empty()) told += "<br>" + html_escape(text);
    const bool good = tone_of(text_at(step, {"status"})).css_class == std::string_view("good");
    rows.add({fmt::format("{}{}<br><span class=\"muted\" style=\"{}font-size:12px\">{}</span>",
                          shown(step["title"]), good ? "" : " " + toned(text_at(step, {"status"})),
                          kMutedStyle, clock_time(text_at(step, {"started_at"}))),
              bar(step, begin, whole), lasting(member_or_null(step, "seconds")), looks, told});
  }
  return html_card("Timeline", rows.html());
}

std::string verification_card(const Json& report) {
  const Json& verification = report["verification"];
  if (verification.empty()) return "";
  HtmlTable rows({{"Check", false, "width:26%;"}, {"Result", false, "white-space:nowrap;"}, {"Detail"}});
  for (const Json& check : member_or_null(verification, "checks"))
    rows.add({shown(member_or_null(check, "name")), toned(text_at(check, {"status"})),
              shown(member_or_null(check, "detail"))});
  const auto count = [&](const char* key) {
    return with_thousands(
        static_cast<std::uint64_t>(std::max<std::int64_t>(int_or(verification, key, 0), 0)));
  };
  std::vector<std::pair<std::string, std::string>> pairs{{"Tables looked at", count("tables_checked")},
                                                         {"Rows looked at", count("rows_checked")}};
  const bool compared = bool_or(verification, "compared_with_source", false) ||
                        bool_or(verification, "compared_with_manifest", false);
  if (compared)
    pairs.emplace_back(bool_or(verification, "compared_with_source", false) ? "Equal to the source"
                                                                            : "Equal to the manifest",
                       fmt::format("{} tables with {} rows", count("tables_equal"), count("rows_equal")));
  if (const auto bytes = int_or(verification, "size_bytes", 0); bytes > 0)
    pairs.emplace_back("Size", human_bytes(static_cast<std::uint64_t>(bytes)));
  return html_card("Checks", (rows.empty() ? "" : rows.html()) + html_pairs(pairs));
}

std::string list_of(const Json& names) {
  std::string html;
  for (const Json& name : names) html += (html.empty() ? "" : ", ") + shown(name);
  return html;
}

std::string changes_card(const Json& report) {
  const Json& changes = report["changes"];
  HtmlTable rows({{"", false, "white-space:nowrap;"},
                  {"What", false, "white-space:nowrap;"},
                  {"Name"},
                  {"Region", true},
                  {"", true}});
  for (const auto& [list, word] : {std::pair("created", "made"), std::pair("removed", "removed")})
    for (const Json& thing : changes[list])
      rows.add({word, shown(thing["kind"]), shown(thing["identifier"]), shown(thing["region"]),
                shown(thing["note"])});
  const Json& tagged = changes["tagged_now"];
  if (tagged.is_array())
    for (const Json& thing : tagged)
      rows.add({"there now", shown(thing["kind"]), shown(thing["identifier"]), shown(thing["region"]),
                shown(member_or_null(thing, "status"))});
  std::string html =
      rows.empty() ? "<p style=\"margin:0\">Nothing was made and nothing removed.</p>" : rows.html();
  html += html_pairs({{"Users set up", list_of(report["users"])},
                      {"Users removed", list_of(changes["users_removed"])},
                      {"Rolled back", list_of(changes["rolled_back"])}});
  return html_card("What was made and removed", html);
}

std::string place_card(const Json& report) {
  const Json& source = report["source"];
  const Json& target = report["target"];
  const std::string host = text_at(target, {"cluster_endpoint"});
  return html_card(
      "From and to",
      html_pairs(
          {{"Snapshot", html_escape(text_at(source, {"snapshot_name"}))},
           {"Source", html_escape(fmt::format("{} {}", text_at(source, {"source_cluster_id"}),
                                              text_at(source, {"source_region"})))},
           {"Snapshot of", moment(text_at(source, {"created_at"}))},
           {"Engine", html_escape(fmt::format("{} {}", text_at(source, {"engine"}),
                                              text_at(source, {"engine_version"})))},
           {"Target", html_escape(fmt::format("{} {}", text_at(target, {"target_cluster_id"}),
                                              text_at(target, {"target_region"})))},
           {"Instances", html_escape(fmt::format("{}, {} readers", text_at(target, {"db_instance_class"}),
                                                 int_or(target, "reader_count", 0)))},
           {"Endpoint", host.empty() ? "" : html_escape(host + ":" + text_at(target, {"cluster_port"}))}}));
}

std::string errors_card(const Json& report) {
  HtmlTable rows({{"When", true, "white-space:nowrap;"}, {"Step"}, {"What"}});
  for (const Json& error : report["errors"]) {
    std::string told = toned(text_at(error, {"status"}));
    if (const std::string name = text_at(error, {"name"}); !name.empty())
      told += " <strong>" + html_escape(name) + "</strong>";
    for (const char* key : {"message", "hint"})
      if (const std::string text = text_at(error, {key}); !text.empty()) told += "<br>" + html_escape(text);
    rows.add({clock_time(text_at(error, {"at"})), shown(error["step"]), told});
  }
  return rows.empty() ? "" : html_card("Errors and warnings", rows.html());
}

std::string notifications_card(const Json& report) {
  HtmlTable rows({{"When", true, "white-space:nowrap;"},
                  {"Step", false, "white-space:nowrap;"},
                  {"SNS"},
                  {"SQS", true}});
  for (const Json& sent : report["notifications"]) {
    std::string sns = shown(member_or_null(sent, "sns_message_id"));
    if (sent.contains("notification_failures"))
      sns += fmt::format("<span class=\"bad\" style=\"color:#b3261e\">{}</span>",
                         shown(sent["notification_failures"]));
    rows.add({clock_time(text_at(sent, {"at"})), shown(sent["step"]), sns,
              shown(member_or_null(sent, "sqs_message_id"))});
  }
  return rows.empty() ? "" : html_card("Notifications", rows.html());
}

std::string cost_card(const Json& report) {
  const Json& cost = report["cost"];
  const auto dollars = [](const Json& value) {
    return value.is_number() ? fmt::format("{:.2f} USD a month", value.get<double>())
                             : std::string("not known");
  };
  return html_card(
      "What it costs",
      html_pairs({{"Instances", dollars(cost["instances_per_month"])},
                  {"Storage", dollars(cost["storage_per_month"])},
                  {"Copy, while it is kept", dollars(cost["copy_per_month_while_kept"])},
                  {"", shown(cost["note"]) + " Prices as of " + shown(cost["prices_as_of"]) + "."}}));
}

std::string configuration_card(const Json& report) {
  HtmlTable rows({{"Setting", false, "width:34%;"}, {"Value"}, {"From", true}});
  for (const Json& row : report["configuration"])
    rows.add({shown(row["name"]), shown(row["value"]), shown(row["source"])});
  return rows.empty() ? "" : html_card("Configuration in force", rows.html());
}

std::string identifiers_card(const Json& report) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, value] : report["identifiers"].items())
    pairs.emplace_back(replace_all(name, "_", " "),
                       html_code(value.is_string() ? value.get<std::string>() : dump_json(value)));
  return html_card("Identifiers", html_pairs(pairs));
}

}  // namespace

std::string report_html(const Json& report) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{} – "
      "{}</title>\n<style>{}</style>\n</head>\n"
      "<body style=\"margin:0;background:#f4f5f7;color:#1c2126;"
      "font:14px/1.45 -apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif\">\n"
      "<div class=\"page\" style=\"max-width:920px;margin:0 auto;padding:24px\">\n",
      html_escape(text_at(report, {"outcome", "headline"})), html_escape(text_at(report, {"operation_id"})),
      kSheet);
  for (const auto& part : {outcome_card, place_card, timeline_card, verification_card, changes_card,
                           errors_card, notifications_card, cost_card, configuration_card, identifiers_card})
    html += part(report);
  html += fmt::format(
      "<p class=\"muted\" style=\"{}font-size:12px\">Made by aurora-restore at "
      "{}.</p>\n</div>\n</body>\n</html>\n",
      kMutedStyle, moment(text_at(report, {"made_at"})));
  return html;
}

}  // namespace aurora::restore
