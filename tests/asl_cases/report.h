// What of a set of cases agreed, differed and was left out: in all, and by feature.
#pragma once
#include <map>
#include <set>
#include <string>

#include "base/json.h"

namespace aurora::asl::cases {

using Features = std::set<std::string>;

class Report {
 public:
  explicit Report(std::string title) : title_(std::move(title)) {}
  // `difference` is empty when the case agrees; it is shown at once when it does not.
  void compared(const std::string& name, const Features& features, const std::string& difference);
  void left_out(const Features& features);
  // The table, as "feature agreed/differing/left out".
  void print() const;
  int agreed() const { return all_.agreed; }
  int differing() const { return all_.differing; }

 private:
  struct Tally {
    int agreed = 0, differing = 0, left_out = 0;
  };
  std::string title_;
  Tally all_;
  std::map<std::string, Tally> by_feature_;
};

// The features that an execution row names.
Features row_features(const Json& row);
// "event:MapStateFailed" for the types of a recorded history.
Features event_features(const Json& recorded);
// "state:Map", "f:ItemsPath", "op:StringEquals" for what stands in a definition.
Features definition_features(const Json& definition);

}  // namespace aurora::asl::cases
