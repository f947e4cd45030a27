#include <gtest/gtest.h>

#include "cli/seed/demo_data.h"
#include "db/testing/mariadb_server.h"

namespace aurora::cli {
namespace {

// The scripts on a real server, as the master user that Aurora gives: no SUPER.
class DemoRental : public testing::Test {
 protected:
  void load() {
    run_script(*session, "rental_tables");
    run_script(*session, "rental_catalog");
    run_script(*session, "rental_rentals", {{"part", 1}});
    run_script(*session, "rental_objects");
  }
  std::string value(std::string_view sql) { return session->query(sql).rows.at(0).at(0).value_or("null"); }
  std::string checksums() {
    std::string all;
    for (const db::Row& row : session
                                  ->query("CHECKSUM TABLE rental.film, rental.customer, rental.rental, "
                                          "rental.payment, rental.review")
                                  .rows)
      all += row.at(1).value_or("null") + " ";
    // CHECKSUM TABLE reads what is not stored of a virtual column.
    return all + value(
                     "SELECT SUM(CRC32(CONCAT_WS(',', day, store_id, rentals, revenue, average))) FROM "
                     "reporting.daily_revenue");
  }

  // Functions need this or SUPER where there is a binary log; the local endpoint's servers have it too.
  db::testing::MariaDbServer server{{.tls = false, .settings = {"log_bin_trust_function_creators=1"}}};
  std::unique_ptr<db::Session> session = db::NativeConnector().connect(server.master(""));
};

TEST_F(DemoRental, HasEveryKindOfObjectAndTextInEveryScript) {
  load();
  EXPECT_EQ(value("SELECT COUNT(*) FROM rental.rental"), "20000");
  EXPECT_EQ(value("SELECT COUNT(*) FROM rental.payment"), "20000");
  EXPECT_EQ(value("SELECT SUM(rentals) FROM reporting.daily_revenue"), "20000");
  EXPECT_EQ(value("SELECT COUNT(*) FROM reporting.customer_overview"), "5000");
  EXPECT_EQ(value("SELECT name FROM rental.customer WHERE id = 1"), "Zoë Groß 🎬");
  EXPECT_EQ(value("SELECT COUNT(*) FROM rental.film WHERE studio = '青空'"), "250");
  EXPECT_EQ(value("SELECT GROUP_CONCAT(DISTINCT table_type ORDER BY 1) FROM information_schema.tables WHERE "
                  "table_schema = 'rental'"),
            "BASE TABLE,VIEW");
  EXPECT_EQ(value("SELECT COUNT(*) FROM information_schema.routines WHERE routine_schema IN ('rental', "
                  "'reporting')"),
            "4");
  EXPECT_EQ(value("SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'rental'"), "3");
  EXPECT_EQ(value("SELECT COUNT(*) FROM information_schema.events WHERE event_schema = 'reporting'"), "1");
  EXPECT_EQ(
      value("SELECT COUNT(*) > 0 FROM rental.film WHERE MATCH (title, description) AGAINST ('violinist')"),
      "1");
}

TEST_F(DemoRental, KeysChecksTriggersAndProceduresWork) {
  load();
  EXPECT_THROW(session->query("INSERT INTO rental.inventory (film_id, store_id) VALUES (60000, 1)"),
               db::SqlError);
  EXPECT_THROW(session->query("UPDATE rental.film SET rental_days = 99 WHERE id = 1"), db::SqlError);
  EXPECT_THROW(session->query("INSERT INTO rental.payment VALUES (1, 1, 0, '2026-01-01')"), db::SqlError);
  session->query("UPDATE rental.customer SET name = 'Ελένη' WHERE id = 2");
  EXPECT_EQ(value("SELECT JSON_VALUE(details, '$.to') FROM reporting.changes"), "Ελένη");
  session->query("CALL rental.rent_film(5, 5, 1, '2026-01-01 10:00:00', @id)");
  EXPECT_EQ(value("SELECT @id"), "20001");
  EXPECT_THROW(session->query("CALL rental.rent_film(5, 6, 1, '2026-01-01 11:00:00', @id)"), db::SqlError);
}

TEST_F(DemoRental, TheSameEveryTime) {
  load();
  const std::string once = checksums();
  session->query("DROP DATABASE reporting");
  session->query("DROP DATABASE rental");
  load();
  EXPECT_EQ(checksums(), once);
}

}  // namespace
}  // namespace aurora::cli
