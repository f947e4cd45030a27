// Syntax and its errors. What expressions mean is in condition_test.cc and update_test.cc.
#include "local/dynamodb/parser.h"

#include <gtest/gtest.h>

#include <random>

#include "aws/error.h"

namespace aurora::local::dynamodb {
namespace {

Json placeholders(const char* names, const char* values) {
  Json input = Json::object();
  if (*names != '\0') input["ExpressionAttributeNames"] = Json::parse(names);
  if (*values != '\0') input["ExpressionAttributeValues"] = Json::parse(values);
  return input;
}

template <typename Run>
std::string refusal(Run run) {
  try {
    run();
  } catch (const aws::ServiceError& error) {
    EXPECT_EQ(error.code(), "ValidationException");
    return error.message();
  }
  return "accepted";
}

constexpr char kValues[] =
    R"({":v":{"S":"x"},":n":{"N":"1"},":m":{"N":"9"},":b":{"BOOL":true},":l":{"L":[]},":s":{"SS":["a"]},
        ":t":{"S":"SS"}})";

std::string condition_refusal(const std::string& text) {
  return refusal([&] {
    Placeholders known(placeholders(R"({"#n":"name"})", kValues));
    parse_condition(text, "FilterExpression", known);
  });
}

std::string update_refusal(const std::string& text) {
  return refusal([&] {
    Placeholders known(placeholders(R"({"#n":"name"})", kValues));
    parse_update(text, known);
  });
}

TEST(DynamoDbConditionParser, AcceptsTheGrammar) {
  for (const auto* text : {
           "a = :v",
           "a.b[0].c <> :v",
           "#n = :v AND NOT b < :n OR c >= :n",
           "a between :n and :m",
           "a IN (:v, :n)",
           "attribute_exists(a.b)",
           "attribute_not_exists(#n)",
           "attribute_type(a, :t)",
           "begins_with(a, :v)",
           "contains(a, :v)",
           "size(a) > :n",
           "(a = :v)",
           "(a = :v OR b = :v) AND c = :n",
           "not (a = :v)",
           ":n BETWEEN a AND b",
           "size(a) = size(b)",
           "a=b",
           "  a\n=\t:v ",
           "(a) = :v",
       }) {
    EXPECT_EQ(condition_refusal(text), "accepted") << text;
  }
}

TEST(DynamoDbConditionParser, NamesTheTokenThatIsWrong) {
  EXPECT_EQ(condition_refusal("a = "),
            R"(Invalid FilterExpression: Syntax error; token: "<EOF>", near: "=")");
  EXPECT_EQ(condition_refusal("a = :v AND"),
            R"(Invalid FilterExpression: Syntax error; token: "<EOF>", near: "AND")");
  EXPECT_EQ(condition_refusal("a == :v"),
            R"(Invalid FilterExpression: Syntax error; token: "=", near: "== :v")");
  EXPECT_EQ(condition_refusal("a = :v b = :v"),
            R"(Invalid FilterExpression: Syntax error; token: "b", near: ":v b =")");
  EXPECT_EQ(condition_refusal("a = !x"),
            R"(Invalid FilterExpression: Syntax error; token: "!", near: "= !")");
  EXPECT_EQ(condition_refusal("(a = :v"),
            R"(Invalid FilterExpression: Syntax error; token: "<EOF>", near: ":v")");
  EXPECT_EQ(condition_refusal("a[b] = :v"),
            R"(Invalid FilterExpression: Syntax error; token: "b", near: "[b]")");
  EXPECT_EQ(condition_refusal("a AND b = :v"),
            R"(Invalid FilterExpression: Syntax error; token: "AND", near: "a AND b")");
  EXPECT_EQ(condition_refusal(""), "Invalid FilterExpression: The expression can not be empty;");
}

TEST(DynamoDbConditionParser, RefusesReservedWordsInAnyCase) {
  EXPECT_EQ(condition_refusal("status = :v"),
            "Invalid FilterExpression: Attribute name is a reserved keyword; reserved keyword: status");
  EXPECT_EQ(condition_refusal("a.Timestamp = :v"),
            "Invalid FilterExpression: Attribute name is a reserved keyword; reserved keyword: Timestamp");
}

TEST(DynamoDbConditionParser, RefusesWhatIsNotDefined) {
  EXPECT_EQ(
      condition_refusal("a = :missing"),
      "Invalid FilterExpression: An expression attribute value used in expression is not defined; attribute "
      "value: :missing");
  EXPECT_EQ(
      condition_refusal("#missing = :v"),
      "Invalid FilterExpression: An expression attribute name used in the document path is not defined; "
      "attribute name: #missing");
}

TEST(DynamoDbConditionParser, RefusesWrongFunctionsAndOperands) {
  const std::string prefix = "Invalid FilterExpression: ";
  EXPECT_EQ(condition_refusal("frobnicate(a)"), prefix + "Invalid function name; function: frobnicate");
  EXPECT_EQ(condition_refusal("size(a)"),
            prefix + "The function is not allowed to be used this way in an expression; function: size");
  EXPECT_EQ(
      condition_refusal("attribute_exists(a) = :v"),
      prefix +
          "The function is not allowed to be used this way in an expression; function: attribute_exists");
  EXPECT_EQ(condition_refusal("attribute_exists(:v)"),
            prefix + "Operator or function requires a document path; operator or function: attribute_exists");
  EXPECT_EQ(condition_refusal("begins_with(a)"),
            prefix +
                "Incorrect number of operands for operator or function; operator or function: begins_with, "
                "number of operands: 1");
  EXPECT_EQ(condition_refusal("begins_with(a, :n)"),
            prefix +
                "Incorrect operand type for operator or function; operator or function: begins_with, operand "
                "type: N");
  EXPECT_EQ(
      condition_refusal("a < :b"),
      prefix +
          "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL");
  EXPECT_EQ(
      condition_refusal("a = a"),
      prefix +
          "The first operand must be distinct from the remaining operands for this operator or function; "
          "operator: =, first operand: [a]");
  EXPECT_EQ(
      condition_refusal("attribute_type(a, :v)"),
      prefix + "Invalid attribute type name found; type: x, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}");
  EXPECT_EQ(condition_refusal("a BETWEEN :m AND :n"),
            prefix +
                "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower "
                "bound operand: AttributeValue: {N:9}, upper bound operand: AttributeValue: {N:1}");
  EXPECT_EQ(condition_refusal("((a = :v))"), prefix + "The expression has redundant parentheses;");
}

TEST(DynamoDbConditionParser, BoundsSizeAndNesting) {
  EXPECT_EQ(condition_refusal(std::string(5000, 'a') + " = :v"),
            "Invalid FilterExpression: Expression size has exceeded the maximum allowed size; expression "
            "size: 5005");
  EXPECT_EQ(condition_refusal(std::string(2000, '(') + "a = :v"),
            "Invalid FilterExpression: The expression has exceeded the maximum nesting depth of 300");
  std::string many = "a IN (:v";
  for (int i = 0; i < 100; ++i) many += ",:v";
  EXPECT_EQ(condition_refusal(many + ")"),
            "Invalid FilterExpression: The IN operator is provided with too many operands; number of "
            "operands: 101");
}

TEST(DynamoDbUpdateParser, AcceptsTheGrammar) {
  for (const auto* text : {
           "SET a = :v",
           "set a.b[2] = :v, #n = c remove d, e[0]",
           "ADD a :n, b :s DELETE c :s",
           "SET a = a + :n",
           "SET a = if_not_exists(a, :n) + :n",
           "SET a = list_append(if_not_exists(a, :l), :l)",
           "SET a = b - c",
       }) {
    EXPECT_EQ(update_refusal(text), "accepted") << text;
  }
}

TEST(DynamoDbUpdateParser, RefusesInTheWordsOfAws) {
  const std::string prefix = "Invalid UpdateExpression: ";
  EXPECT_EQ(update_refusal("SET a :v"), prefix + R"(Syntax error; token: ":v", near: "a :v")");
  EXPECT_EQ(update_refusal("a = :v"), prefix + R"(Syntax error; token: "a", near: "a =")");
  EXPECT_EQ(update_refusal("SET a = :v,"), prefix + R"(Syntax error; token: "<EOF>", near: ",")");
  EXPECT_EQ(update_refusal("ADD a b"), prefix + R"(Syntax error; token: "b", near: "a b")");
  EXPECT_EQ(update_refusal("SET error = :v"),
            prefix + "Attribute name is a reserved keyword; reserved keyword: error");
  EXPECT_EQ(update_refusal("SET a = :v SET b = :v"),
            prefix + "The \"SET\" section can only be used once in an update expression;");
  EXPECT_EQ(update_refusal("SET a = :v, a.b = :v"),
            prefix +
                "Two document paths overlap with each other; must remove or rewrite one of these paths; path "
                "one: [a], path two: [a, b]");
  EXPECT_EQ(
      update_refusal("SET a.b = :v, a[1] = :v"),
      prefix +
          "Two document paths conflict with each other; must remove or rewrite one of these paths; path "
          "one: [a, b], path two: [a, [1]]");
  EXPECT_EQ(update_refusal("ADD a :v"),
            prefix + "Incorrect operand type for operator or function; operator: ADD, operand type: STRING");
  EXPECT_EQ(
      update_refusal("DELETE a :n"),
      prefix + "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER");
  EXPECT_EQ(
      update_refusal("SET a = a + :v"),
      prefix + "Incorrect operand type for operator or function; operator or function: +, operand type: S");
  EXPECT_EQ(update_refusal("SET a = size(b)"), prefix + "Invalid function name; function: size");
}

// Whatever stands in an expression, it is accepted or refused; the seed is fixed.
TEST(DynamoDbParsers, SurviveRandomTokens) {
  const std::vector<std::string> tokens = {"a",
                                           "#n",
                                           ":v",
                                           ":n",
                                           "(",
                                           ")",
                                           "[",
                                           "]",
                                           ".",
                                           ",",
                                           "=",
                                           "<>",
                                           "<",
                                           ">=",
                                           "+",
                                           "-",
                                           "AND",
                                           "OR",
                                           "NOT",
                                           "BETWEEN",
                                           "IN",
                                           "size",
                                           "0",
                                           "17",
                                           "SET",
                                           "ADD",
                                           "REMOVE",
                                           "DELETE",
                                           "contains",
                                           "$",
                                           "\xff",
                                           "#",
                                           "attribute_exists",
                                           "if_not_exists",
                                           "list_append",
                                           "begins_with"};
  std::mt19937 random(20261121);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (std::size_t i = random() % 14; i > 0; --i) text += tokens[random() % tokens.size()] + " ";
    condition_refusal(text);
    update_refusal(text);
    Placeholders known(placeholders(R"({"#n":"name"})", ""));
    refusal([&] { parse_projection(text, known); });
  }
}

TEST(DynamoDbProjectionParser, ReadsPathsAndRefusesOverlap) {
  Placeholders known(placeholders(R"({"#s":"status"})", ""));
  const auto paths = parse_projection("a, b.c[3], #s", known);
  ASSERT_EQ(paths.size(), 3U);
  EXPECT_EQ(print_path(paths[1]), "[b, c, [3]]");
  EXPECT_EQ(print_path(paths[2]), "[status]");
  EXPECT_EQ(
      refusal([&] { parse_projection("a.b, a", known); }),
      "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one "
      "of these paths; path one: [a, b], path two: [a]");
}

TEST(DynamoDbPlaceholders, RefusesThoseThatAreUnused) {
  Placeholders known(placeholders(R"({"#x":"x","#y":"y"})", R"({":v":{"S":"1"},":w":{"S":"1"}})"));
  parse_condition("#y = :w", "ConditionExpression", known);
  EXPECT_EQ(refusal([&] { known.check_all_used(); }),
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}");
  parse_condition("#x = :w", "ConditionExpression", known);
  EXPECT_EQ(refusal([&] { known.check_all_used(); }),
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}");
}

TEST(DynamoDbPlaceholders, RefusesMalformedKeysAndValues) {
  EXPECT_EQ(refusal([] { Placeholders(placeholders(R"({"x":"x"})", "")); }),
            "ExpressionAttributeNames contains invalid key: Syntax error; key: \"x\"");
  EXPECT_EQ(refusal([] { Placeholders(placeholders("", "{}")); }),
            "ExpressionAttributeValues must not be empty");
  EXPECT_EQ(
      refusal([] { Placeholders(placeholders("", R"({":n":{"N":"dog"}})")); }),
      "ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric "
      "value: dog for key :n");
}

}  // namespace
}  // namespace aurora::local::dynamodb
