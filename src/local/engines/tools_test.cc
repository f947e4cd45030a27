// Verifiers, certificates and directory copies.
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "base/dates.h"
#include "base/files.h"
#include "local/engines/file_tree.h"
#include "local/engines/postgresql_files.h"
#include "local/engines/scram.h"
#include "local/engines/tls_authority.h"
#include "local/testing/temporary_directory.h"

namespace aurora::local::engines {
namespace {

using aurora::local::testing::TemporaryDirectory;

// The user, password and salt of the example in RFC 7677, section 3; the keys were computed from them with
// Python's hashlib and hmac.
TEST(Scram, VerifierIsWhatPostgreSqlStores) {
  EXPECT_EQ(
      scram_verifier(Secret("pencil"), "\x5b\x6d\x99\x68\x9d\x12\x35\x8e\xec\xa0\x4b\x14\x12\x36\xfa\x81"),
      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
      "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
}

X509* read_certificate(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  return certificate;
}

TEST(TlsAuthority, CertificatesFitTheirAddressesAndTheAuthority) {
  const TemporaryDirectory directory;
  const ManualClock clock(*parse_iso("2026-11-21T06:00:00Z"));
  const TlsAuthority authority(directory.path(), clock);
  X509* server = read_certificate(authority.issue({"127.99.3.4", "localhost"}).certificate);
  X509* ca = read_certificate(read_file(authority.ca_file()));
  ASSERT_TRUE(server && ca);
  EXPECT_EQ(X509_check_ip_asc(server, "127.99.3.4", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(server, "127.99.3.5", 0), 0);
  EXPECT_EQ(X509_check_host(server, "localhost", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_verify(server, X509_get0_pubkey(ca)), 1);
  EXPECT_EQ(X509_check_ca(server), 0);
  EXPECT_NE(X509_check_ca(ca), 0);
  X509_free(server);
  X509_free(ca);
}

TEST(TlsAuthority, StaysTheSameAndItsKeyIsPrivate) {
  const TemporaryDirectory directory;
  const ManualClock clock(*parse_iso("2026-11-21T06:00:00Z"));
  const std::string first = read_file(TlsAuthority(directory.path(), clock).ca_file());
  EXPECT_EQ(read_file(TlsAuthority(directory.path(), clock).ca_file()), first);
  struct stat status {};
  ASSERT_EQ(::stat((directory.path() / "ca.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

class Trees : public ::testing::Test {
 protected:
  Trees() {
    std::filesystem::create_directories(from() / "base/1");
    write_file(from() / "base/1/1259", std::string(100'000, 'x'), 0600);
    write_file(from() / "postmaster.pid", "1", 0600);
    std::filesystem::create_symlink("elsewhere", from() / "link");
  }
  std::filesystem::path from() const { return directory_.path() / "from"; }
  std::filesystem::path to() const { return directory_.path() / "to"; }
  TemporaryDirectory directory_;
};

TEST_F(Trees, CopyHasEverythingButWhatIsLeftOutAndCountsBytes) {
  std::uint64_t last = 0;
  std::uint64_t expected = 0;
  copy_tree(from(), to(), {"postmaster.pid"},
            [&](std::uint64_t done, std::uint64_t total) {
              last = done;
              expected = total;
            },
            {});
  EXPECT_EQ(read_file(to() / "base/1/1259"), std::string(100'000, 'x'));
  EXPECT_FALSE(std::filesystem::exists(to() / "postmaster.pid"));
  EXPECT_EQ(std::filesystem::read_symlink(to() / "link"), "elsewhere");
  EXPECT_EQ(last, 100'000u);
  EXPECT_EQ(expected, 100'001u);
  EXPECT_EQ(tree_bytes(to()), 100'000u);
  struct stat status {};
  ASSERT_EQ(::stat((to() / "base/1/1259").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(Trees, StoppedCopyIsCancelled) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(copy_tree(from(), to(), {}, {}, stop.get_token()), Cancelled);
}

TEST_F(Trees, NewDirectoryIsThereWholeOrNotAtAll) {
  const std::filesystem::path place = directory_.path() / "a/b/place";
  {
    const NewDirectory abandoned(place, current_user(), false);
    write_file(abandoned.path() / "half", "");
  }
  EXPECT_TRUE(std::filesystem::is_empty(place.parent_path()));
  NewDirectory fresh(place, current_user(), true);
  write_file(fresh.path() / "whole", "");
  EXPECT_FALSE(std::filesystem::exists(place));
  fresh.move_into_place();
  EXPECT_TRUE(std::filesystem::exists(place / "whole"));
}

TEST_F(Trees, DirectoryThatTheServersUserCannotEnterIsNamed) {
  const SystemUser stranger{"nobody", 65534, 65534};
  std::filesystem::permissions(directory_.path(), std::filesystem::perms(0711));
  std::filesystem::permissions(from(), std::filesystem::perms(0700));
  EXPECT_EQ(unreachable_parent(from() / "base", stranger), from());
  EXPECT_EQ(unreachable_parent(from(), stranger), "");
}

TEST(PostgreSqlFiles, ValuesCannotLeaveTheirQuotes) {
  const std::string conf =
      postgresql_conf({"/data/rds/c/abc"}, {"15.10", "127.9.9.9", 6000, {{"search_path", "a', 'b"}}}, true);
  EXPECT_NE(conf.find("search_path = 'a'', ''b'\n"), std::string::npos);
  EXPECT_NE(conf.find("listen_addresses = '127.9.9.9'\nport = '6000'\n"), std::string::npos);
  EXPECT_EQ(set_password_sql("a\"b", "v'w"), "ALTER ROLE \"a\"\"b\" PASSWORD 'v''w';\n");
}

TEST(PostgreSqlFiles, OnlyTlsWhenTheGroupForcesIt) {
  EXPECT_NE(pg_hba_conf({"15.10", "127.9.9.9", 6000, {}}).find("\nhost all all 127.0.0.0/8 scram-sha-256\n"),
            std::string::npos);
  const std::string forced = pg_hba_conf({"15.10", "127.9.9.9", 6000, {{"rds.force_ssl", "1"}}});
  EXPECT_NE(forced.find("\nhostssl all all 127.0.0.0/8 scram-sha-256\n"), std::string::npos);
  EXPECT_EQ(forced.find("\nhost all all 127"), std::string::npos);
}

}  // namespace
}  // namespace aurora::local::engines
