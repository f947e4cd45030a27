// A query of CloudWatch Logs Insights up to an empty line, and the log lines that it is run over after it.
#include <cstdint>

#include "base/text.h"
#include "local/insights/lexer.h"
#include "local/insights/pipeline.h"

using namespace aurora::local::insights;

namespace {

constexpr std::size_t kBytesMax = 8 * 1024 * 1024;

void run(const std::string& text, const std::vector<std::string>& lines) {
  const Query query = parse_query(text);
  AURORA_INVARIANT(!query.commands.empty());
  Pipeline pipeline(query, kResultsDefault, kBytesMax);
  std::int64_t row = 0;
  for (const std::string& line : lines) {
    Record::Event event{
        .time_ms = 1795242051000 - 777 * row, .message = line, .log = "1:/aws/lambda/f", .row = row};
    ++row;
    if (!pipeline.push(std::make_shared<const Record>(std::move(event)))) break;
  }
  AURORA_INVARIANT(pipeline.matched() <= lines.size());
  for (const auto& result : pipeline.finish())
    for (const auto& [name, value] : result) AURORA_INVARIANT(value.size() <= kBytesMax);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = size == 0 ? std::string() : std::string(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(text.find("\n\n"), text.size());
  try {
    run(text.substr(0, end), aurora::split(text.substr(std::min(end + 2, text.size())), '\n'));
  } catch (const QueryError& error) {
    AURORA_INVARIANT(error.begin() <= error.end() && error.end() <= end);
  } catch (const aurora::Error& error) {
    // Beside refusals there is only what wants too much memory.
    AURORA_INVARIANT(error.name() == "QueryTooLarge");
  }
  return 0;
}
