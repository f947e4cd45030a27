// Regular expressions of path filters: [?(@.name =~ /a.*b/i)]. RE2 runs them in time linear in the text, so
// that no pattern and no text can make it slow.
#pragma once
#include <memory>
#include <string_view>

#include "asl/meter.h"

namespace re2 {
class RE2;
}

namespace aurora::asl {

class Pattern {
 public:
  // As Java's, but for back references and looking around, which are refused. Throws Error "InvalidPattern".
  static Pattern compile(std::string_view text, bool ignore_case);

  // Whether the whole text matches, as with Java's Matcher.matches().
  bool matches(std::string_view text, Meter& meter) const;

 private:
  std::shared_ptr<const re2::RE2> expression_;
};

}  // namespace aurora::asl
