// A value that must never be printed: it has no conversion to text but reveal().
#pragma once
#include <string>
#include <utility>

namespace aurora {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::exchange(other.value_, {})) {}
  Secret& operator=(Secret other) noexcept {
    value_.swap(other.value_);
    return *this;
  }
  // Overwrites the memory before it is given back.
  ~Secret();

  // Call it only where the value leaves for its one consumer.
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

}  // namespace aurora
