// A command as a row: names and texts, its options, and what it runs.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_codes.h"

namespace aurora::cli {

struct Context;

// Takes the declaration of a command's options. One implementation parses, another collects them for
// help and completion. `names` are as typed: "-n,--limit". A value that is not given leaves its target
// as it was; an empty value is refused, because it is nearly always a variable that was not set.
class Binder {
 public:
  virtual ~Binder() = default;
  virtual void flag(std::string_view names, bool& target, std::string_view help) = 0;
  // `choices`: the values that are allowed; empty when every text is.
  virtual void option(std::string_view names, std::string_view value_name, std::string& target,
                      std::string_view help, std::vector<std::string> choices = {}) = 0;
  virtual void number(std::string_view names, std::string_view value_name, int& target, int least, int most,
                      std::string_view help) = 0;
  // May be given several times, and several values may be joined by commas when `split_commas`.
  virtual void list(std::string_view names, std::string_view value_name, std::vector<std::string>& target,
                    std::string_view help, bool split_commas) = 0;
  virtual void argument(std::string_view name, std::string& target, std::string_view help, bool required,
                        std::vector<std::string> choices = {}) = 0;
  // One or more of them, or any number when none is `required`; stands after the other arguments.
  virtual void arguments(std::string_view name, std::vector<std::string>& targets, std::string_view help,
                         bool required) = 0;
};

struct CommandText {
  // As typed, "local start".
  std::string path;
  std::string summary;
  // Paragraphs below the usage line.
  std::string description;
  // Pairs of a command line without the program's name, and what it does.
  std::vector<std::pair<std::string, std::string>> examples;
  // It lists or shows something, so that it takes --output.
  bool lists = false;
};

// One parse of one command line: the options live in here between bind() and run().
class Invocation {
 public:
  virtual ~Invocation() = default;
  virtual void bind(Binder& binder) = 0;
  virtual ExitCode run(Context& context) = 0;
};

struct Command {
  CommandText text;
  std::function<std::unique_ptr<Invocation>()> make;
};

template <class Options>
Command make_command(CommandText text, void (*bind)(Binder&, Options&),
                     ExitCode (*run)(Context&, const Options&)) {
  class Bound final : public Invocation {
   public:
    Bound(void (*bind_options)(Binder&, Options&), ExitCode (*run_with)(Context&, const Options&))
        : bind_(bind_options), run_(run_with) {}
    void bind(Binder& binder) override { bind_(binder, options_); }
    ExitCode run(Context& context) override { return run_(context, options_); }

   private:
    Options options_;
    void (*bind_)(Binder&, Options&);
    ExitCode (*run_)(Context&, const Options&);
  };
  return {std::move(text), [bind, run] { return std::make_unique<Bound>(bind, run); }};
}

// What a command declared, for help and completion.
struct DeclaredOption {
  std::vector<std::string> names;  // "-n", "--limit"; for an argument its name
  std::string value_name;          // empty for a flag
  std::string help;
  std::vector<std::string> choices;
  bool argument = false;
  bool required = false;
  bool repeats = false;
};

std::vector<DeclaredOption> declared_options(const Command& command);

// Collects through a Binder.
class CollectingBinder final : public Binder {
 public:
  void flag(std::string_view names, bool& target, std::string_view help) override;
  void option(std::string_view names, std::string_view value_name, std::string& target, std::string_view help,
              std::vector<std::string> choices) override;
  void number(std::string_view names, std::string_view value_name, int& target, int least, int most,
              std::string_view help) override;
  void list(std::string_view names, std::string_view value_name, std::vector<std::string>& target,
            std::string_view help, bool split_commas) override;
  void argument(std::string_view name, std::string& target, std::string_view help, bool required,
                std::vector<std::string> choices) override;
  void arguments(std::string_view name, std::vector<std::string>& targets, std::string_view help,
                 bool required) override;
  std::vector<DeclaredOption> take() { return std::move(options_); }

 private:
  std::vector<DeclaredOption> options_;
};

// Every command, in the order of the help.
const std::vector<Command>& commands();
// The command of that path, or null.
const Command* find_command(std::string_view path);

}  // namespace aurora::cli
