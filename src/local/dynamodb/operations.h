// DynamoDB's operations, one function each. They run one at a time, under the service's lock.
#pragma once
#include "base/clock.h"
#include "local/dynamodb/store.h"
#include "local/service.h"

namespace aurora::local::dynamodb {

// Where ImportTable writes what was wrong with items.
inline constexpr char kImportLogGroup[] = "/aws-dynamodb/imports";

struct Context {
  Store& store;
  const Clock& clock;

  std::int64_t now_seconds() const;
};

// table_operations.cc
Json create_table(Context& context, const Call& call);
Json describe_table(Context& context, const Call& call);
Json list_tables(Context& context, const Call& call);
Json update_table(Context& context, const Call& call);
Json delete_table(Context& context, const Call& call);
Json describe_limits(Context& context, const Call& call);
// CreateTable's work without its answer and transaction.
Table add_table(Context& context, const Call& call);
// table_settings.cc
Json update_time_to_live(Context& context, const Call& call);
Json describe_time_to_live(Context& context, const Call& call);
Json update_continuous_backups(Context& context, const Call& call);
Json describe_continuous_backups(Context& context, const Call& call);
Json tag_resource(Context& context, const Call& call);
Json untag_resource(Context& context, const Call& call);
Json list_tags_of_resource(Context& context, const Call& call);
// item_operations.cc
Json get_item(Context& context, const Call& call);
Json put_item(Context& context, const Call& call);
Json update_item(Context& context, const Call& call);
Json delete_item(Context& context, const Call& call);
// read_operations.cc
Json query(Context& context, const Call& call);
Json scan(Context& context, const Call& call);
// batch_operations.cc
Json batch_get_item(Context& context, const Call& call);
Json batch_write_item(Context& context, const Call& call);
// export_operations.cc
Json export_table_to_point_in_time(Context& context, const Call& call);
Json describe_export(Context& context, const Call& call);
Json list_exports(Context& context, const Call& call);
// import_operations.cc
Json import_table(Context& context, const Call& call);
Json describe_import(Context& context, const Call& call);
Json list_imports(Context& context, const Call& call);
// transactions.cc
Json transact_get_items(Context& context, const Call& call);
Json transact_write_items(Context& context, const Call& call);

}  // namespace aurora::local::dynamodb
