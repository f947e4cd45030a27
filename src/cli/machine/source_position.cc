#include "cli/machine/source_position.h"

#include <fmt/format.h>

#include "base/json.h"

namespace aurora::cli {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

// Walks over JSON text with nesting on a stack of its own, and remembers the longest path that leads to the
// location.
class Walker {
 public:
  Walker(std::string_view text, std::string_view location) : text_(text), location_(location) {}

  // The byte at which the location, or what is around it, stands.
  std::size_t walk() {
    skip_space();
    found_at_ = at_;
    value();
    while (!open_.empty() && next()) {
    }
    return found_at_;
  }

 private:
  struct Open {
    bool is_object = false;
    std::size_t elements = 0;
    std::size_t path_size = 0;  // of the path to this object or array
  };

  void skip_space() { at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size()); }
  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // The string that begins here; nothing when it does not end.
  std::optional<std::string> string() {
    const std::size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return std::nullopt;
    const Json parsed = Json::parse(text_.substr(begin, ++at_ - begin), nullptr, false);
    return parsed.is_string() ? std::optional(parsed.get<std::string>()) : std::nullopt;
  }

  void compare(std::size_t begin) {
    if (path_.size() <= found_size_ || !location_.starts_with(path_)) return;
    const std::string_view rest = location_.substr(path_.size());
    if (!rest.empty() && rest.front() != '/' && rest.front() != '[') return;
    found_size_ = path_.size();
    found_at_ = begin;
  }

  bool value() {
    skip_space();
    if (at_ >= text_.size()) return false;
    const char c = text_[at_];
    if (c == '"') return string().has_value();
    if (c != '{' && c != '[') {
      at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
      return true;
    }
    ++at_;
    open_.push_back({.is_object = c == '{', .elements = 0, .path_size = path_.size()});
    return true;
  }

  // The next member or element of what is open, or its end.
  bool next() {
    Open& top = open_.back();
    if (take(top.is_object ? '}' : ']')) {
      open_.pop_back();
      if (!open_.empty()) path_.resize(open_.back().path_size);
      return true;
    }
    if (top.elements > 0 && !take(',')) return false;
    skip_space();
    const std::size_t begin = at_;
    if (top.is_object) {
      if (at_ >= text_.size() || text_[at_] != '"') return false;
      const auto key = string();
      if (!key || !take(':')) return false;
      path_ += "/" + *key;
    } else {
      path_ += fmt::format("[{}]", top.elements);
    }
    ++top.elements;
    compare(begin);
    const std::size_t depth = open_.size();
    if (!value()) return false;
    if (open_.size() == depth) path_.resize(open_.back().path_size);
    return true;
  }

  std::string_view text_;
  std::string_view location_;
  std::size_t at_ = 0;
  std::size_t found_size_ = 0;
  std::size_t found_at_ = 0;
  std::vector<Open> open_;
  std::string path_;
};

}  // namespace

SourcePosition position_of_byte(std::string_view text, std::size_t byte) {
  SourcePosition position;
  for (const char c : text.substr(0, byte)) {
    if (c == '\n') {
      ++position.line;
      position.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      ++position.column;
    }
  }
  return position;
}

std::string_view line_of(std::string_view text, std::size_t line) {
  for (; line > 1; --line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  return text.ends_with('\r') ? text.substr(0, text.size() - 1) : text;
}

SourcePosition position_of(std::string_view text, std::string_view location) {
  return position_of_byte(text, Walker(text, location).walk());
}

}  // namespace aurora::cli
