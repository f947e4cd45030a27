// DynamoDB's numbers: exact decimals.
#pragma once
#include <compare>
#include <string>
#include <string_view>

namespace aurora::local::dynamodb {

// Up to 38 significant digits, magnitude 1E-130 to 9.99…E+125, or zero (Amazon DynamoDB Developer Guide,
// "Supported data types"). Immutable and always in canonical form, so equal numbers have equal text.
class Number {
 public:
  // Throws ValidationException for text that is no number, or one that does not fit.
  static Number parse(std::string_view text);

  // Plain notation without an exponent or needless zeros: "0", "-12.5".
  std::string text() const;

  // Throw ValidationException when the exact result does not fit; nothing is ever rounded.
  Number operator+(const Number& other) const;
  Number operator-(const Number& other) const;
  Number operator-() const;

  std::strong_ordering operator<=>(const Number& other) const;
  bool operator==(const Number& other) const = default;

  // Bytes whose order is the order of the numbers; at most 22.
  std::string sort_key() const;
  // What the number counts for in the size of an item.
  std::size_t size_bytes() const;

 private:
  Number(int sign, std::string digits, int exponent)
      : sign_(sign), digits_(std::move(digits)), exponent_(exponent) {}
  static Number make(bool negative, std::string_view digits, long exponent);

  int sign_ = 0;        // -1, 0, 1
  std::string digits_;  // no zeros at either end; empty for zero
  int exponent_ = 0;    // of the first digit: 123 has 2
};

}  // namespace aurora::local::dynamodb
