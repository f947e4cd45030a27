// The services that the functions call. The linker finds this list before the models' own list of all
// services, and so leaves out of a function's package what only the endpoint and the command line need.
#include "aws/model.h"

namespace aurora::aws {

extern const Service dynamodb_service;
extern const Service ec2_service;
extern const Service kms_service;
extern const Service rds_service;
extern const Service s3_service;
extern const Service secretsmanager_service;
extern const Service sns_service;
extern const Service sqs_service;
extern const Service ssm_service;
extern const Service stepfunctions_service;
extern const Service sts_service;

std::span<const Service* const> all_services() {
  static constexpr const Service* kServices[] = {
      &dynamodb_service,      &ec2_service, &kms_service,
      &rds_service,           &s3_service,  &secretsmanager_service,
      &sns_service,           &sqs_service, &ssm_service,
      &stepfunctions_service, &sts_service,
  };
  return kServices;
}

}  // namespace aurora::aws
