// What the services' models say about operations and shapes, as constant tables: model_compiler.cc makes
// them at build time from models/*.json, so a process pays nothing for them when it starts.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace aurora::aws {

enum class Protocol : std::uint8_t { kQuery, kJson, kRestJson, kRestXml, kEc2 };

enum class Type : std::uint8_t {
  kStructure,
  kList,
  kMap,
  kString,
  kInteger,
  kLong,
  kFloat,
  kDouble,
  kBoolean,
  kBlob,
  kTimestamp
};

// Where a member travels; all but kBody occur in the REST protocols only.
enum class Location : std::uint8_t { kBody, kHeader, kHeaders, kUri, kQueryString, kStatusCode };

// kDefault: what the protocol says for the place.
enum class TimestampFormat : std::uint8_t { kDefault, kIso8601, kUnix, kRfc822 };

struct Shape;

// A member of a structure.
struct Member {
  std::string_view name = {};
  const Shape* shape = nullptr;
  std::string_view wire_name = {};   // the model's locationName, or the name
  std::string_view query_name = {};  // the name in Query protocols, where it is another
  Location location = Location::kBody;
  bool required = false;
  bool flattened = false;
  bool streaming = false;
  bool xml_attribute = false;
  bool idempotency_token = false;  // clients fill it in when it is absent
  TimestampFormat timestamp_format = TimestampFormat::kDefault;
  std::string_view xml_namespace = {};
  std::string_view xml_prefix = {};
};

struct Shape {
  std::string_view name = {};
  Type type = Type::kStructure;
  std::span<const Member> members = {};  // of a structure
  // Of a list: the element; of a map: the value.
  const Shape* element = nullptr;
  const Shape* key = nullptr;
  std::string_view element_name = {};  // empty where the model names none: "member", "key", "value"
  std::string_view key_name = {};
  const Member* payload = nullptr;  // the member that is the whole body
  std::span<const std::string_view> enum_values = {};
  bool flattened = false;
  bool sensitive = false;
  bool streaming = false;
  bool is_union = false;
  bool is_event_stream = false;
  TimestampFormat timestamp_format = TimestampFormat::kDefault;
  // Least length, count or value; kNoMinimum where there is none.
  std::int64_t minimum = kNoMinimum;
  // Of an error: its code on the wire and its HTTP status.
  bool is_error = false;
  bool is_fault = false;  // the service's fault, not the caller's
  std::string_view error_code = {};
  std::int16_t error_status = 400;

  static constexpr std::int64_t kNoMinimum = INT64_MIN;

  // Nothing when there is no such member.
  const Member* member(std::string_view member_name) const;
};

// How an operation's pages hang together. Names may be paths ("EngineDefaults.Marker").
struct Paginator {
  std::span<const std::string_view> input_tokens = {};
  std::span<const std::string_view> output_tokens = {};
  std::span<const std::string_view> result_keys = {};
  std::string_view limit_key = {};
  std::string_view more_results = {};  // the member that says whether more follows, where there is one
};

struct Operation {
  std::string_view name = {};
  std::string_view method = {};
  std::string_view uri = {};  // template: /{Bucket}/{Key+}?tagging
  std::int16_t status = 200;
  const Shape* input = nullptr;          // null where the operation takes nothing
  const Shape* output = nullptr;         // null where it answers nothing
  std::string_view result_wrapper = {};  // Query: the element that holds the output
  std::string_view input_name = {};      // REST XML: the body's root where the input itself is the body
  std::string_view input_namespace = {};
  std::string_view host_prefix = {};
  bool is_unsigned = false;
  bool checksum_required = false;
  std::span<const Shape* const> errors = {};
  const Paginator* paginator = nullptr;
};

struct Service {
  std::string_view name = {};  // botocore's: "stepfunctions"
  std::string_view id = {};    // "SFN"
  Protocol protocol = Protocol::kQuery;
  // The service answers the Query protocol too, and names its errors by that protocol's codes.
  bool query_compatible = false;
  std::string_view api_version = {};
  std::string_view endpoint_prefix = {};  // "states"
  std::string_view signing_name = {};     // "states"
  std::string_view json_version = {};
  std::string_view target_prefix = {};
  std::string_view xml_namespace = {};
  std::string_view global_endpoint = {};
  std::span<const Operation> operations = {};  // sorted by name
  std::span<const Shape> shapes = {};          // sorted by name

  // Nothing when there is no such operation or shape.
  const Operation* operation(std::string_view operation_name) const;
  const Shape* shape(std::string_view shape_name) const;
  // The shape of an error by its code on the wire or by its own name.
  const Shape* error(std::string_view code_or_name) const;
};

std::span<const Service* const> all_services();
// By name ("stepfunctions"); nothing when there is no such service.
const Service* find_service(std::string_view name);
// By the name in a signature's scope ("states", "monitoring"); nothing when there is none.
const Service* find_service_by_signing_name(std::string_view signing_name);
// The same, but throws Error "UnknownService" / "UnknownOperation".
const Service& require_service(std::string_view name);
const Operation& require_operation(const Service& service, std::string_view name);

}  // namespace aurora::aws
