#include "restore/prices.h"

#include <array>
#include <utility>

namespace aurora::restore {
namespace {

// An hour of the family's large size; larger sizes cost in proportion.
constexpr std::array<std::pair<std::string_view, double>, 12> kLarge{{{"t3", 0.164},
                                                                      {"t4g", 0.146},
                                                                      {"r5", 0.29},
                                                                      {"r6i", 0.29},
                                                                      {"r6g", 0.26},
                                                                      {"r7g", 0.276},
                                                                      {"r7i", 0.304},
                                                                      {"r8g", 0.276},
                                                                      {"r6gd", 0.29},
                                                                      {"r6id", 0.32},
                                                                      {"x2g", 0.377},
                                                                      {"r4", 0.29}}};

constexpr std::array<std::pair<std::string_view, double>, 10> kSizes{{{"small", 0.25},
                                                                      {"medium", 0.5},
                                                                      {"large", 1},
                                                                      {"xlarge", 2},
                                                                      {"2xlarge", 4},
                                                                      {"4xlarge", 8},
                                                                      {"8xlarge", 16},
                                                                      {"12xlarge", 24},
                                                                      {"16xlarge", 32},
                                                                      {"24xlarge", 48}}};

template <std::size_t N>
std::optional<double> look_up(const std::array<std::pair<std::string_view, double>, N>& table,
                              std::string_view key) {
  for (const auto& [name, value] : table)
    if (name == key) return value;
  return std::nullopt;
}

}  // namespace

std::optional<double> instance_hour(std::string_view instance_class) {
  if (!instance_class.starts_with("db.")) return std::nullopt;
  const std::string_view rest = instance_class.substr(3);
  const std::size_t dot = rest.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto large = look_up(kLarge, rest.substr(0, dot));
  const auto size = look_up(kSizes, rest.substr(dot + 1));
  if (!large || !size) return std::nullopt;
  return *large * *size;
}

double transfer_gib(std::string_view from_region, std::string_view to_region) {
  if (from_region == to_region) return 0;
  const auto is_eastern = [](std::string_view region) {
    return region == "us-east-1" || region == "us-east-2";
  };
  return is_eastern(from_region) && is_eastern(to_region) ? kTransferGib / 2 : kTransferGib;
}

}  // namespace aurora::restore
