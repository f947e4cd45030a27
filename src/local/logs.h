// Amazon CloudWatch Logs.
#pragma once
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "local/documents.h"
#include "local/logs_insights.h"
#include "local/service_support.h"
#include "local/store.h"

namespace aurora::local {

// Log groups and streams with events, retention and filters.
class Logs final : public Service {
 public:
  Logs(const std::filesystem::path& directory, Clock& clock);
  ~Logs() override;
  Json handle(const Call& call) override;
  void start() override;
  void stop() override;

  // Adds a line to a stream, which is made where it is missing, with its group. For the Lambda service's
  // output: lines are gathered and written a few times a second, all of them at stop(); reads see them at
  // once. Never throws: a log that cannot be written stops no function.
  void append(const std::string& region, const std::string& group, const std::string& stream, TimePoint time,
              const std::string& line) noexcept;

 private:
  struct Line {
    std::string region;
    std::string group;
    std::string stream;
    std::int64_t time_ms = 0;
    std::string text;
  };

  Json create_log_group(const Call& call);
  Json delete_log_group(const Call& call);
  Json describe_log_groups(const Call& call);
  Json put_retention_policy(const Call& call);
  Json delete_retention_policy(const Call& call);
  Json create_log_stream(const Call& call);
  Json delete_log_stream(const Call& call);
  Json describe_log_streams(const Call& call);
  Json put_log_events(const Call& call);
  Json get_log_events(const Call& call);
  Json filter_log_events(const Call& call);
  Json tag_log_group(const Call& call);
  Json untag_log_group(const Call& call);
  Json list_tags_log_group(const Call& call);
  Json tag_resource(const Call& call);
  Json untag_resource(const Call& call);
  Json list_tags_for_resource(const Call& call);

  // All of these want the lock held.
  std::string group_of(const Call& call);
  Json find_group(const Call& call, const std::string& group);
  std::string tagged_group(const Call& call);
  Json described_stream(const std::string& region, const std::string& group, const std::string& stream,
                        const Json& document);
  void add(const Line& line);
  void write_pending();
  void drop_expired();
  std::int64_t stored_bytes(const std::string& region, const std::string& group);
  void keep(const std::stop_token& stop);

  Clock& clock_;
  std::mutex mutex_;
  SQLite::Database database_;
  Documents groups_;
  Documents streams_;
  LogsInsights insights_;
  std::vector<Line> pending_;
  std::size_t dropped_ = 0;  // lines that a full disk or a runaway function cost
  std::jthread keeper_;
};

}  // namespace aurora::local
