// Applying an update expression to an item.
#pragma once
#include "local/dynamodb/expression.h"

namespace aurora::local::dynamodb {

// The item after the update. Every right side sees the item as it was before. Throws ValidationException for
// operands of wrong types, missing attributes and paths that lead nowhere.
Json apply_update(const Update& update, const Json& item);

// The paths that the update touches, for UPDATED_OLD and UPDATED_NEW.
Projection touched_paths(const Update& update);

}  // namespace aurora::local::dynamodb
