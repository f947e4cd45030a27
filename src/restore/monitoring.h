// The pipeline's dashboard and alarms: infrastructure/dashboard.json and infrastructure/alarms.json as they
// were when this was built, rendered for one environment. The CloudFormation template makes the same ones on
// AWS.
#pragma once
#include <string>
#include <string_view>

#include "aws/client.h"
#include "restore/pipeline.h"

namespace aurora::restore {

inline constexpr char kDashboardName[] = "AuroraRestorePipelineDashboard";

// The files' texts. What they leave open is written as CloudFormation's Fn::Sub has it: ${Environment},
// ${Suffix}
// ("-dev"), ${StateMachineName}, ${AWS::Region}, ${AWS::AccountId}, ${AWS::Partition}.
std::string_view dashboard_text();
std::string_view alarms_text();

// `document` with every text rendered; functions have the names that the environment gives them.
Json render_monitoring(Json document, const PipelineNames& names);

// Puts the dashboard, and each alarm that is missing or other than described; they act on `topic_arn` when
// they go off and when they are over, unless it is empty or in another Region, which CloudWatch refuses. May
// be run again at any time.
void provision_monitoring(aws::Api& api, const PipelineNames& names, const std::string& topic_arn);

}  // namespace aurora::restore
