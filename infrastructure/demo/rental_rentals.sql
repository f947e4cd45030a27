-- Part :part of the rentals with their payments: 20,000 of each.

INSERT INTO rental.rental (id, rented_at, inventory_id, customer_id, staff_id, returned_at, note)
SELECT i, DATE_ADD('2024-01-01', INTERVAL i * 4 MINUTE), 1 + (i * 7919) % 20000, 1 + (i * 104729) % 5000, 1 + i % 24,
       IF(i % 50 = 0, NULL, DATE_ADD('2024-01-01', INTERVAL i * 4 + 600 + (i * 37) % 9000 MINUTE)),
       CASE WHEN i % 110 = 0 THEN 'Bitte klingeln – 2. Stock' WHEN i % 170 = 0 THEN 'お急ぎください 🙏' END
FROM (SELECT CAST(:part - 1 AS unsigned) * 20000 + n + 1 AS i FROM rental.number) AS part;

INSERT INTO rental.payment (rental_id, customer_id, amount, paid_at)
SELECT r.id, r.customer_id,
       f.rental_rate + GREATEST(0, DATEDIFF(COALESCE(r.returned_at, r.rented_at), r.rented_at)
                     - CAST(f.rental_days AS signed)) * 0.5,
       COALESCE(r.returned_at, r.rented_at)
FROM rental.rental AS r JOIN rental.inventory AS i ON i.id = r.inventory_id JOIN rental.film AS f ON f.id = i.film_id
WHERE r.id BETWEEN (:part - 1) * 20000 + 1 AND :part * 20000;
