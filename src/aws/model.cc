#include "aws/model.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

template <typename T>
const T* find_by_name(std::span<const T> sorted, std::string_view name) {
  const auto at =
      std::lower_bound(sorted.begin(), sorted.end(), name,
                       [](const T& entry, std::string_view wanted) { return entry.name < wanted; });
  return at != sorted.end() && at->name == name ? &*at : nullptr;
}

std::string hint_for(std::string_view name, const std::vector<std::string>& known) {
  const std::optional<std::string> near = nearest(name, known);
  return near ? "Did you mean " + *near + "?" : "";
}

}  // namespace

const Member* Shape::member(std::string_view member_name) const {
  const auto at = std::find_if(members.begin(), members.end(),
                               [&](const Member& member) { return member.name == member_name; });
  return at != members.end() ? &*at : nullptr;
}

const Operation* Service::operation(std::string_view operation_name) const {
  return find_by_name(operations, operation_name);
}

const Shape* Service::shape(std::string_view shape_name) const {
  return find_by_name(shapes, shape_name);
}

const Shape* Service::error(std::string_view code_or_name) const {
  const Shape* named = shape(code_or_name);
  // Several may share a code (CloudWatch's ResourceNotFound); the one that bears it as its name is meant.
  if (named && named->is_error && named->error_code == code_or_name) return named;
  const auto at = std::find_if(shapes.begin(), shapes.end(), [&](const Shape& candidate) {
    return candidate.is_error && candidate.error_code == code_or_name;
  });
  if (at != shapes.end()) return &*at;
  return named && named->is_error ? named : nullptr;
}

const Service* find_service(std::string_view name) {
  for (const Service* service : all_services())
    if (service->name == name) return service;
  return nullptr;
}

const Service* find_service_by_signing_name(std::string_view signing_name) {
  for (const Service* service : all_services())
    if (service->signing_name == signing_name) return service;
  return nullptr;
}

const Service& require_service(std::string_view name) {
  if (const Service* service = find_service(name)) return *service;
  std::vector<std::string> known;
  for (const Service* service : all_services()) known.emplace_back(service->name);
  throw Error("UnknownService", "There is no AWS service \"" + std::string(name) + "\" here.",
              hint_for(name, known));
}

const Operation& require_operation(const Service& service, std::string_view name) {
  if (const Operation* operation = service.operation(name)) return *operation;
  std::vector<std::string> known;
  for (const Operation& operation : service.operations) known.emplace_back(operation.name);
  throw Error(
      "UnknownOperation",
      "The model of " + std::string(service.name) + " has no operation \"" + std::string(name) + "\".",
      hint_for(name, known));
}

}  // namespace aurora::aws
