// What the operations on exports and those on imports have in common: tokens, ARNs, lists.
#pragma once
#include <string>

#include "local/dynamodb/operations.h"
#include "local/dynamodb/transfer_store.h"

namespace aurora::local::dynamodb {

// The name of the table that an ARN names, if it is one of the Region's and the account's; else empty.
std::string table_of_arn(const std::string& arn, const Call& call);

// What a repeated request with the same token gets: nothing when there was none within eight hours, its
// transfer when the request was the same, and an error of that code when it was another.
std::optional<Transfer> repeated(Context& context, const Call& call, Transfer::Kind kind,
                                 const char* conflict_code);

// A new transfer of the request, not stored yet; `name` is "export" or "import", `id` the end of its ARN.
Transfer new_transfer(Context& context, const Call& call, Transfer::Kind kind, const std::string& table_arn,
                      const std::string& id);

// One page of a list: the rows that `shown` makes under `list`, and NextToken.
Json list_transfers(Context& context, const Call& call, Transfer::Kind kind, const char* list,
                    const char* size_member, Json (*shown)(const Transfer& transfer));

}  // namespace aurora::local::dynamodb
