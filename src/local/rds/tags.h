// Tags of RDS's resources: lists of {Key, Value} under TagList.
#pragma once
#include "local/rds/context.h"

namespace aurora::local::rds {

// The input's Tags, and the TagSpecifications of any resource type, checked: keys of 1 to 128 characters that
// do not begin with "aws:" or "rds:", values up to 256, at most 50.
Json tags_of_input(const Context& context);
// The tags that a copy takes over from its source; refused when AWS itself set one of them.
Json copied_tags(const Json& tags);
// `tags` with those of `more` added or replaced. Refused when there are more than 50.
Json merged_tags(Json tags, const Json& more);

Json add_tags_to_resource(Context& context);
Json remove_tags_from_resource(Context& context);
Json list_tags_for_resource(Context& context);

}  // namespace aurora::local::rds
