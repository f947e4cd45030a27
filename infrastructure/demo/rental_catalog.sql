-- Films, people and stores. Every number is computed from the row's own, so that two runs make the same rows.

INSERT INTO rental.language (name)
VALUES ('English'), ('Deutsch'), ('Français'), ('Ελληνικά'), ('Українська'), ('日本語'), ('中文'), ('العربية');

INSERT INTO rental.category (name)
VALUES ('Drama'), ('Komödie'), ('Κωμωδία'), ('アニメ'), ('纪录片'), ('Science-fiction 🚀'), ('Thriller'), ('Música');

INSERT INTO rental.film (title, description, release_year, language_id, rental_days, rental_rate, minutes, rating,
                         features, details, cover, flags)
SELECT CONCAT(ELT(1 + n % 10, 'The Long Harbour', 'Der stille Garten', 'Une nuit à Sète', 'Το φως της Αθήνας',
                  'Зоряна ніч', '東京の朝', '长城之夜', 'Añoranza', 'Smørøyet', 'Żółte latawce'), ' ', n + 1),
       CONCAT('A ', ELT(1 + n % 4, 'quiet', 'thrilling', 'bittersweet', 'luminous'), ' story of a ',
              ELT(1 + (n * 7) % 6, 'baker', 'diver', 'clockmaker', 'pilot', 'violinist', 'cartographer'), ' in ',
              ELT(1 + (n * 3) % 5, 'Lisbon', 'Θεσσαλονίκη', 'Київ', '京都', 'São Paulo'), IF(n % 9 = 0, ' 🎻', '')),
       1950 + n % 75, 1 + n % 8, 2 + n % 6, 0.99 + (n * 37) % 500 / 100, IF(n % 50 = 0, NULL, 70 + n % 110),
       1 + n % 5, (n * 5) % 16,
       JSON_OBJECT('studio', ELT(1 + n % 4, 'Möwe Film', 'Ορίζοντας', '青空', 'Northern Light'), 'budget', (n % 90) * 1000000,
                   'awards', JSON_ARRAY(n % 3, CONCAT('№', n % 7))),
       UNHEX(MD5(n)), n % 256
FROM rental.number WHERE n < 1000;

INSERT INTO rental.actor (given_name, family_name)
SELECT ELT(1 + n % 12, 'Zoë', 'Łukasz', 'Jürgen', 'Ελένη', 'Олена', 'さくら', 'Åsa', 'José', 'Mary', '志明', 'نور', 'Ñusta'),
       ELT(1 + (n * 7) % 10, 'Groß', 'Nowak', 'O''Brien', 'Παππάς', 'Шевченко', '小林', 'Sørensen', 'García', 'Smith',
           'Đặng')
FROM rental.number WHERE n < 200;

INSERT INTO rental.film_actor (film_id, actor_id)
SELECT DISTINCT 1 + n % 1000, 1 + (n * 17 + FLOOR(n / 1000) * 29) % 200 FROM rental.number WHERE n < 5000;

INSERT INTO rental.film_category (film_id, category_id)
SELECT DISTINCT 1 + n % 1000, 1 + (n * 3 + FLOOR(n / 1000)) % 8 FROM rental.number WHERE n < 2000;

INSERT INTO rental.store (city, opens, closes)
VALUES ('Zürich', '09:00:00', '18:30:00'), ('Αθήνα', '10:00:00', '22:00:00'), ('東京', '08:00:00', '23:59:59'),
       ('São Paulo', '09:30:00', '21:00:00');

INSERT INTO rental.staff (name, store_id, employed_since)
SELECT CONCAT(given_name, ' ', family_name), 1 + id % 4, DATE_ADD('2015-03-01', INTERVAL id * 13 DAY)
FROM rental.actor WHERE id <= 24;

UPDATE rental.store SET manager_id = (SELECT MIN(staff.id) FROM rental.staff AS staff WHERE staff.store_id = store.id);

INSERT INTO rental.customer (store_id, name, email, city, active, preferences, joined_on, updated_at)
SELECT 1 + n % 4,
       CONCAT(ELT(1 + n % 12, 'Zoë', 'Łukasz', 'Jürgen', 'Ελένη', 'Олена', 'さくら', 'Åsa', 'José', 'Mary', '志明', 'نور',
                  'Ñusta'), ' ',
              ELT(1 + (n * 7) % 10, 'Groß', 'Nowak', 'O''Brien', 'Παππάς', 'Шевченко', '小林', 'Sørensen', 'García',
                  'Smith', 'Đặng'), IF(n % 97 = 0, ' 🎬', '')),
       CONCAT('customer', n + 1, '@example.com'),
       IF(n % 40 = 0, NULL, ELT(1 + (n * 3) % 8, 'Zürich', 'Łódź', 'Αθήνα', 'Київ', '東京', 'São Paulo', 'Reykjavík',
                                'Springfield')),
       n % 20 <> 0,
       JSON_OBJECT('newsletter', IF(n % 3 = 0, 'yes', 'no'), 'favourites', JSON_ARRAY(1 + n % 8, 1 + (n * 5) % 8)),
       DATE_ADD('2020-01-01', INTERVAL n % 1400 DAY), DATE_ADD('2024-06-01 08:00:00.125', INTERVAL n * 61 SECOND)
FROM rental.number WHERE n < 5000;

INSERT INTO rental.inventory (film_id, store_id)
SELECT 1 + (n * 13) % 1000, 1 + (n + FLOOR(n / 1000)) % 4 FROM rental.number WHERE n < 20000;

INSERT INTO rental.review (film_id, customer_id, stars, body, written_at)
SELECT 1 + n % 1000, 1 + (n * 31 + FLOOR(n / 1000)) % 5000, 1 + (n * 7) % 5,
       ELT(1 + n % 6, 'Wunderbar – „zum Weinen schön“', 'Ωραία ταινία, αλλά μεγάλη σε διάρκεια', '感人至深，值得一看', 'お気に入りです 🌸',
           'Never again!', 'Чудово 👏🏽'),
       DATE_ADD('2024-02-01 00:00:00.000001', INTERVAL n * 4321 SECOND)
FROM rental.number WHERE n < 10000;
