#include "local/schedule_report.h"

namespace aurora::local {

std::optional<http::Response> serve_schedules(Events& events, Scheduler& scheduler,
                                              const http::Request& request) {
  if (request.path != kSchedulesPath) return std::nullopt;
  const http::Headers headers{{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  if (request.method != "GET" || request.headers.has("Origin"))
    return http::Response{.status = request.method == "GET" ? 403 : 405,
                          .headers = headers,
                          .body = R"({"error":"AccessDenied","message":"schedules are only shown here"})"};
  Json all = events.schedules();
  for (Json& schedule : scheduler.schedules()) all.push_back(std::move(schedule));
  return http::Response{.status = 200, .headers = headers, .body = dump_json({{"schedules", all}})};
}

}  // namespace aurora::local
