// Parallel and Map: branches and iterations as strands of their own.
#include <fmt/format.h>

#include <algorithm>

#include "asl/execution_live.h"

namespace aurora::asl {
namespace {

Json value_at(const Path& path, const Scope& scope) {
  try {
    return path.evaluate(scope);
  } catch (const PathMiss& miss) {
    throw PathMiss(fmt::format("Invalid path '{}' : {}", path.text(), miss.message()));
  }
}

Json iteration(const Strand& child) {
  return {{"index", child.index}};
}

}  // namespace

void Execution::execute_parallel(Strand& strand, const ParallelState& parallel) {
  effective_input(strand);
  add_strand_event(strand, EventType::kParallelStateStarted);
  strand.total = strand.concurrency = static_cast<int>(parallel.branches.size());
  start_children(strand);
}

void Execution::execute_map(Strand& strand, const MapState& map) {
  const Value input = effective_input(strand);
  const Json& items = items_of(strand);
  strand.concurrency = map_concurrency(strand, map, input.json());
  add_strand_event(strand, EventType::kMapStateStarted, {}, Json{{"length", items.size()}});
  check_tolerated(strand, map, input.json());
  strand.total = static_cast<int>(items.size());
  start_children(strand);
}

const Json& Execution::items_of(const Strand& strand) {
  Live& memory = live(strand);
  if (memory.items) return *memory.items;
  const MapState& map = std::get<MapState>(state_of(strand).kind);
  const Value input = effective_input(strand);
  Json items = map.items_path ? value_at(*map.items_path, scope(strand, input.json())) : input.json();
  if (!items.is_array())
    throw Error("States.Runtime", fmt::format("Reference path \"{}\" must point to array.",
                                              map.items_path ? map.items_path->text() : "$"));
  live(strand).items = std::move(items);
  return *live(strand).items;
}

namespace {

std::string shown(const Json& value) {
  return value.is_string() ? value.get<std::string>() : dump_json(value);
}

}  // namespace

int Execution::map_concurrency(const Strand& strand, const MapState& map, const Json& data) {
  double limit = map.max_concurrency.value.value_or(0);
  if (map.max_concurrency.path) {
    const Path& path = *map.max_concurrency.path;
    const Json value = value_at(path, scope(strand, data));
    if (!value.is_number_integer())
      throw Error("States.Runtime",
                  fmt::format("The MaxConcurrencyPath field refers to value \"{}\" which is not a valid "
                              "integer: {}",
                              shown(value), path.text()));
    limit = value.get<double>();
    if (limit < 0) throw Error("States.Runtime", "MaxConcurrency cannot be negative.");
  }
  return limit <= 0 || limit > kMapConcurrencyMax ? kMapConcurrencyMax : static_cast<int>(limit);
}

void Execution::check_tolerated(const Strand& strand, const MapState& map, const Json& data) {
  const auto value_of = [&](const NumberField& field, std::string_view name, std::string_view type) {
    if (!field.path) return field.value;
    const Json value = value_at(*field.path, scope(strand, data));
    if (!value.is_number() || (type == "integer" && !value.is_number_integer()))
      throw Error("States.Runtime",
                  fmt::format("The {}Path field refers to value \"{}\" which is not a valid {}: {}", name,
                              shown(value), type, field.path->text()));
    return std::optional<double>(value.get<double>());
  };
  const auto count = value_of(map.tolerated_failure_count, "ToleratedFailureCount", "integer");
  if (count.value_or(0) < 0) throw Error("States.Runtime", "ToleratedFailureCount cannot be negative.");
  const auto percentage = value_of(map.tolerated_failure_percentage, "ToleratedFailurePercentage", "float");
  if (percentage.value_or(0) < 0 || percentage.value_or(0) > 100)
    throw Error("States.Runtime", "ToleratedFailurePercentage must be between 0 and 100.");
}

void Execution::start_children(Strand& strand) {
  strand.phase = Strand::Phase::kChildren;
  strand.started = strand.finished = 0;
  live(strand).results_bytes = 0;
  changed(strand);
  const std::int64_t previous = strand.last_event;
  if (strand.total == 0) return compound_succeeded(strand, previous);
  const int id = strand.id;
  for (int i = 0; i < strand.concurrency && strand.started < strand.total; ++i)
    start_child(*find(id), previous);
}

// What the child begins with is computed at once, so that what is wrong with it is its parent's failure.
void Execution::start_child(Strand& strand, std::int64_t previous) {
  Strand& child = add_strand(strand.id, strand.started++);
  changed(strand);
  const State& state = state_of(strand);
  child.last_event = previous;
  if (const auto* parallel = state.as<ParallelState>()) {
    child.state = parallel->branches[static_cast<std::size_t>(child.index)]->start_at;
  } else {
    child.state = std::get<MapState>(state.kind).processor->start_at;
    Event& event = add_event(EventType::kMapIterationStarted, previous, {}, iteration(child));
    event.name = state.name;
    child.last_event = event.id;
  }
  live(child).input = first_input(child);
  live(child).context.reset();
  ready(child);
}

void Execution::child_succeeded(Strand& child) {
  Strand& parent = *find(child.parent);
  const std::int64_t last = child.last_event;
  std::int64_t end = last;
  child.phase = Strand::Phase::kDone;
  child.wake_at.reset();
  changed(child);
  changed(parent);
  live(parent).results_bytes += live(child).input->size();
  if (live(parent).results_bytes > kResultsBytesMax) return results_too_large(child);
  ++parent.finished;
  const State& state = state_of(parent);
  if (state.as<MapState>()) {
    Event& event = add_event(EventType::kMapIterationSucceeded, last, {}, iteration(child));
    event.name = state.name;
    end = event.id;
  }
  if (parent.finished == parent.total) return compound_succeeded(parent, end);
  if (parent.started < parent.total) guarded(parent, [&] { start_child(parent, last); });
}

void Execution::results_too_large(Strand& child) {
  const Strand& parent = *find(child.parent);
  child_failed(child, {.error = "States.DataLimitExceeded",
                       .cause = fmt::format("The state/task '{}' returned a result with a size exceeding the "
                                            "maximum number of bytes service limit.",
                                            parent.state)});
}

void Execution::compound_succeeded(Strand& strand, std::int64_t previous) {
  Json results = Json::array();
  for (const int id : children_of(strand.id)) {
    results.push_back(input_of(strands_.at(id)).json());
  }
  remove_children(strand.id);
  const bool is_map = state_of(strand).as<MapState>() != nullptr;
  add_event(is_map ? EventType::kMapStateSucceeded : EventType::kParallelStateSucceeded, previous);
  strand.last_event = previous;
  guarded(strand, [&] { complete(strand, Value::of(std::move(results))); });
}

// In the order of their index, which is the order in which they were made.
std::vector<int> Execution::children_of(int parent) const {
  std::vector<int> children;
  for (auto each = strands_.upper_bound(parent); each != strands_.end(); ++each)
    if (each->second.parent == parent) children.push_back(each->first);
  return children;
}

void Execution::remove_children(int parent) {
  for (const int id : children_of(parent)) {
    if (strands_.at(id).phase == Strand::Phase::kChildren) remove_children(id);
    remove(id);
  }
}

// The whole Parallel or Map fails with its child; what still runs in it is aborted.
void Execution::child_failed(Strand& child, const Failure& failure) {
  Strand& parent = *find(child.parent);
  const State& state = state_of(parent);
  const std::int64_t last = child.last_event;
  if (unfinished_.empty()) unfinished_ = strands_;
  if (state.as<MapState>()) {
    Event& event = add_event(EventType::kMapIterationFailed, last, {}, iteration(child));
    event.name = state.name;
  }
  if (state_of(child).as<TaskState>()) add_event(EventType::kTaskStateAborted, last);
  abort_children(parent, child.id, last);
  remove_children(parent.id);
  parent.last_event = last;
  parent.wake_at.reset();
  changed(parent);
  fail_state(parent, failure);
}

void Execution::abort_children(Strand& strand, int except, std::int64_t previous) {
  const State& state = state_of(strand);
  for (const int id : children_of(strand.id)) {
    Strand& child = strands_.at(id);
    if (id == except || child.phase == Strand::Phase::kDone) continue;
    if (state.as<MapState>()) {
      Event& event = add_event(EventType::kMapIterationAborted, previous, {}, iteration(child));
      event.name = state.name;
    }
    abort_state(child, previous);
  }
}

void Execution::abort_state(Strand& strand, std::int64_t previous) {
  if (strand.phase == Strand::Phase::kEnter || strand.phase == Strand::Phase::kDone) return;
  const State& state = state_of(strand);
  if (strand.phase == Strand::Phase::kChildren) abort_children(strand, -1, previous);
  if (state.as<TaskState>()) add_event(EventType::kTaskStateAborted, previous);
  if (state.as<WaitState>()) add_event(EventType::kWaitStateAborted, previous);
  if (state.as<ParallelState>()) add_event(EventType::kParallelStateAborted, previous);
  if (state.as<MapState>()) add_event(EventType::kMapStateAborted, previous);
}

}  // namespace aurora::asl
