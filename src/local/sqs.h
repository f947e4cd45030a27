// Amazon SQS.
#pragma once
#include <functional>
#include <mutex>
#include <stop_token>

#include "base/clock.h"
#include "local/documents.h"
#include "local/service_support.h"
#include "local/store.h"

namespace aurora::local {

// Standard queues: visibility timeouts, delays, retention, long polling, dead-letter queues. FIFO queues are
// refused by name and attribute.
class Sqs final : public Service {
 public:
  // Queue URLs begin with `url` (http://127.0.0.1:4566). Any URL whose last two parts are account and name
  // means that queue, so the documents' https://sqs.us-west-2.amazonaws.com/… does too.
  Sqs(const std::filesystem::path& directory, Clock& clock, std::string url);
  Json handle(const Call& call) override;
  void start() override;
  void stop() override;  // ends the long polls

 private:
  struct Queue {
    std::string region;
    std::string name;
    Json document;  // attributes, tags, created, modified
    std::int64_t number(const char* attribute) const;
    std::string arn() const { return make_arn("sqs", region, name); }
  };
  struct Counts {
    std::int64_t visible = 0;
    std::int64_t in_flight = 0;
    std::int64_t delayed = 0;
  };

  Json create_queue(const Call& call);
  Json get_queue_url(const Call& call);
  Json list_queues(const Call& call);
  Json delete_queue(const Call& call);
  Json purge_queue(const Call& call);
  Json get_queue_attributes(const Call& call);
  Json set_queue_attributes(const Call& call);
  Json list_dead_letter_source_queues(const Call& call);
  Json tag_queue(const Call& call);
  Json untag_queue(const Call& call);
  Json list_queue_tags(const Call& call);

  Json send_message(const Call& call);
  Json send_message_batch(const Call& call);
  Json receive_message(const Call& call);
  Json delete_message(const Call& call);
  Json delete_message_batch(const Call& call);
  Json change_message_visibility(const Call& call);
  Json change_message_visibility_batch(const Call& call);

  // All of these want the lock held.
  std::optional<Queue> load(const std::string& region, const std::string& name);
  Queue find(const Call& call);
  void store(const Queue& queue);
  std::string url_of(const std::string& name) const;
  Counts count(const Queue& queue);
  Json sent(const Queue& queue, const Json& entry);
  struct Stored {
    std::int64_t row = 0;
    std::string message_id;
    std::string body;
    Json attributes;
    Json system;
    std::int64_t sent = 0;  // times in microseconds since 1970
    std::int64_t times_received = 0;
    std::int64_t first_received = 0;
  };
  std::vector<Stored> visible(const Queue& queue, std::int64_t count_max);
  // Takes the message out of sight; the handle of its receipt.
  std::string hide(const Stored& message, std::int64_t timeout_seconds);
  Json received(const Queue& queue, const Call& call, std::int64_t count_max);
  bool moved_to_dead_letters(const Queue& queue, std::int64_t row, std::int64_t times_received);
  void deleted(const Queue& queue, const Json& entry);
  void changed(const Queue& queue, const Json& entry);
  void drop_expired(const Queue& queue);
  // When the next message that is now hidden comes into sight; nothing when there is none.
  std::optional<TimePoint> next_visible(const Queue& queue);
  void wake_receivers(const Queue& queue);

  // Runs the work for each entry in one transaction; refusals of single entries are part of the answer.
  Json batch(const Call& call, const std::function<Json(const Queue& queue, const Json& entry)>& work);

  Clock& clock_;
  const std::string url_;
  std::mutex mutex_;
  SQLite::Database database_;
  Documents queues_;
  bool stopping_ = false;
  std::multimap<std::string, std::stop_source> receivers_;  // those that wait, by queue ARN
};

}  // namespace aurora::local
