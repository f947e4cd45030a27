#include "local/engines/tls_authority.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/digest.h"
#include "base/error.h"
#include "base/files.h"
#include "base/secret.h"
#include "base/text.h"

namespace aurora::local::engines {
namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using X509Pointer = std::unique_ptr<X509, Freer<X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;
using Number = std::unique_ptr<BIGNUM, Freer<BN_free>>;

constexpr auto kAuthorityLife = std::chrono::days(3650);
constexpr auto kServerLife = std::chrono::days(825);

template <typename T>
T must(T pointer, const char* doing) {
  if (pointer) return pointer;
  const char* reason = ERR_reason_error_string(ERR_get_error());
  throw Error("EngineFailed",
              fmt::format("OpenSSL cannot {}: {}", doing, reason ? reason : "unknown reason"));
}

Key new_key() {
  return Key(must(EVP_EC_gen("P-256"), "make a key"));
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::string pem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_X509(bio.get(), certificate), "write a certificate");
  return text_of(bio.get());
}

std::string pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr), "write a key");
  return text_of(bio.get());
}

void set_life(X509* certificate, TimePoint from, std::chrono::days life) {
  const auto seconds = [](TimePoint when) {
    return std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count();
  };
  // A clock that is an hour behind still finds it valid.
  must(ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(from - std::chrono::hours(1))), "set a date");
  must(ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(from + life)), "set a date");
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(
      must(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), "add an extension"));
  must(X509_add_ext(certificate, extension.get(), -1), "add an extension");
}

X509Pointer new_certificate(EVP_PKEY* key, const std::string& common_name, TimePoint now,
                            std::chrono::days life) {
  X509Pointer certificate(must(X509_new(), "make a certificate"));
  must(X509_set_version(certificate.get(), X509_VERSION_3), "make a certificate");
  const std::string serial = random_bytes(16);
  const Number number(BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()), 16, nullptr));
  must(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())), "number a certificate");
  set_life(certificate.get(), now, life);
  must(X509_set_pubkey(certificate.get(), key), "make a certificate");
  X509_NAME* name = X509_get_subject_name(certificate.get());
  must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                  reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0),
       "name a certificate");
  return certificate;
}

X509Pointer new_authority(EVP_PKEY* key, TimePoint now) {
  // Two data directories must not have authorities of one name, or a client that knows both may pick the
  // wrong one.
  X509Pointer certificate = new_certificate(
      key, "aurora-restore local authority " + hex_encode(random_bytes(4)), now, kAuthorityLife);
  must(X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get())), "name an issuer");
  add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
  must(X509_sign(certificate.get(), key, EVP_sha256()), "sign a certificate");
  return certificate;
}

bool is_address(const std::string& name) {
  return name.find_first_not_of("0123456789.") == std::string::npos;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::vector<std::string> entries;
  for (const std::string& name : names) entries.push_back((is_address(name) ? "IP:" : "DNS:") + name);
  return join(entries, ",");
}

}  // namespace

struct TlsAuthority::Keys {
  Key key;
  X509Pointer certificate;
};

TlsAuthority::TlsAuthority(const std::filesystem::path& directory, const Clock& clock)
    : ca_file_(directory / "ca.crt"), clock_(clock), keys_(std::make_unique<Keys>()) {
  std::filesystem::create_directories(directory);
  const std::filesystem::path key_file = directory / "ca.key";
  const std::optional<std::string> certificate = read_file_if_exists(ca_file_);
  const std::optional<std::string> key = read_file_if_exists(key_file);
  if (certificate && key) {
    const Bio certificate_bio(BIO_new_mem_buf(certificate->data(), static_cast<int>(certificate->size())));
    const Bio key_bio(BIO_new_mem_buf(key->data(), static_cast<int>(key->size())));
    keys_->certificate.reset(
        must(PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr), "read ca.crt"));
    keys_->key.reset(must(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr), "read ca.key"));
    return;
  }
  keys_->key = new_key();
  keys_->certificate = new_authority(keys_->key.get(), clock_.now());
  // The key first: a certificate without its key would be of no use to the next start.
  write_file(key_file, pem(keys_->key.get()), 0600);
  write_file(ca_file_, pem(keys_->certificate.get()), 0644);
}

TlsAuthority::~TlsAuthority() = default;

Certificate TlsAuthority::issue(const std::vector<std::string>& names) const {
  const Key key = new_key();
  const X509Pointer certificate = new_certificate(key.get(), names.at(0), clock_.now(), kServerLife);
  must(X509_set_issuer_name(certificate.get(), X509_get_subject_name(keys_->certificate.get())),
       "name an issuer");
  add_extension(certificate.get(), keys_->certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), keys_->certificate.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(certificate.get(), keys_->certificate.get(), NID_ext_key_usage, "serverAuth");
  add_extension(certificate.get(), keys_->certificate.get(), NID_subject_alt_name, alternative_names(names));
  must(X509_sign(certificate.get(), keys_->key.get(), EVP_sha256()), "sign a certificate");
  return {pem(certificate.get()), pem(key.get())};
}

}  // namespace aurora::local::engines
