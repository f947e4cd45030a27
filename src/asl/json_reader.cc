#include "asl/json_reader.h"

#include "asl/members.h"

namespace aurora::asl {
namespace {

// Receives the parser's events and builds the value from them.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(JsonReading& reading) : reading_(reading) {}

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override;
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& failure) override;

 private:
  // An object or array that is not closed yet.
  struct Level {
    Json* value = nullptr;
    // Where its members are, once they are many.
    std::unordered_map<std::string, std::size_t> places;
  };
  static constexpr std::size_t kMany = 16;
  static constexpr int kNumberOutOfRange = 406;

  bool add(Json value) {
    place(std::move(value));
    return true;
  }
  Json* place(Json value);
  bool open(Json empty);
  bool close() {
    levels_.pop_back();
    return true;
  }

  JsonReading& reading_;
  std::vector<Level> levels_;
  Json* member_ = nullptr;  // of the key that was read last
};

Json* Builder::place(Json value) {
  if (levels_.empty()) {
    reading_.value = std::move(value);
    return &reading_.value;
  }
  Json& parent = *levels_.back().value;
  if (parent.is_array()) {
    parent.push_back(std::move(value));
    return &parent.back();
  }
  *member_ = std::move(value);
  return member_;
}

bool Builder::open(Json empty) {
  if (levels_.size() >= kJsonDepthMax) {
    reading_.problem = JsonReading::Problem::kNestedTooDeeply;
    return false;
  }
  Json* opened = place(std::move(empty));
  levels_.push_back({opened, {}});
  return true;
}

bool Builder::key(string_t& name) {
  Level& level = levels_.back();
  auto& members = level.value->get_ref<Json::object_t&>();
  if (members.size() < kMany) {
    const auto found = level.value->find(name);
    member_ = found == level.value->end() ? &append_member(*level.value, std::move(name), nullptr) : &*found;
    return true;
  }
  if (level.places.empty())
    for (std::size_t i = 0; i < members.size(); ++i) level.places.emplace(members.begin()[i].first, i);
  const auto [place, is_new] = level.places.emplace(name, members.size());
  member_ = is_new ? &append_member(*level.value, std::move(name), nullptr)
                   : &members.begin()[place->second].second;
  return true;
}

bool Builder::parse_error(std::size_t position, const std::string&,
                          const nlohmann::detail::exception& failure) {
  reading_.problem =
      failure.id == kNumberOutOfRange ? JsonReading::Problem::kNumberTooLarge : JsonReading::Problem::kSyntax;
  reading_.at = position > 0 ? position - 1 : 0;
  return false;
}

}  // namespace

JsonReading read_json(std::string_view text) {
  JsonReading reading;
  Builder builder(reading);
  const bool read = Json::sax_parse(text, &builder);
  if (!read && reading.ok()) reading.problem = JsonReading::Problem::kSyntax;
  if (!reading.ok()) reading.value = nullptr;
  return reading;
}

}  // namespace aurora::asl
