// Payload templates: JSON in which a member whose name ends in ".$" takes its value from a path or an
// intrinsic function.
#pragma once
#include "asl/intrinsic.h"

namespace aurora::asl {

// A path or a call, as the value of a ".$" member, of ErrorPath and of CausePath.
class DynamicValue {
 public:
  // Never throws: a text that is neither is remembered, and evaluating it fails.
  static DynamicValue compile(const std::string& text);

  const std::string& problem() const { return problem_; }  // empty when it compiled
  // Throws PathMiss, IntrinsicFailure, or Error "States.Runtime"; `field` is named in the message.
  Json evaluate(const Scope& scope, Host& host, std::string_view field) const;

 private:
  std::string text_;
  Expression expression_;
  std::string problem_;
};

class Template {
 public:
  static Template compile(const Json& source);

  // Throws as DynamicValue::evaluate does.
  Json evaluate(const Scope& scope, Host& host) const;

 private:
  struct Member;
  // A constant; or members or elements, some of them dynamic.
  Json constant_;
  std::vector<Member> members_;
  std::vector<Template> elements_;
};

struct Template::Member {
  std::string name;
  std::string field;  // as it was written, with ".$"
  std::optional<DynamicValue> dynamic;
  Template nested;
};

}  // namespace aurora::asl
