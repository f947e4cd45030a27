// Debian's libpq.a is built with GSSAPI and LDAP, whose libraries have no archives. A fully static
// executable gets these functions instead, which say that neither is there. Sessions are opened with
// gssencmode=disable and without a service file, so none is called in normal work; a server that demands
// GSSAPI gets a refused login.
//
// The types are cut down to what the functions touch: only names and calling convention matter to the
// linker.
#include <cstddef>
#include <cstdint>

namespace {

using Status = std::uint32_t;
constexpr Status kComplete = 0;
constexpr Status kUnavailable = 16U << 16;  // GSS_S_UNAVAILABLE

struct Buffer {
  std::size_t length;
  void* value;
};

constexpr int kNone = 0;
constexpr int kFailed = -1;

}  // namespace

extern "C" {

void* GSS_C_NT_HOSTBASED_SERVICE = nullptr;

Status gss_acquire_cred(Status*, void*, Status, void*, int, void**, void**, Status*) {
  return kUnavailable;
}
Status gss_delete_sec_context(Status*, void**, Buffer*) {
  return kComplete;
}
Status gss_display_status(Status*, Status, int, void*, Status* message_context, Buffer* text) {
  *message_context = 0;
  *text = {0, nullptr};
  return kUnavailable;
}
Status gss_import_name(Status*, Buffer*, void*, void**) {
  return kUnavailable;
}
Status gss_init_sec_context(Status*, void*, void**, void*, void*, Status, Status, void*, Buffer*, void**,
                            Buffer*, Status*, Status*) {
  return kUnavailable;
}
Status gss_release_buffer(Status*, Buffer*) {
  return kComplete;
}
Status gss_release_cred(Status*, void**) {
  return kComplete;
}
Status gss_release_name(Status*, void**) {
  return kComplete;
}
Status gss_unwrap(Status*, void*, Buffer*, Buffer*, int*, Status*) {
  return kUnavailable;
}
Status gss_wrap(Status*, void*, int, Status, Buffer*, int*, Buffer*) {
  return kUnavailable;
}
Status gss_wrap_size_limit(Status*, void*, int, Status, Status, Status*) {
  return kUnavailable;
}

int ldap_count_entries(void*, void*) {
  return kNone;
}
const char* ldap_err2string(int) {
  return "this program is built without LDAP";
}
void* ldap_first_entry(void*, void*) {
  return nullptr;
}
void** ldap_get_values_len(void*, void*, const char*) {
  return nullptr;
}
void* ldap_init(const char*, int) {
  return nullptr;
}
int ldap_msgfree(void*) {
  return kNone;
}
int ldap_result(void*, int, int, void*, void**) {
  return kFailed;
}
int ldap_search_st(void*, const char*, int, const char*, char**, int, void*, void**) {
  return kFailed;
}
int ldap_set_option(void*, int, const void*) {
  return kFailed;
}
int ldap_simple_bind(void*, const char*, const char*) {
  return kFailed;
}
int ldap_unbind(void*) {
  return kNone;
}
void ldap_value_free_len(void**) {}

}  // extern "C"
