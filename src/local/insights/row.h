// What goes through the commands of a query: a log event, or a line of statistics.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "local/insights/expression.h"
#include "local/insights/record.h"

namespace aurora::local::insights {

class Row final : public Scope {
 public:
  Row() = default;
  explicit Row(std::shared_ptr<const Record> record) : record_(std::move(record)) {}

  // Of what the query computed under that name, else of the event.
  Value field(const std::string& name) const override {
    for (const auto& [known, value] : computed_)
      if (known == name) return value;
    return record_ ? record_->field(name) : Value();
  }
  void set(const std::string& name, Value value) {
    for (auto& [known, old] : computed_)
      if (known == name) {
        old = std::move(value);
        return;
      }
    computed_.emplace_back(name, std::move(value));
  }
  // Null for a line of statistics.
  const Record* record() const { return record_.get(); }

  // Roughly, without what the record parsed.
  std::size_t bytes() const {
    std::size_t total = sizeof(Row) + (record_ ? sizeof(Record) + record_->event().message.size() + 200 : 0);
    for (const auto& [name, value] : computed_)
      total += name.size() + value.text().size() + sizeof(Value) + 32;
    return total;
  }

 private:
  std::shared_ptr<const Record> record_;
  std::vector<std::pair<std::string, Value>> computed_;
};

}  // namespace aurora::local::insights
