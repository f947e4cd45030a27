#include "local/engines/simulated_engine.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"

namespace aurora::local::engines {
namespace {

std::string address_text(const std::string& address, unsigned short port) {
  return fmt::format("{}:{}", address, port);
}

}  // namespace

void SimulatedEngine::fail_next(const std::string& call, const std::string& name,
                                const std::string& message) {
  const std::lock_guard lock(mutex_);
  failures_[call] = {name, message};
}

void SimulatedEngine::occupy(const std::string& address_and_port) {
  const std::lock_guard lock(mutex_);
  occupied_.insert(address_and_port);
}

std::string SimulatedEngine::verifier_of(const std::filesystem::path& directory,
                                         const std::string& user) const {
  const std::lock_guard lock(mutex_);
  const auto found = stored_.find(directory);
  if (found == stored_.end() || !found->second.running) return {};
  const auto verifier = found->second.verifiers.find(user);
  return verifier == found->second.verifiers.end() ? std::string() : verifier->second;
}

std::string SimulatedEngine::address_of(const std::filesystem::path& directory) const {
  const std::lock_guard lock(mutex_);
  const auto found = stored_.find(directory);
  if (found == stored_.end() || !found->second.running) return {};
  return address_text(found->second.server.address, found->second.server.port);
}

std::map<std::string, std::string> SimulatedEngine::parameters_of(
    const std::filesystem::path& directory) const {
  const std::lock_guard lock(mutex_);
  const auto found = stored_.find(directory);
  return found == stored_.end() ? std::map<std::string, std::string>{} : found->second.server.parameters;
}

std::size_t SimulatedEngine::stored() const {
  const std::lock_guard lock(mutex_);
  return stored_.size();
}

std::size_t SimulatedEngine::servers() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [directory, entry] : stored_) count += entry.running ? 1 : 0;
  return count;
}

int SimulatedEngine::starts() const {
  const std::lock_guard lock(mutex_);
  return starts_;
}

void SimulatedEngine::fail_if_told(const std::string& call) {
  const auto failure = failures_.find(call);
  if (failure == failures_.end()) return;
  const auto [name, message] = failure->second;
  failures_.erase(failure);
  throw Error(name, message);
}

bool SimulatedEngine::runs(std::string_view, std::string&) const {
  return true;
}

std::string SimulatedEngine::password_verifier(const Secret& password) const {
  return "simulated$" + hex_encode(sha256(password.reveal()));
}

bool SimulatedEngine::address_is_free(const std::string& address, unsigned short port) const {
  const std::lock_guard lock(mutex_);
  return !occupied_.contains(address_text(address, port));
}

void SimulatedEngine::create(const std::filesystem::path& directory, const NewCluster& cluster,
                             std::stop_token) {
  const std::lock_guard lock(mutex_);
  fail_if_told("create");
  if (stored_.contains(directory)) return;
  Stored& entry = stored_[directory];
  entry.bytes = cluster_bytes_;
  entry.verifiers[cluster.master_user] = cluster.verifier;
}

void SimulatedEngine::start(const std::filesystem::path& directory, const Server& server, std::stop_token) {
  const std::lock_guard lock(mutex_);
  fail_if_told("start");
  const auto found = stored_.find(directory);
  if (found == stored_.end()) throw Error("EngineFailed", "there is no cluster in " + directory.string());
  Stored& entry = found->second;
  if (entry.running && entry.server.address == server.address && entry.server.port == server.port) return;
  entry.running = true;
  entry.server = server;
  ++starts_;
}

void SimulatedEngine::reload(const std::filesystem::path& directory, const Server& server) {
  const std::lock_guard lock(mutex_);
  if (const auto found = stored_.find(directory); found != stored_.end())
    found->second.server.parameters = server.parameters;
}

void SimulatedEngine::stop(const std::filesystem::path& directory) {
  const std::lock_guard lock(mutex_);
  if (const auto found = stored_.find(directory); found != stored_.end()) found->second.running = false;
}

bool SimulatedEngine::running(const std::filesystem::path& directory) const {
  const std::lock_guard lock(mutex_);
  const auto found = stored_.find(directory);
  return found != stored_.end() && found->second.running;
}

void SimulatedEngine::set_password(const std::filesystem::path& directory, const Server&,
                                   const std::string& user, const std::string& verifier) {
  const std::lock_guard lock(mutex_);
  fail_if_told("set_password");
  stored_[directory].verifiers[user] = verifier;
}

void SimulatedEngine::duplicate(const std::string& call, const std::filesystem::path& from,
                                const std::filesystem::path& to, const Progress& progress) {
  std::uint64_t bytes = 0;
  {
    const std::lock_guard lock(mutex_);
    fail_if_told(call);
    const auto found = stored_.find(from);
    if (found == stored_.end()) throw Error("EngineFailed", "there is nothing in " + from.string());
    Stored copy = found->second;
    copy.running = false;
    bytes = copy.bytes;
    stored_.emplace(to, std::move(copy));
  }
  progress(bytes, bytes);
}

void SimulatedEngine::back_up(const std::filesystem::path& directory, const Server&,
                              const std::filesystem::path& backup, const Progress& progress,
                              std::stop_token) {
  duplicate("back_up", directory, backup, progress);
}

void SimulatedEngine::copy_backup(const std::filesystem::path& from, const std::filesystem::path& to,
                                  const Progress& progress, std::stop_token) {
  duplicate("copy_backup", from, to, progress);
}

void SimulatedEngine::restore(const std::filesystem::path& backup, const std::filesystem::path& directory,
                              const Progress& progress, std::stop_token) {
  duplicate("restore", backup, directory, progress);
}

bool SimulatedEngine::can_replay(const std::filesystem::path& cluster,
                                 const std::optional<std::filesystem::path>& backup) const {
  const std::lock_guard lock(mutex_);
  return stored_.contains(cluster) && (!backup || stored_.contains(*backup));
}

void SimulatedEngine::restore_to_time(const PointInTime& point, const std::filesystem::path& directory,
                                      const Progress& progress, std::stop_token) {
  duplicate("restore_to_time", point.cluster, directory, progress);
}

void SimulatedEngine::remove(const std::filesystem::path& directory) {
  const std::lock_guard lock(mutex_);
  fail_if_told("remove");
  stored_.erase(directory);
}

std::uint64_t SimulatedEngine::size_bytes(const std::filesystem::path& directory) const {
  const std::lock_guard lock(mutex_);
  const auto found = stored_.find(directory);
  return found == stored_.end() ? 0 : found->second.bytes;
}

}  // namespace aurora::local::engines
