// Amazon S3.
#pragma once
#include <mutex>

#include "base/clock.h"
#include "local/documents.h"
#include "local/s3_files.h"
#include "local/service_support.h"
#include "local/store.h"

namespace aurora::local {

// Buckets and objects, addressed by path; multipart uploads, ranges, conditions, checksums, tags. Objects
// have no versions: PutBucketVersioning is refused.
class S3 final : public Service {
 public:
  S3(const std::filesystem::path& directory, Clock& clock);
  Json handle(const Call& call) override;
  // Drops the files of uploads that a crash cut off.
  void start() override;

 private:
  struct Object {
    std::string key;
    std::int64_t size = 0;
    std::string etag;  // with its quotes
    std::string modified;
    std::string file;
    Json details;  // headers, metadata, tags, checksums
  };
  struct Part {
    std::int64_t number = 0;
    std::int64_t size = 0;
    std::string etag;
    std::string file;
    std::string modified;
  };

  Json create_bucket(const Call& call);
  Json delete_bucket(const Call& call);
  Json head_bucket(const Call& call);
  Json list_buckets(const Call& call);
  Json get_bucket_location(const Call& call);
  Json get_bucket_versioning(const Call& call);
  Json put_bucket_tagging(const Call& call);
  Json get_bucket_tagging(const Call& call);
  Json delete_bucket_tagging(const Call& call);

  Json put_object(const Call& call);
  Json get_object(const Call& call);
  Json head_object(const Call& call);
  Json copy_object(const Call& call);
  Json delete_object(const Call& call);
  Json delete_objects(const Call& call);
  Json put_object_tagging(const Call& call);
  Json get_object_tagging(const Call& call);
  Json delete_object_tagging(const Call& call);

  Json list_objects(const Call& call);
  Json list_objects_v2(const Call& call);
  struct Listing;
  Listing listing(const Call& call, const std::string& after);

  Json create_multipart_upload(const Call& call);
  Json upload_part(const Call& call);
  Json upload_part_copy(const Call& call);
  Json complete_multipart_upload(const Call& call);
  Json abort_multipart_upload(const Call& call);
  Json list_parts(const Call& call);
  Json list_multipart_uploads(const Call& call);

  // All of these want the lock held.
  Json find_bucket(const Call& call);
  std::optional<Object> load(const std::string& bucket, const std::string& key);
  Object find(const Call& call);
  // Puts the object in the place of what was there; the file of that.
  std::string replace(const std::string& bucket, const Object& object);
  std::string erase(const std::string& bucket, const std::string& key);
  Json find_upload(const Call& call);
  std::vector<Part> parts_of(const std::string& upload);
  // The parts that a caller lists, in that order; throws what S3 refuses of such a list.
  static std::vector<Part> chosen_parts(const Json& wanted, const std::vector<Part>& known);
  // The MD5 of the parts' MD5s, and how many there are.
  static std::string combined_etag(const std::vector<Part>& parts);
  void store_part(const std::string& upload, const Part& part);
  void forget_upload(const std::string& upload);

  // Files that no row names any more are removed after the transaction, so that no row ever names a file
  // that is gone.
  void commit_and_remove(WriteTransaction& transaction, const std::vector<std::string>& files);
  // The object that a CopySource names, and its bucket.
  Object find_source(const Call& call);
  Json shown(const Call& call, const Object& object) const;
  std::string now_text() const;

  Clock& clock_;
  S3Files files_;
  std::mutex mutex_;
  SQLite::Database database_;
  Documents buckets_;
};

// Pure helpers, in s3_objects.cc.
struct ByteRange {
  std::int64_t first = 0;
  std::int64_t length = 0;
};
// What is kept of an object beside its bytes: headers, metadata, tags, from the input that writes it.
Json s3_object_details(const Json& input);
// "bytes=0-99", "bytes=100-", "bytes=-5" of an object of `size` bytes. Nothing when the header is no range
// or names several, which S3 ignores; throws InvalidRange when it lies outside.
std::optional<ByteRange> parse_byte_range(const std::string& header, std::int64_t size);

}  // namespace aurora::local
