// Published versions of functions, and the aliases that point at them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "local/documents.h"
#include "local/lambda/function.h"

namespace aurora::local {

// What a function was when it was published; it never changes again. `settings.executable` is a copy that
// nothing replaces.
struct FunctionVersion {
  int number = 0;
  FunctionSettings settings;
  std::string code_sha256;
};

struct FunctionAlias {
  std::string name;
  std::string version;  // a number, or $LATEST
  std::string description;
  std::string revision;
};

// Not thread-safe: the service's lock guards it.
class FunctionVersions {
 public:
  // The tables that it wants of its store.
  static std::vector<std::string> schemas();
  explicit FunctionVersions(SQLite::Database& database)
      : versions_(database, "versions"), aliases_(database, "aliases") {}

  std::optional<FunctionVersion> find(const std::string& region, const std::string& function,
                                      int number) const;
  // By their numbers.
  std::vector<FunctionVersion> list(const std::string& region, const std::string& function) const;
  // With the next number, which is never given twice.
  FunctionVersion add(const std::string& region, const std::string& function, FunctionVersion version);

  std::optional<FunctionAlias> find_alias(const std::string& region, const std::string& function,
                                          const std::string& name) const;
  std::vector<FunctionAlias> list_aliases(const std::string& region, const std::string& function) const;
  void put_alias(const std::string& region, const std::string& function, const FunctionAlias& alias);
  bool erase_alias(const std::string& region, const std::string& function, const std::string& name);

  // The version that a qualifier means: a number, or kLatest; nothing when there is none of it.
  std::optional<std::string> resolve(const std::string& region, const std::string& function,
                                     const std::string& qualifier) const;

 private:
  Documents versions_;
  Documents aliases_;
};

// Letters, digits, hyphens and underscores, and not digits alone.
bool is_alias_name(std::string_view name);

}  // namespace aurora::local
