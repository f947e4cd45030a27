// The commands of a query at work, each handing its rows to the next.
#pragma once
#include <memory>

#include "local/insights/budget.h"
#include "local/insights/pipeline.h"
#include "local/insights/query.h"

namespace aurora::local::insights {

// `command`, `next` and `budget` outlive the stage.
std::unique_ptr<Stage> make_stage(const FieldsCommand& command, Stage& next);
std::unique_ptr<Stage> make_stage(const FilterCommand& command, Stage& next);
std::unique_ptr<Stage> make_stage(const ParseCommand& command, Stage& next);
std::unique_ptr<Stage> make_stage(const LimitCommand& command, Stage& next);
std::unique_ptr<Stage> make_stage(const DedupCommand& command, Stage& next, Budget& budget);
std::unique_ptr<Stage> make_stage(const StatsCommand& command, Stage& next, Budget& budget);
// `keep`: how many rows those behind it want at most; the others need not be kept.
std::unique_ptr<Stage> make_stage(const SortCommand& command, Stage& next, Budget& budget, std::size_t keep);

// Counts the rows that come by.
std::unique_ptr<Stage> make_counter(std::size_t& count, Stage& next);

}  // namespace aurora::local::insights
