#include <array>

#include "restore/step.h"
#include "restore/steps/steps.h"

namespace aurora::restore {
namespace {

constexpr std::array kSteps{
    Step{"snapshot_check", "Finds the snapshot and checks everything later steps need.",
         steps::snapshot_check},
    Step{"copy_snapshot", "Copies the snapshot to the target Region when it has to be.",
         steps::copy_snapshot},
    Step{"check_copy_status", "Looks at the copy once.", steps::check_copy_status},
    Step{"delete_rds", "Makes room under the target's name.", steps::delete_rds},
    Step{"restore_snapshot", "Restores the cluster from the snapshot.", steps::restore_snapshot},
    Step{"check_restore_status", "Looks at the cluster and its instances once.", steps::check_restore_status},
    Step{"setup_db_users", "Ensures database users and their privileges.", steps::setup_db_users, true},
    Step{"verify_restore", "Proves that the data is there and the users can reach it.", steps::verify_restore,
         true},
    Step{"notify_completion", "Tells SNS and SQS.", steps::notify_completion},
    Step{"cleanup", "Removes what the operation made and no longer needs.", steps::cleanup},
    Step{"handle_failure", "Puts the old cluster back and removes what was half made.",
         steps::handle_failure},
};

}  // namespace

std::span<const Step> all_steps() {
  return kSteps;
}

const Step* find_step(std::string_view name) {
  for (const Step& step : kSteps)
    if (step.name == name) return &step;
  return nullptr;
}

}  // namespace aurora::restore
