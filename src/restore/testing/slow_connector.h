// Real sessions whose every statement takes a second of virtual time, so that a call's time runs out early.
#pragma once
#include "base/clock.h"
#include "db/session.h"

namespace aurora::restore::testing {

class SlowSession final : public db::Session {
 public:
  SlowSession(std::unique_ptr<db::Session> session, ManualClock& clock)
      : session_(std::move(session)), clock_(clock) {}
  db::Engine engine() const override { return session_->engine(); }
  db::Result query(std::string_view sql,
                   const std::vector<std::optional<std::string>>& parameters = {}) override {
    clock_.advance(std::chrono::seconds(1));
    return session_->query(sql, parameters);
  }
  void run_all(std::span<const std::string> statements) override { session_->run_all(statements); }
  std::string quote_identifier(std::string_view name) override { return session_->quote_identifier(name); }
  std::string quote_literal(std::string_view text) override { return session_->quote_literal(text); }
  std::string password_verifier(std::string_view user, const Secret& password) override {
    return session_->password_verifier(user, password);
  }

 private:
  std::unique_ptr<db::Session> session_;
  ManualClock& clock_;
};

class SlowConnector final : public db::Connector {
 public:
  SlowConnector(db::Connector& connector, ManualClock& clock) : connector_(connector), clock_(clock) {}
  std::unique_ptr<db::Session> connect(const db::ConnectOptions& options) override {
    return std::make_unique<SlowSession>(connector_.connect(options), clock_);
  }

 private:
  db::Connector& connector_;
  ManualClock& clock_;
};

}  // namespace aurora::restore::testing
