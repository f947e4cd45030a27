// A report as one HTML page: no script, nothing loaded from elsewhere. Styles stand in the elements, because
// mail clients drop most others; a sheet adds dark mode, paper and narrow screens where it is heeded.
#pragma once
#include <string>

#include "base/json.h"

namespace aurora::restore {

// `report` is make_report()'s. Whatever its texts hold is shown as text.
std::string report_html(const Json& report);

}  // namespace aurora::restore
