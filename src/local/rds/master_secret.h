// Master passwords that RDS manages: each in a secret of Secrets Manager named "rds!cluster-<uuid>", with the
// members username and password, made by RDS, changed by RDS, and deleted with the cluster.
//
// A request makes the secret, empty, because its ARN belongs into the answer; the work that follows draws a
// password, stores it as a version that is pending, gives it to the database, and makes it the current one.
// The version's id comes from the job, so that work which is done again uses the same password again.
#pragma once
#include "base/secret.h"
#include "local/rds/context.h"
#include "local/service.h"

namespace aurora::local::rds {

// Whether the request asks for a secret that does not exist yet; refuses combinations that RDS refuses.
bool wants_managed_password(const Call& call);

// Makes the secret of such a request. KMSKeyNotAccessibleFault for a key that cannot be used.
MasterSecret make_master_secret(const Call& call, Router& router);

// The MasterUserSecret of a cluster whose password is being set.
Json shown_secret(const MasterSecret& secret);
// Details of a job that sets a managed password.
Json secret_details(const std::string& arn);

// The password of the version that the job's details name, drawn if it is the first
// time.
Secret pending_password(Router& router, const std::string& region, const Json& details,
                        const std::string& user);
void make_current(Router& router, const std::string& region, const Json& details);
void delete_master_secret(Router& router, const std::string& region, const std::string& arn);

}  // namespace aurora::local::rds
