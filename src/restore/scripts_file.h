// SQL files as the functions get them: objects in S3, where the command line put the operator's own.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/client.h"
#include "restore/scripts_split.h"

namespace aurora::restore {

struct S3Place {
  std::string bucket;
  std::string key;
  std::string uri() const { return "s3://" + bucket + "/" + key; }
};

// Nothing when `uri` is not s3://bucket/key.
std::optional<S3Place> parse_s3_uri(std::string_view uri);
// Throws Error "ObjectNotFound" when it is not there or may not be read, naming what it was wanted for.
std::string read_s3_text(aws::Api& api, const std::string& region, const std::string& uri,
                         std::string_view what);
void write_s3_text(aws::Api& api, const std::string& region, const S3Place& place,
                   std::string_view content_type, const std::string& text);

struct SqlFile {
  std::string uri;
  std::string name;    // the key's last part, without the hash that uploads have before it
  std::string sha256;  // of the text, 64 hex digits
  std::string text;
};

// scripts/<sha256>-<name>: where a file's content is put, so that it cannot change under its name.
std::string content_addressed_key(std::string_view name, std::string_view text);

// Throws Error "InvalidInput" for what is no s3:// address, "ObjectNotFound", and "ScriptChanged" when the
// content is not the one that a content-addressed name promises.
SqlFile fetch_sql_file(aws::Api& api, const std::string& region, const std::string& uri);

// The value of a comment such as "database: shop"; nothing when its key is another.
std::optional<std::string> header_value(const SqlComment& comment, std::string_view key);

}  // namespace aurora::restore
