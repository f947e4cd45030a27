-- A film rental in MySQL: what a restore has to bring back besides rows. Foreign keys (two tables need each
-- other), checks, generated columns, JSON, full-text search, partitions, bits, bytes, enumerations, and text in
-- many scripts. Runs on Aurora MySQL and on MariaDB. A statement ends with a semicolon before an empty line.

CREATE DATABASE rental CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE DATABASE reporting CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE rental.number (
  n int NOT NULL PRIMARY KEY
) COMMENT = 'The numbers from 0 that the rows below are made of';

INSERT INTO rental.number (n)
SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d
FROM (SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
      UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9) AS a,
     (SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
      UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9) AS b,
     (SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
      UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9) AS c,
     (SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
      UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9) AS e,
     (SELECT 0 AS d UNION ALL SELECT 1) AS f
ORDER BY 1;

CREATE TABLE rental.language (
  id tinyint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name varchar(40) NOT NULL UNIQUE
);

CREATE TABLE rental.category (
  id tinyint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name varchar(40) NOT NULL UNIQUE
);

CREATE TABLE rental.film (
  id smallint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  title varchar(120) NOT NULL,
  description text,
  release_year year NOT NULL,
  language_id tinyint unsigned NOT NULL,
  rental_days tinyint unsigned NOT NULL DEFAULT 3,
  rental_rate decimal(4, 2) NOT NULL,
  rate_per_day decimal(6, 4) GENERATED ALWAYS AS (rental_rate / rental_days) STORED,
  minutes smallint unsigned,
  rating enum('G', 'PG', 'PG-13', 'R', 'NC-17') NOT NULL DEFAULT 'G',
  features set('trailers', 'commentaries', 'deleted scenes', 'behind the scenes'),
  details json NOT NULL,
  studio varchar(60) GENERATED ALWAYS AS (JSON_UNQUOTE(JSON_EXTRACT(details, '$.studio'))) VIRTUAL,
  cover varbinary(16),
  flags bit(8) NOT NULL DEFAULT b'0',
  KEY film_language (language_id),
  KEY film_studio (studio),
  FULLTEXT KEY film_words (title, description),
  CONSTRAINT film_language FOREIGN KEY (language_id) REFERENCES rental.language (id),
  CONSTRAINT film_rate CHECK (rental_rate > 0 AND rental_days BETWEEN 1 AND 30)
) COMMENT = 'Films — titles as they are: Αθήνα, 東京物語, Амели';

CREATE TABLE rental.actor (
  id smallint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  given_name varchar(40) NOT NULL,
  family_name varchar(40) NOT NULL,
  KEY actor_family_name (family_name, given_name)
);

CREATE TABLE rental.film_actor (
  film_id smallint unsigned NOT NULL,
  actor_id smallint unsigned NOT NULL,
  PRIMARY KEY (film_id, actor_id),
  KEY film_actor_actor (actor_id),
  CONSTRAINT film_actor_film FOREIGN KEY (film_id) REFERENCES rental.film (id) ON DELETE CASCADE,
  CONSTRAINT film_actor_actor FOREIGN KEY (actor_id) REFERENCES rental.actor (id) ON DELETE CASCADE
);

CREATE TABLE rental.film_category (
  film_id smallint unsigned NOT NULL,
  category_id tinyint unsigned NOT NULL,
  PRIMARY KEY (film_id, category_id),
  KEY film_category_category (category_id),
  CONSTRAINT film_category_film FOREIGN KEY (film_id) REFERENCES rental.film (id) ON DELETE CASCADE,
  CONSTRAINT film_category_category FOREIGN KEY (category_id) REFERENCES rental.category (id)
);

CREATE TABLE rental.store (
  id tinyint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  city varchar(60) NOT NULL,
  opens time NOT NULL,
  closes time NOT NULL,
  manager_id smallint unsigned
);

CREATE TABLE rental.staff (
  id smallint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name varchar(80) NOT NULL,
  store_id tinyint unsigned NOT NULL,
  employed_since date NOT NULL,
  KEY staff_store (store_id),
  CONSTRAINT staff_store FOREIGN KEY (store_id) REFERENCES rental.store (id)
);

ALTER TABLE rental.store
  ADD CONSTRAINT store_manager FOREIGN KEY (manager_id) REFERENCES rental.staff (id);

CREATE TABLE rental.customer (
  id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  store_id tinyint unsigned NOT NULL,
  name varchar(80) NOT NULL,
  email varchar(120) NOT NULL,
  city varchar(60),
  active tinyint(1) NOT NULL DEFAULT 1,
  preferences json NOT NULL,
  joined_on date NOT NULL,
  updated_at datetime(3) NOT NULL,
  UNIQUE KEY customer_email (email),
  KEY customer_store (store_id),
  KEY customer_name (name),
  CONSTRAINT customer_store FOREIGN KEY (store_id) REFERENCES rental.store (id)
) COMMENT = 'With names as people write them: Zoë, Ελένη, 志明 🎬';

CREATE TABLE rental.inventory (
  id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  film_id smallint unsigned NOT NULL,
  store_id tinyint unsigned NOT NULL,
  KEY inventory_film (film_id),
  KEY inventory_store (store_id, film_id),
  CONSTRAINT inventory_film FOREIGN KEY (film_id) REFERENCES rental.film (id),
  CONSTRAINT inventory_store FOREIGN KEY (store_id) REFERENCES rental.store (id)
);

CREATE TABLE rental.rental (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  rented_at datetime NOT NULL,
  inventory_id int unsigned NOT NULL,
  customer_id int unsigned NOT NULL,
  staff_id smallint unsigned NOT NULL,
  returned_at datetime,
  note varchar(120),
  UNIQUE KEY rental_once (rented_at, inventory_id, customer_id),
  KEY rental_inventory (inventory_id),
  KEY rental_customer (customer_id, rented_at),
  KEY rental_staff (staff_id),
  CONSTRAINT rental_inventory FOREIGN KEY (inventory_id) REFERENCES rental.inventory (id),
  CONSTRAINT rental_customer FOREIGN KEY (customer_id) REFERENCES rental.customer (id),
  CONSTRAINT rental_staff FOREIGN KEY (staff_id) REFERENCES rental.staff (id)
);

CREATE TABLE rental.payment (
  rental_id bigint unsigned NOT NULL,
  customer_id int unsigned NOT NULL,
  amount decimal(8, 2) NOT NULL,
  paid_at datetime NOT NULL,
  PRIMARY KEY (rental_id, paid_at),
  KEY payment_customer (customer_id)
) PARTITION BY RANGE (YEAR(paid_at)) (
  PARTITION until_2024 VALUES LESS THAN (2025),
  PARTITION in_2025 VALUES LESS THAN (2026),
  PARTITION later VALUES LESS THAN MAXVALUE
);

CREATE TABLE rental.review (
  film_id smallint unsigned NOT NULL,
  customer_id int unsigned NOT NULL,
  stars tinyint unsigned NOT NULL,
  body text NOT NULL,
  written_at datetime(6) NOT NULL,
  PRIMARY KEY (film_id, customer_id),
  KEY review_customer (customer_id),
  CONSTRAINT review_film FOREIGN KEY (film_id) REFERENCES rental.film (id),
  CONSTRAINT review_customer FOREIGN KEY (customer_id) REFERENCES rental.customer (id),
  CONSTRAINT review_stars CHECK (stars BETWEEN 1 AND 5)
);

CREATE TABLE reporting.daily_revenue (
  day date NOT NULL,
  store_id tinyint unsigned NOT NULL,
  rentals int unsigned NOT NULL,
  revenue decimal(12, 2) NOT NULL,
  average double GENERATED ALWAYS AS (revenue / rentals) VIRTUAL,
  PRIMARY KEY (day, store_id)
);

CREATE TABLE reporting.changes (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  what varchar(40) NOT NULL,
  details json NOT NULL,
  changed_at datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
);
