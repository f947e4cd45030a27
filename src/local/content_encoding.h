// Bodies that clients compress: the SDKs send PutMetricData with gzip from 10 KiB on.
#pragma once
#include "http/message.h"

namespace aurora::local {

// Replaces a body with Content-Encoding gzip by its content; leaves other requests alone. Throws ServiceError
// "InvalidContentEncoding" (400) for what is no gzip, "RequestEntityTooLargeException" (413) for content of
// more than 16 MiB.
void remove_gzip(http::Request& request);

}  // namespace aurora::local
