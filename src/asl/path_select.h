// Following the steps of a path through a value. Used by path*.cc only.
#pragma once
#include <span>

#include "asl/path.h"

namespace aurora::asl {

using Nodes = std::vector<const Json*>;
using Steps = std::span<const PathStep>;

// What stays the same while a path is followed.
struct Search {
  const Json& root;  // what "$" in a filter means
  Meter& meter;
};

// One name or one index: it leads to one value at most.
bool is_single(const PathStep& step);
// Several names at once, which give one object of these members where they end a path.
bool is_choice_of_members(const PathStep& step);

// Where one single step leads from `from`, or null.
const Json* follow(const PathStep& step, const Json& from, Meter& meter);
// Every value that the steps lead to, in the order of the document.
Nodes select(Steps steps, const Json& from, const Search& search);
// The members of `object` that are named, in the order of the names.
Json chosen_members(const PathStep& step, const Json& object);
// The array of all matches of a path that is not definite.
Json select_all(Steps steps, const Json& from, const Search& search);

}  // namespace aurora::asl
