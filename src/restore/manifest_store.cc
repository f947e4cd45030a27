#include "restore/manifest_store.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"

namespace aurora::restore {

std::string manifest_key(const std::string& snapshot_name, const std::string& snapshot_arn) {
  return fmt::format("manifests/{}-{}.json", replace_all(snapshot_name, ":", "-"),
                     hex_encode(sha256(snapshot_arn)).substr(0, 12));
}

Manifest load_manifest(aws::Api& api, const std::string& region, const std::string& uri) {
  return manifest_from(parse_json(read_s3_text(api, region, uri, "manifest"), "manifest " + uri), uri);
}

void store_manifest(aws::Api& api, const std::string& region, const S3Place& place,
                    const Manifest& manifest) {
  write_s3_text(api, region, place, "application/json", dump_json_pretty(to_json(manifest)) + "\n");
}

}  // namespace aurora::restore
