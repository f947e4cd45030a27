// Identifiers.
#pragma once
#include <string>

namespace aurora {

std::string new_uuid();                        // RFC 9562 version 4, lower case
std::string random_hex(std::size_t digits);    // lower case
std::string random_alphanumeric(std::size_t length);  // A-Z, 0-9

}  // namespace aurora
