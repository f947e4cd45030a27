#include "local/dynamodb/transfer_request.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "base/dates.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/text.h"
#include "local/dynamodb/errors.h"
#include "local/service_support.h"

namespace aurora::local::dynamodb {
namespace {

constexpr std::int64_t kTokenLifeSeconds = 8 * 3600;
constexpr std::int64_t kPageMax = 25;

std::string digest_of(Json input) {
  input.erase("ClientToken");
  return hex_encode(sha256(dump_json(input)));
}

std::int64_t number_of_token(const Call& call) {
  const std::string text = decode_token(call, "NextToken");
  std::int64_t number = std::numeric_limits<std::int64_t>::max();
  if (text.empty()) return number;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size())
    throw validation_error("The provided NextToken is not valid");
  return number;
}

}  // namespace

std::string table_of_arn(const std::string& arn, const Call& call) {
  const auto parts = split(arn_part(arn, 5), '/');
  const bool ours = arn.starts_with("arn:") && arn_part(arn, 2) == "dynamodb" &&
                    arn_part(arn, 3) == call.region && arn_part(arn, 4) == kAccountId;
  return ours && parts.size() >= 2 && parts[0] == "table" ? parts[1] : "";
}

std::optional<Transfer> repeated(Context& context, const Call& call, Transfer::Kind kind,
                                 const char* conflict_code) {
  const std::string token = string_or(call.input, "ClientToken", "");
  if (token.empty()) return std::nullopt;
  auto known = TransferStore(context.store)
                   .find_token(kind, call.region, token, context.now_seconds() - kTokenLifeSeconds);
  if (known && known->digest != digest_of(call.input))
    throw aws::ServiceError(conflict_code,
                            fmt::format("The client token {} was used for another request", token));
  return known;
}

Transfer new_transfer(Context& context, const Call& call, Transfer::Kind kind, const std::string& table_arn,
                      const std::string& id) {
  Transfer transfer;
  transfer.kind = kind;
  transfer.arn =
      fmt::format("{}/{}/{}", table_arn, kind == Transfer::Kind::kExport ? "export" : "import", id);
  transfer.region = call.region;
  transfer.table_arn = table_arn;
  transfer.token = string_or(call.input, "ClientToken", "");
  if (transfer.token.empty()) transfer.token = new_uuid();
  transfer.digest = digest_of(call.input);
  transfer.started_at = context.now_seconds();
  return transfer;
}

Json list_transfers(Context& context, const Call& call, Transfer::Kind kind, const char* list,
                    const char* size_member, Json (*shown)(const Transfer& transfer)) {
  const auto size = int_or(call.input, size_member, kPageMax);
  if (size < 1 || size > kPageMax)
    throw constraint_error(std::to_string(size), size_member, "Member must have value between 1 and 25");
  const auto found = TransferStore(context.store)
                         .list(kind, call.region, string_or(call.input, "TableArn", ""),
                               number_of_token(call), static_cast<std::size_t>(size) + 1);
  Json answer = {{list, Json::array()}};
  for (const Transfer& transfer : found) {
    if (answer[list].size() == static_cast<std::size_t>(size)) {
      answer["NextToken"] = encode_token(std::to_string(found[answer[list].size() - 1].number));
      break;
    }
    answer[list].push_back(shown(transfer));
  }
  return answer;
}

}  // namespace aurora::local::dynamodb
