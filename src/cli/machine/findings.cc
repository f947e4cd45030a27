#include "cli/machine/findings.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace aurora::cli {
namespace {

constexpr std::string_view kNotJson = "INVALID_JSON_DESCRIPTION";

// Where the parser stopped, which AWS's message says in words only.
SourcePosition position_of_json_error(const std::string& text) {
  try {
    [[maybe_unused]] const Json ignored = Json::parse(text);
  } catch (const Json::parse_error& error) {
    return position_of_byte(text, error.byte > 0 ? error.byte - 1 : 0);
  } catch (const Json::exception&) {
  }
  return {};
}

// AWS repeats the text itself in what it says about text that is no JSON; people have it before them.
std::string short_message(const asl::Diagnostic& diagnostic) {
  return diagnostic.code == kNotJson ? diagnostic.message.substr(0, diagnostic.message.find("\n at [Source"))
                                     : diagnostic.message;
}

std::string place(const Document& document, const Finding& finding) {
  return fmt::format("{}:{}:{}", document.name, finding.position.line, finding.position.column);
}

std::string location_text(const asl::Diagnostic& diagnostic) {
  return diagnostic.code == kNotJson ? "" : diagnostic.location;
}

// Of a field that must not be there, AWS names the object that has it.
std::string nearest_location(const asl::Diagnostic& diagnostic) {
  constexpr std::string_view kField = "Field '";
  const std::size_t end = diagnostic.message.find('\'', kField.size());
  if (!diagnostic.message.starts_with(kField) || end == std::string::npos) return diagnostic.location;
  const std::string name = diagnostic.message.substr(kField.size(), end - kField.size());
  return fmt::format("{}/{}", diagnostic.location == "/" ? "" : diagnostic.location, name);
}

// The part of a long line around the column, so that it stays one line on the terminal. `column` moves along.
std::string window(std::string_view line, std::size_t& column, std::size_t width, bool unicode) {
  std::string text = replace_all(std::string(line), "\t", " ");
  std::size_t dropped = 0;
  const std::size_t before = width / 2;
  if (column > before && display_width(text) > width) {
    std::size_t byte = 0;
    while (dropped + before < column && byte < text.size()) {
      ++byte;
      while (byte < text.size() && (static_cast<unsigned char>(text[byte]) & 0xC0) == 0x80) ++byte;
      ++dropped;
    }
    text = text.substr(byte);
  }
  column -= dropped;
  return cut_to_width(text, width, unicode);
}

std::string excerpt(const Document& document, const Finding& finding, const Style& style) {
  const std::string number = std::to_string(finding.position.line);
  const std::size_t margin = number.size() + 5;
  const std::size_t columns = static_cast<std::size_t>(std::max(style.traits().width, 40));
  std::size_t column = finding.position.column;
  const std::string line =
      window(line_of(document.text, finding.position.line), column, columns - margin, style.traits().unicode);
  const std::string bar = style.traits().unicode ? "│" : "|";
  return fmt::format("  {} {}\n  {} {}\n", style.dim(fmt::format("{} {}", number, bar)), line,
                     style.dim(std::string(number.size() + 1, ' ') + bar),
                     std::string(column - 1, ' ') + style.red("^"));
}

std::string on_terminal(const Document& document, const Finding& finding, const Style& style) {
  const asl::Diagnostic& diagnostic = finding.diagnostic;
  const std::string location = location_text(diagnostic);
  const std::string code =
      diagnostic.is_error ? style.red(diagnostic.code) : style.yellow("warning " + diagnostic.code);
  return fmt::format(
      "{}: {}\n  {}{}\n{}", style.bold(code), short_message(diagnostic), style.cyan(place(document, finding)),
      location.empty() ? "" : style.dim("  at ") + location, excerpt(document, finding, style));
}

std::string in_pipe(const Document& document, const Finding& finding) {
  const asl::Diagnostic& diagnostic = finding.diagnostic;
  const std::string location = location_text(diagnostic);
  return fmt::format("{}: {} {}: {}{}\n", place(document, finding), diagnostic.is_error ? "error" : "warning",
                     diagnostic.code, replace_all(short_message(diagnostic), "\n", " "),
                     location.empty() ? "" : " at " + location);
}

}  // namespace

std::vector<Finding> findings_of(const Document& document) {
  std::vector<Finding> findings;
  for (asl::Diagnostic& diagnostic : asl::validate(document.text).diagnostics) {
    const SourcePosition position = diagnostic.code == kNotJson
                                        ? position_of_json_error(document.text)
                                        : position_of(document.text, nearest_location(diagnostic));
    findings.push_back({std::move(diagnostic), position});
  }
  return findings;
}

bool has_errors(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.diagnostic.is_error; });
}

std::string findings_text(const Document& document, const std::vector<Finding>& findings,
                          const Style& style) {
  std::string text;
  for (const Finding& finding : findings)
    text += style.traits().tty ? on_terminal(document, finding, style) : in_pipe(document, finding);
  return text;
}

Json findings_json(const Document& document, const std::vector<Finding>& findings) {
  Json diagnostics = Json::array();
  for (const Finding& finding : findings)
    diagnostics.push_back({{"severity", finding.diagnostic.is_error ? "ERROR" : "WARNING"},
                           {"code", finding.diagnostic.code},
                           {"message", finding.diagnostic.message},
                           {"location", finding.diagnostic.location},
                           {"line", finding.position.line},
                           {"column", finding.position.column}});
  return {{"file", document.name},
          {"result", has_errors(findings) ? "FAIL" : "OK"},
          {"diagnostics", std::move(diagnostics)}};
}

Json valid_definition(const Document& document, bool to_run) {
  const std::vector<Finding> findings = findings_of(document);
  if (has_errors(findings))
    throw Error("InvalidDefinition", fmt::format("{} is not a valid state machine:\n{}", document.name,
                                                 trim(findings_text(document, findings, Style({})))));
  asl::Validation validation = asl::validate(document.text);
  if (to_run) {
    std::vector<std::string> unsupported;
    for (const asl::Diagnostic& each :
         asl::unsupported_features(validation, [](const asl::Resource&) { return true; }))
      unsupported.push_back(fmt::format("{} at {}", each.message, each.location));
    if (!unsupported.empty())
      throw Error("InvalidDefinition", fmt::format("{} is valid, but uses what is not run here:\n{}",
                                                   document.name, join(unsupported, "\n")));
  }
  return std::move(validation.definition);
}

}  // namespace aurora::cli
