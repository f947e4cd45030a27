// What restores left behind: resources that carry the pipeline's tag, or that an operation put aside, while
// the operation is over and nobody will take care of them any more.
//
// Not among them: the target of a completed restore, final snapshots, copies that were to stay
// (delete_copied_snapshot false), and everything of an operation that is in progress.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "aws/client.h"
#include "base/clock.h"
#include "base/json.h"

namespace aurora::restore {

struct Orphan {
  enum class Kind { kCluster, kSnapshot, kSubnetGroup };
  Kind kind = Kind::kCluster;
  std::string identifier;
  std::string region;
  std::string status;
  std::string operation_id;  // that made it, or put it aside
  std::string reason;        // a sentence
  std::optional<TimePoint> created;
  // An estimate; nothing when it costs nothing, or when the price of a part is not known (`reason` says so).
  std::optional<double> monthly_cost;
  // Why it is listed and not removed: deletion protection, an operation that waits to be resumed. Empty when
  // it may go.
  std::string kept_because;
};

std::string_view name_of(Orphan::Kind kind);  // "cluster"

// `operations` are the items of the state table. In order of Region, kind and identifier.
std::vector<Orphan> find_orphans(aws::Api& api, const std::vector<std::string>& regions,
                                 const std::vector<Json>& operations);

// Asks for its removal; a cluster's instances go first. True when it is gone already, false while RDS works
// on it: call again. Throws Error "NotRemoved" for one that is to be kept.
bool remove_orphan(aws::Api& api, const Orphan& orphan);

}  // namespace aurora::restore
