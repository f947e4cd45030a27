#include "restore/html.h"

#include <fmt/format.h>

#include "base/text.h"

namespace aurora::restore {
namespace {

constexpr char kCell[] =
    "padding:6px 10px 6px 0;border-bottom:1px solid #e3e6e9;vertical-align:top;text-align:left;";
constexpr char kTable[] = "width:100%;border-collapse:collapse;font-size:13px";

}  // namespace

std::string html_escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      case '\0':
        escaped += "\xef\xbf\xbd";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

Tone tone_of(std::string_view status) {
  const std::string lower = to_lower(status);
  for (const char* good : {"completed", "succeeded", "passed", "ok"})
    if (lower == good) return {"good", "#1a7f45"};
  for (const char* bad : {"failed", "aborted", "timed_out"})
    if (lower == bad) return {"bad", "#b3261e"};
  return {"soft", "#8a5a00"};
}

std::string toned(std::string_view status) {
  const Tone tone = tone_of(status);
  return fmt::format(R"(<span class="{}" style="color:{};font-weight:600">{}</span>)", tone.css_class,
                     tone.colour, html_escape(status));
}

std::string html_code(std::string_view text) {
  return fmt::format(R"(<code style="background:#eef0f2;padding:1px 5px;border-radius:4px;{}">{}</code>)",
                     kBreakStyle, html_escape(text));
}

std::string html_card(std::string_view title, const std::string& html) {
  return fmt::format(
      R"(<div class="card" style="background:#ffffff;border:1px solid #dde1e5;border-radius:8px;)"
      R"(padding:18px 20px;margin:0 0 16px"><h2 style="font-size:16px;margin:0 0 10px">{}</h2>{}</div>)"
      "\n",
      html_escape(title), html);
}

std::string html_pairs(const std::vector<std::pair<std::string, std::string>>& label_and_html) {
  std::string rows;
  for (const auto& [label, html] : label_and_html)
    if (!html.empty())
      rows +=
          fmt::format(R"(<tr><td class="muted" style="{}{}width:30%">{}</td><td style="{}{}">{}</td></tr>)"
                      "\n",
                      kCell, kMutedStyle, html_escape(label), kCell, kBreakStyle, html);
  return fmt::format(R"(<table role="presentation" cellpadding="0" cellspacing="0" style="{}">{}</table>)",
                     kTable, rows);
}

void HtmlTable::add(const std::vector<std::string>& cells) {
  rows_ += "<tr>";
  for (std::size_t i = 0; i < columns_.size(); ++i)
    rows_ += fmt::format(R"(<td{} style="{}{}{}">{}</td>)", columns_[i].wide ? R"( class="wide")" : "", kCell,
                         kBreakStyle, columns_[i].style, cells.at(i));
  rows_ += "</tr>\n";
}

std::string HtmlTable::html() const {
  std::string head;
  for (const Column& column : columns_)
    head += fmt::format(R"(<th scope="col"{} style="{}{}font-weight:600;font-size:12px">{}</th>)",
                        column.wide ? R"( class="wide")" : "", kCell, kMutedStyle, html_escape(column.title));
  return fmt::format(R"(<table cellpadding="0" cellspacing="0" style="{}"><tr>{}</tr>)"
                     "\n{}</table>",
                     kTable, head, rows_);
}

}  // namespace aurora::restore
