#include "report.h"

#include <fmt/format.h>

#include <iostream>

#include "asl/choice.h"
#include "asl/validate_fields.h"

namespace aurora::asl::cases {

void Report::compared(const std::string& name, const Features& features, const std::string& difference) {
  const auto count = [&](Tally& tally) { difference.empty() ? ++tally.agreed : ++tally.differing; };
  count(all_);
  for (const std::string& feature : features) count(by_feature_[feature]);
  if (!difference.empty()) std::cout << "differs: " << name << ": " << difference.substr(0, 600) << "\n";
}

void Report::left_out(const Features& features) {
  ++all_.left_out;
  for (const std::string& feature : features) ++by_feature_[feature].left_out;
}

void Report::print() const {
  constexpr int kColumns = 4;
  const auto counts = [](const Tally& tally) {
    return fmt::format("{}/{}/{}", tally.agreed, tally.differing, tally.left_out);
  };
  std::cout << "  " << title_ << ": " << all_.agreed << " agreed, " << all_.differing << " differing, "
            << all_.left_out << " left out; by feature:\n";
  int column = 0;
  for (const auto& [feature, tally] : by_feature_) {
    std::cout << fmt::format("  {:<34}{:<10}", feature.substr(0, 33), counts(tally));
    if (++column % kColumns == 0) std::cout << "\n";
  }
  std::cout << (column % kColumns == 0 ? "" : "\n");
}

Features row_features(const Json& row) {
  Features features;
  for (const Json& each : member_or_null(row, "features")) features.insert(each.get<std::string>());
  return features;
}

Features event_features(const Json& recorded) {
  Features features;
  for (const Json& event : recorded.at("events"))
    features.insert("event:" + event.at("type").get<std::string>());
  return features;
}

namespace {

void add_features(const Json& value, Features& features) {
  if (!value.is_structured()) return;
  const std::string type = string_or(value, "Type", "");
  if (is_state_type(type)) features.insert("state:" + type);
  for (const auto& [name, member] : value.items()) {
    if (value.is_object() && parse_choice_operator(name)) features.insert("op:" + name);
    if (is_state_type(type) && name != "Type" && find_field_rule(type, name)) features.insert("f:" + name);
    add_features(member, features);
  }
}

}  // namespace

Features definition_features(const Json& definition) {
  Features features;
  add_features(definition, features);
  return features;
}

}  // namespace aurora::asl::cases
