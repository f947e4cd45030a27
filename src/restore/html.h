// Pieces of HTML pages that are mailed: tables and boxes whose styles stand in the elements.
//
// What is called html or a cell is HTML already; everything else is text and becomes harmless.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aurora::restore {

std::string html_escape(std::string_view text);

inline constexpr char kMutedStyle[] = "color:#5c6770;";
inline constexpr char kBreakStyle[] = "overflow-wrap:anywhere;";

// How a status is coloured; the classes "good", "bad" and "soft" are for sheets that know dark screens.
struct Tone {
  const char* css_class;
  const char* colour;
};
Tone tone_of(std::string_view status);
std::string toned(std::string_view status);

std::string html_code(std::string_view text);
// A box with a heading; class "card".
std::string html_card(std::string_view title, const std::string& html);
// "label  value" lines; lines without a value are left out.
std::string html_pairs(const std::vector<std::pair<std::string, std::string>>& label_and_html);

class HtmlTable {
 public:
  struct Column {
    const char* title;
    bool wide = false;  // class "wide": for sheets that leave it out on narrow screens
    const char* style = "";
  };
  explicit HtmlTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void add(const std::vector<std::string>& cells);
  bool empty() const { return rows_.empty(); }
  std::string html() const;

 private:
  std::vector<Column> columns_;
  std::string rows_;
};

}  // namespace aurora::restore
