#include "restore/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "restore/manifest_store.h"

namespace aurora::restore {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kDocument[] = R"({
  "format": "aurora-restore manifest", "version": 1,
  "taken_at": "2026-11-21T03:15:00Z", "cluster_id": "prod", "region": "us-east-1",
  "engine": "aurora-postgresql", "engine_version": "15.4",
  "snapshot_name": "prod-1", "snapshot_arn": "arn:aws:rds:us-east-1:1:cluster-snapshot:prod-1",
  "snapshot_created_at": "2026-11-21T03:14:00Z",
  "totals": {"tables": 3, "rows": 12, "tables_pending": 1, "tables_unread": 1},
  "databases": [{"name": "shop",
    "tables": [{"schema": "public", "name": "orders", "kind": "table", "rows": 12, "checksum": "-77"},
               {"schema": "public", "name": "secret", "kind": "table", "unread": "permission denied"},
               {"schema": "public", "name": "users", "kind": "table", "pending": true}],
    "schemas": ["public"], "views": ["public.v"], "routines": [], "triggers": [], "events": [],
    "extensions": ["pg_trgm 1.6"], "foreign_keys": 1, "indexes": 4,
    "sequences": [{"schema": "public", "name": "orders_id_seq", "last_value": 12}]}],
  "users": ["app"]})";

Manifest read() {
  return manifest_from(parse_json(kDocument, "the test"), "s3://b/k");
}

std::string refusal(const std::string& text) {
  try {
    manifest_from(parse_json(text, "the test"), "s3://b/k");
  } catch (const Error& e) {
    return e.what();
  }
  return "none";
}

TEST(Manifest, IsReadAsItIsDocumented) {
  const Manifest manifest = read();
  ASSERT_EQ(manifest.tables.size(), 3u);
  EXPECT_EQ(manifest.tables[0].name.text(), "shop.public.orders");
  EXPECT_EQ(manifest.tables[0].contents, (db::Fingerprint{.rows = 12, .checksum = "-77"}));
  EXPECT_EQ(manifest.tables[1].problem, "permission denied");
  EXPECT_EQ(manifest.rows(), 12);
  EXPECT_EQ(manifest.pending(), 1u);
  EXPECT_EQ(manifest.unread(), 1u);
  EXPECT_EQ(manifest.databases[0].sequences[0].last_value, 12);
  EXPECT_THAT(manifest.databases[0].contents.inventory.view_names, ElementsAre("public.v"));
}

TEST(Manifest, IsWrittenAsItIsRead) {
  EXPECT_EQ(to_json(read()), parse_json(kDocument, "the test"));
}

TEST(Manifest, OtherDocumentsAndVersionsAreRefused) {
  EXPECT_THAT(refusal("{}"), HasSubstr("ManifestMalformed: s3://b/k is no manifest"));
  EXPECT_THAT(refusal(R"({"format": "aurora-restore manifest", "version": 2})"), HasSubstr("has version 2"));
  EXPECT_THAT(refusal(R"({"format": "aurora-restore manifest", "version": 1, "databases": [{"name": 7}]})"),
              HasSubstr("is not as the format has it"));
}

TEST(Manifest, StructureThatIsMissingIsNamed) {
  const Manifest origin = read();
  EXPECT_THAT(structural_differences(origin.databases, origin.databases), IsEmpty());
  std::vector<ManifestDatabase> restored = origin.databases;
  restored[0].contents.inventory.view_names.clear();
  restored[0].contents.inventory.extensions = {"pg_trgm 1.5"};
  restored[0].contents.inventory.indexes = 3;
  restored[0].sequences[0].last_value = 11;
  EXPECT_THAT(
      structural_differences(origin.databases, restored),
      ElementsAre("shop: view public.v is missing", "shop: extension pg_trgm 1.6 is missing",
                  "shop: 3 indexes instead of 4", "sequence shop.public.orders_id_seq is at 11, behind 12"));
  restored[0].sequences.clear();
  EXPECT_THAT(structural_differences(origin.databases, restored),
              ::testing::Contains("sequence shop.public.orders_id_seq is missing"));
  EXPECT_THAT(structural_differences(origin.databases, {}), ElementsAre("database shop is missing"));
}

TEST(Manifest, SequenceThatIsAheadIsRight) {
  const Manifest origin = read();
  std::vector<ManifestDatabase> restored = origin.databases;
  restored[0].sequences[0].last_value = 44;
  EXPECT_THAT(structural_differences(origin.databases, restored), IsEmpty())
      << "a server that recovers skips the numbers it had logged in advance";
}

TEST(Manifest, SnapshotsOfOneNameHaveTwoPlaces) {
  const std::string here = manifest_key("rds:prod-1", "arn:aws:rds:us-east-1:1:cluster-snapshot:rds:prod-1");
  const std::string there = manifest_key("rds:prod-1", "arn:aws:rds:us-west-2:1:cluster-snapshot:rds:prod-1");
  EXPECT_NE(here, there);
  EXPECT_THAT(here, HasSubstr("manifests/rds-prod-1-"));
}

}  // namespace
}  // namespace aurora::restore
