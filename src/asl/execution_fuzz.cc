// The input of an execution; its first character chooses the machine.
#include "asl/fuzz_input.h"

using namespace aurora::asl;

namespace {

// Between them every state, and the input in every place where data may stand.
constexpr const char* kMachines[] = {
    R"-({"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","MaxConcurrencyPath":"$.n",
      "ItemSelector":{"v.$":"$$.Map.Item.Value","all.$":"$..*"},"ItemProcessor":{"StartAt":"T","States":{
      "T":{"Type":"Task","Resource":"arn:aws:lambda:us-west-2:1:function:f","TimeoutSecondsPath":"$.v.t",
        "ResultPath":"$.r","Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":1}],"End":true}}},
      "ResultSelector":{"first.$":"$[0]"},"ResultPath":"$.a.b","OutputPath":"$.a","End":true,
      "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.e","Next":"C"}]},"C":{"Type":"Succeed"}}})-",
    R"-({"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[
      {"StartAt":"W","States":{"W":{"Type":"Wait","SecondsPath":"$.s","End":true}}},
      {"StartAt":"X","States":{"X":{"Type":"Wait","TimestampPath":"$.t","Next":"F"},
        "F":{"Type":"Fail","ErrorPath":"$.e","CausePath":"States.JsonToString($)"}}}],
      "End":true}}})-",
    R"-({"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[
        {"Variable":"$.a","StringMatches":"*x*","Next":"L"},
        {"Variable":"$.a","NumericLessThanPath":"$.b","Next":"L"},
        {"Not":{"Variable":"$.a","IsTimestamp":true},"Next":"S"}],"Default":"L"},
      "L":{"Type":"Pass","Parameters":{"a.$":"$","b.$":"States.Array($.a, $.b)"},"Next":"C"},
      "S":{"Type":"Succeed"}}})-",
    R"-({"StartAt":"I","States":{"I":{"Type":"Pass","Parameters":{"f.$":"States.Format($.t, $.a, $.b)",
      "j.$":"States.StringToJson($.j)","m.$":"States.JsonMerge($.m, $.m, false)",
      "u.$":"States.ArrayUnique($.l)","p.$":"States.ArrayPartition($.l, $.n)",
      "r.$":"States.ArrayRange($.n, $.o, $.p)","h.$":"States.Hash($.a, $.h)",
      "d.$":"States.Base64Decode($.d)","s.$":"States.StringSplit($.t, $.j)"},"End":true}}})-"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kCompiled = [] {
    std::vector<std::shared_ptr<const Machine>> machines;
    for (const char* text : kMachines) machines.push_back(Machine::compile(aurora::Json::parse(text)));
    return machines;
  }();
  if (size == 0) return 0;
  const std::optional<Value> input = Value::parse(fuzz_text(data + 1, size - 1));
  if (input) fuzz_execution(kCompiled[data[0] % kCompiled.size()], *input);
  return 0;
}
