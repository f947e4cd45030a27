// How a batch at work is shown: on a terminal a table that moves, in a pipe a line for each event.
#pragma once
#include "cli/batch.h"
#include "cli/live.h"

namespace aurora::cli {

class BatchView final : public BatchObserver {
 public:
  explicit BatchView(Context& context) : context_(context), live_(context.terminal) {}
  void started(const BatchItem& item) override;
  void step_changed(const BatchItem& item) override;
  void will_retry(const BatchItem& item) override;
  void finished(const BatchItem& item) override;
  void waits_for_slot(const BatchItem& item) override;
  void tick(const std::vector<BatchItem>& items) override;
  void notice(const std::string& text) override;
  // Takes the table away; called before anything else is written.
  void end() { live_.clear(); }

 private:
  void say(const BatchItem& item, const std::string& text);
  std::string row(const BatchItem& item, std::size_t name_width) const;

  Context& context_;
  LiveLines live_;
  std::size_t turn_ = 0;
};

// One line for each item, and for machines.
std::string batch_table(Context& context, const std::vector<BatchItem>& items);
Json batch_json(const std::string& batch, const BatchResult& result);

}  // namespace aurora::cli
