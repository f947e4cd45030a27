// What an SQS message is made of: pure rules, without a store.
#pragma once
#include <string>
#include <vector>

#include "base/json.h"

namespace aurora::local {

// Only what XML 1.0 allows in a document, as UTF-8.
bool is_message_text(const std::string& text);
// Body and attributes (names, types, values), as SQS counts them.
std::size_t message_bytes(const std::string& body, const Json& attributes);
// Throws ServiceError InvalidParameterValue for an attribute that is empty or of no known type.
void check_message_attributes(const Json& attributes);
// Lower-case hexadecimal digits; empty when there are no attributes. By "Calculating the MD5 message digest
// for message attributes" of the SQS guide.
std::string md5_of_attributes(const Json& attributes);
// Those that the names ask for: "All", ".*", "prefix.*" or a name.
Json requested_attributes(const Json& attributes, const Json& names);
// Attributes hold bytes, which JSON text cannot: BinaryValue is base64 while they are stored.
Json storable_attributes(Json attributes);
Json attributes_from_store(Json stored);

}  // namespace aurora::local
