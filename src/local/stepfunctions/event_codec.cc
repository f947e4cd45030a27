#include "local/stepfunctions/event_codec.h"

#include "base/error.h"

namespace aurora::local::stepfunctions {
namespace {

constexpr char kVersion = 1;

class Writer {
 public:
  explicit Writer(std::size_t bytes) { bytes_.reserve(bytes); }
  void byte(char value) { bytes_.push_back(value); }
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
    bytes_.push_back(static_cast<char>(value));
  }
  void difference(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    number(value < 0 ? ~(bits << 1) : bits << 1);
  }
  void text(std::string_view value) {
    number(value.size());
    bytes_.append(value);
  }
  void payload(const std::string& value, const std::string* last) {
    if (last && *last == value) return number(0);
    number(value.size() + 1);
    bytes_.append(value);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool at_end() const { return bytes_.empty(); }
  char byte() { return take(1).front(); }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto next = static_cast<unsigned char>(byte());
      value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
      if (next < 0x80) return value;
    }
    refuse();
  }
  std::int64_t difference() {
    const std::uint64_t bits = number();
    return static_cast<std::int64_t>(bits & 1 ? ~(bits >> 1) : bits >> 1);
  }
  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size()) refuse();
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  std::string text() { return std::string(take(number())); }
  std::string payload(const std::vector<asl::Event>& before) {
    if (const std::uint64_t size = number()) return std::string(take(size - 1));
    if (before.empty()) refuse();
    return before.back().payload;
  }
  [[noreturn]] static void refuse() {
    throw Error("StoreError", "a stored history has bytes that this program did not write",
                "The data directory is damaged: restore it from a copy, or begin with another.");
  }

 private:
  std::string_view bytes_;
};

asl::EventType type_of(char byte) {
  if (static_cast<unsigned char>(byte) > static_cast<unsigned char>(asl::EventType::kTaskTimedOut))
    Reader::refuse();
  return static_cast<asl::EventType>(byte);
}

std::size_t size_of(const std::vector<asl::Event>& events) {
  std::size_t size = 16;
  for (const asl::Event& event : events) size += 24 + event.name.size() + event.payload.size();
  return size;
}

}  // namespace

std::string encode_events(const std::vector<asl::Event>& events) {
  Writer writer(size_of(events));
  writer.byte(kVersion);
  writer.number(events.size());
  const asl::Event* last = nullptr;
  for (const asl::Event& event : events) {
    writer.difference(event.previous);
    writer.difference((event.time - (last ? last->time : TimePoint{})).count());
    writer.byte(static_cast<char>(event.type));
    writer.text(event.name);
    writer.payload(event.payload, last ? &last->payload : nullptr);
    writer.text(event.details.is_null() ? std::string() : dump_json(event.details));
    last = &event;
  }
  return writer.take();
}

std::vector<asl::Event> decode_events(std::int64_t first, std::string_view bytes) {
  Reader reader(bytes);
  if (reader.byte() != kVersion) Reader::refuse();
  const std::uint64_t count = reader.number();
  if (count > bytes.size()) Reader::refuse();
  std::vector<asl::Event> events;
  events.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    asl::Event event;
    event.id = first + static_cast<std::int64_t>(i);
    event.previous = reader.difference();
    event.time = (events.empty() ? TimePoint{} : events.back().time) + Duration(reader.difference());
    event.type = type_of(reader.byte());
    event.name = reader.text();
    event.payload = reader.payload(events);
    if (const std::string details = reader.text(); !details.empty())
      event.details = parse_json(details, "a stored event");
    events.push_back(std::move(event));
  }
  if (!reader.at_end()) Reader::refuse();
  return events;
}

}  // namespace aurora::local::stepfunctions
