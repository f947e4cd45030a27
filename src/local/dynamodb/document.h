// Reading and cutting documents by path.
#pragma once
#include "local/dynamodb/expression.h"

namespace aurora::local::dynamodb {

// The value at `path`, or nothing.
const Json* find_path(const Json& item, const Path& path);
Json* find_path(Json& item, const Path& path);

// A new item with only what the paths name. Elements of lists close ranks, as in AWS's answers.
Json project(const Json& item, const Projection& projection);

}  // namespace aurora::local::dynamodb
