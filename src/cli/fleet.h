// A fleet: many restores in one YAML file, each checked before the first begins.
//
//   name: nightly              # of the batch; the file's name when absent
//   concurrency: 3             # restores at once (2)
//   stagger_seconds: 30        # between two starts (0)
//   continue_on_error: true    # go on with the others after one has failed (false)
//   copy_slots: 5              # copies into one Region at once, everybody's counted (5, RDS's quota for
//   Aurora) defaults:                  # fields of the request that all items have
//     source_region: us-east-1
//   items:
//     - name: orders           # of its operation, behind the batch's; the target's name when absent
//       priority: 10           # higher ones begin first (0)
//       retries: 1             # of a restore that failed (0)
//       snapshot_date: yesterday
//       target_cluster_id: orders-rehearsal
#pragma once
#include <string>
#include <vector>

#include "base/json.h"

namespace aurora::cli {

struct FleetItem {
  std::string name;
  Json request = Json::object();  // canonical, with the defaults
  int priority = 0;
  int retries = 0;
};

struct Fleet {
  std::string name = {};
  int concurrency = 2;
  int stagger_seconds = 0;
  int copy_slots = 5;
  bool continue_on_error = false;
  std::vector<FleetItem> items = {};
};

// `file` is the file's name, for messages and for the fleet's name. Throws Error "InvalidYaml", or
// "FleetMalformed" with all that is wrong, a line each: "fleet.yaml:7:12: items[0].port is ...".
Fleet parse_fleet(const std::string& text, const std::string& file);

}  // namespace aurora::cli
