#include "asl/meter.h"

#include <fmt/format.h>

#include "base/error.h"

namespace aurora::asl {

void Meter::keep(const Json& value) {
  bytes_ += text_size(value);
  if (bytes_ > kBytesMax)
    throw Error("States.DataLimitExceeded",
                fmt::format("The paths and functions of the state made more than {} bytes.", kBytesMax));
}

void Meter::fail_visits() const {
  throw Error("States.Runtime",
              fmt::format("The paths and functions of the state looked at more than {} values.", kVisitsMax));
}

std::size_t text_size(const Json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().size() + 2;
  if (!value.is_structured()) return 4;
  std::size_t size = 2;
  if (value.is_array())
    for (const Json& element : value) size += text_size(element) + 1;
  else
    for (const auto& [name, member] : value.get_ref<const Json::object_t&>())
      size += name.size() + 4 + text_size(member);
  return size;
}

}  // namespace aurora::asl
