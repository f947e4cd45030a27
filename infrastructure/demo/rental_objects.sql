-- Reports, views, functions, procedures, triggers and events; last, because rows go in faster without triggers.

INSERT INTO reporting.daily_revenue (day, store_id, rentals, revenue)
SELECT DATE(p.paid_at), i.store_id, COUNT(*), SUM(p.amount)
FROM rental.payment AS p JOIN rental.rental AS r ON r.id = p.rental_id
     JOIN rental.inventory AS i ON i.id = r.inventory_id
GROUP BY DATE(p.paid_at), i.store_id;

DROP TABLE rental.number;

CREATE VIEW rental.film_list AS
SELECT f.id, f.title, l.name AS language, f.rental_rate, f.rating, f.studio,
       (SELECT GROUP_CONCAT(c.name ORDER BY c.name SEPARATOR ', ')
        FROM rental.film_category AS fc JOIN rental.category AS c ON c.id = fc.category_id
        WHERE fc.film_id = f.id) AS categories
FROM rental.film AS f JOIN rental.language AS l ON l.id = f.language_id;

CREATE SQL SECURITY INVOKER VIEW rental.open_rentals AS
SELECT r.id, r.rented_at, c.name AS customer, f.title
FROM rental.rental AS r JOIN rental.customer AS c ON c.id = r.customer_id
     JOIN rental.inventory AS i ON i.id = r.inventory_id JOIN rental.film AS f ON f.id = i.film_id
WHERE r.returned_at IS NULL;

CREATE VIEW reporting.revenue_by_city AS
SELECT s.city, YEAR(d.day) AS year, SUM(d.rentals) AS rentals, SUM(d.revenue) AS revenue
FROM reporting.daily_revenue AS d JOIN rental.store AS s ON s.id = d.store_id
GROUP BY s.city, YEAR(d.day);

CREATE FUNCTION rental.total_paid(customer int unsigned) RETURNS decimal(12, 2)
READS SQL DATA
COMMENT 'What a customer has paid in all'
BEGIN
  DECLARE total decimal(12, 2);
  SELECT COALESCE(SUM(p.amount), 0) INTO total FROM rental.payment AS p WHERE p.customer_id = customer;
  RETURN total;
END;

CREATE FUNCTION rental.is_in_stock(copy int unsigned) RETURNS tinyint(1)
READS SQL DATA
RETURN NOT EXISTS (SELECT 1 FROM rental.rental AS r WHERE r.inventory_id = copy AND r.returned_at IS NULL);

CREATE PROCEDURE rental.rent_film(IN copy int unsigned, IN customer int unsigned, IN clerk smallint unsigned,
                                  IN at datetime, OUT new_rental bigint unsigned)
MODIFIES SQL DATA
BEGIN
  IF NOT rental.is_in_stock(copy) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this copy is rented out; ce film est déjà loué';
  END IF;
  INSERT INTO rental.rental (rented_at, inventory_id, customer_id, staff_id) VALUES (at, copy, customer, clerk);
  SET new_rental = LAST_INSERT_ID();
END;

CREATE PROCEDURE reporting.refresh_day(IN which date)
MODIFIES SQL DATA
SQL SECURITY INVOKER
BEGIN
  REPLACE INTO reporting.daily_revenue (day, store_id, rentals, revenue)
  SELECT DATE(p.paid_at), i.store_id, COUNT(*), SUM(p.amount)
  FROM rental.payment AS p JOIN rental.rental AS r ON r.id = p.rental_id
       JOIN rental.inventory AS i ON i.id = r.inventory_id
  WHERE p.paid_at >= which AND p.paid_at < which + INTERVAL 1 DAY
  GROUP BY DATE(p.paid_at), i.store_id;
END;

CREATE TRIGGER rental.customer_touched BEFORE UPDATE ON rental.customer FOR EACH ROW
SET NEW.updated_at = CURRENT_TIMESTAMP(3);

CREATE TRIGGER rental.customer_renamed AFTER UPDATE ON rental.customer FOR EACH ROW
BEGIN
  IF NEW.name <> OLD.name THEN
    INSERT INTO reporting.changes (what, details)
    VALUES ('customer renamed', JSON_OBJECT('id', NEW.id, 'from', OLD.name, 'to', NEW.name));
  END IF;
END;

CREATE TRIGGER rental.payment_is_positive BEFORE INSERT ON rental.payment FOR EACH ROW
BEGIN
  IF NEW.amount <= 0 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a payment must be positive';
  END IF;
END;

CREATE EVENT reporting.refresh_yesterday
ON SCHEDULE EVERY 1 DAY STARTS '2026-01-01 03:00:00'
COMMENT 'Runs only where the event scheduler is on'
DO CALL reporting.refresh_day(CURRENT_DATE - INTERVAL 1 DAY);

ANALYZE TABLE rental.film, rental.customer, rental.inventory, rental.rental, rental.payment, reporting.daily_revenue;

CREATE VIEW reporting.customer_overview AS
SELECT c.id, c.name, c.city, s.city AS store, c.joined_on, COUNT(r.id) AS rentals, MAX(r.rented_at) AS last_rental
FROM rental.customer AS c JOIN rental.store AS s ON s.id = c.store_id
     LEFT JOIN rental.rental AS r ON r.customer_id = c.id
GROUP BY c.id, c.name, c.city, s.city, c.joined_on;
