#include "aws/cbor_codec.h"

#include "aws/json_codec.h"
#include "aws/scalars.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

// Arrays, maps and tags within each other. What is deeper is an attack on the stack.
constexpr std::size_t kNestingMax = 100;
constexpr char kIndefiniteArray = '\x9f';
constexpr char kIndefiniteMap = '\xbf';
constexpr char kBreak = '\xff';
constexpr char kEpochTag = '\xc1';

// ---- writing

void append(std::string& out, const Json& scalar) {
  const std::vector<std::uint8_t> bytes = Json::to_cbor(scalar);
  out.append(bytes.begin(), bytes.end());
}

void append_value(std::string& out, const Shape& shape, const Json& value);

void append_entry(std::string& out, std::string_view key, const Shape& shape, const Json& value) {
  append(out, Json(key));
  append_value(out, shape, value);
}

void append_value(std::string& out, const Shape& shape, const Json& value) {
  switch (shape.type) {
    case Type::kStructure:
      out += kIndefiniteMap;
      for_each_member(shape, value, [&](const Member& member, const Json& part) {
        append_entry(out, member.name, *member.shape, part);
      });
      out += kBreak;
      return;
    case Type::kMap:
      out += kIndefiniteMap;
      for (const auto& [key, part] : value.items()) append_entry(out, key, *shape.element, part);
      out += kBreak;
      return;
    case Type::kList:
      out += kIndefiniteArray;
      for (const Json& part : value) append_value(out, *shape.element, part);
      out += kBreak;
      return;
    case Type::kTimestamp:
      out += kEpochTag;
      return append(out, timestamp_number(value));
    case Type::kFloat:
    case Type::kDouble:
      return append(out, value.is_number() ? Json(value.get<double>()) : value);
    case Type::kBlob: {
      const std::string& bytes = value.get_ref<const std::string&>();
      return append(out, Json::binary({bytes.begin(), bytes.end()}));
    }
    default:
      return append(out, value);
  }
}

// ---- reading

// Walks over the items of a body without recursion, to know how deep they nest before a parser that does
// recurse reads them, and to leave out their tags, of which that parser does not know the first six. What is
// no CBOR is left to it to refuse.
class Preparation {
 public:
  explicit Preparation(std::string_view body) : rest_(body) { kept_.reserve(body.size()); }

  // The body without tags; throws MalformedMessage where it nests too deeply.
  std::string prepared() {
    bool well_formed = true;
    while (well_formed && !rest_.empty()) {
      well_formed = next_item();
      if (open_.size() > kNestingMax) throw MalformedMessage("the document is nested too deeply");
      while (!open_.empty() && open_.back() == 0) open_.pop_back();
    }
    kept_ += rest_;
    return std::move(kept_);
  }

 private:
  static constexpr std::uint64_t kUntilBreak = UINT64_MAX;

  std::string_view take(std::uint64_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  // Reads one item's head, and a text or byte string whole; false when the head is malformed.
  bool next_item() {
    const std::string_view before = rest_;
    const auto first = static_cast<std::uint8_t>(take(1)[0]);
    const int major = first >> 5;
    const int info = first & 31;
    const bool is_break = before[0] == kBreak;
    if (!is_break && !open_.empty() && open_.back() != kUntilBreak) --open_.back();
    const std::uint64_t argument = read_argument(info);
    if (major == 6)
      open_.push_back(1);
    else if (is_break && !open_.empty())
      open_.pop_back();
    else if (!is_break)
      enter(major, argument);
    if (major != 6) kept_ += before.substr(0, before.size() - rest_.size());
    return info <= 27 || info == 31;
  }

  std::uint64_t read_argument(int info) {
    if (info == 31) return kUntilBreak;
    if (info < 24 || info > 27) return static_cast<std::uint64_t>(info);
    std::uint64_t argument = 0;
    for (const char byte : take(1U << (info - 24)))
      argument = argument << 8 | static_cast<std::uint8_t>(byte);
    return argument;
  }

  void enter(int major, std::uint64_t argument) {
    const bool is_text = major == 2 || major == 3;
    if (major == 4 || (is_text && argument == kUntilBreak)) open_.push_back(argument);
    if (major == 5) open_.push_back(argument < kUntilBreak / 2 ? argument * 2 : kUntilBreak);
    if (is_text && argument != kUntilBreak) take(argument);
  }

  std::string_view rest_;
  std::string kept_;
  std::vector<std::uint64_t> open_;  // how many items each container still waits for
};

// Byte strings as the base64 text that JSON has in their place.
void without_bytes(Json& value) {
  if (value.is_binary()) {
    const auto& bytes = value.get_binary();
    value = base64_encode(std::string(bytes.begin(), bytes.end()));
  } else if (value.is_structured()) {
    for (Json& part : value) without_bytes(part);
  }
}

}  // namespace

std::string to_cbor(const Shape& shape, const Json& value) {
  std::string out;
  append_value(out, shape, value);
  return out;
}

Json from_cbor(const Shape& shape, std::string_view body) {
  if (body.empty()) return Json::object();
  Json parsed;
  try {
    parsed = Json::from_cbor(Preparation(body).prepared());
  } catch (const Json::exception&) {
    throw MalformedMessage("the body is not CBOR");
  }
  without_bytes(parsed);
  return from_wire_json(shape, parsed, Strictness::kStrict);
}

std::string_view cbor_operation(std::string_view path) {
  constexpr std::string_view kService = "/service/";
  constexpr std::string_view kOperation = "/operation/";
  const std::size_t operation = path.rfind(kOperation);
  if (operation == std::string_view::npos || path.find(kService) >= operation) return {};
  const std::string_view name = path.substr(operation + kOperation.size());
  return name.find('/') == std::string_view::npos ? name : std::string_view();
}

}  // namespace aurora::aws
