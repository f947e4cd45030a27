// What is wrong with a dashboard's body.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
#pragma once
#include <string>
#include <vector>

#include "base/json.h"

namespace aurora::local::cloudwatch {

struct DashboardFinding {
  std::string path;  // "/widgets/0/properties/metrics/1"
  std::string message;
};

struct DashboardFindings {
  std::vector<DashboardFinding> errors;    // the body is refused
  std::vector<DashboardFinding> warnings;  // it is stored, and the answer says so
};

DashboardFindings check_dashboard_body(const std::string& body);

// [{"DataPath": …, "Message": …}]
Json validation_messages(const std::vector<DashboardFinding>& findings);

}  // namespace aurora::local::cloudwatch
