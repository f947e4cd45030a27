// Headers that almost every file needs and that are slow to parse.
#pragma once
#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
