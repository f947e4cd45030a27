-- A small shop: what a restore has to bring back besides rows. Foreign keys, an identity and a sequence,
-- a view, a function, a check, an index on an expression, arrays, JSON, and text in many scripts.

CREATE SCHEMA app_schema;

CREATE TABLE public.users (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL UNIQUE,
  city text,
  preferences jsonb NOT NULL DEFAULT '{}',
  created_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.users IS 'Customers — with names as people write them: Zoë, Łukasz, 小林, Ελένη';

CREATE TABLE public.products (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  category text NOT NULL,
  price numeric(10, 2) NOT NULL CHECK (price > 0),
  stock integer NOT NULL CHECK (stock >= 0),
  tags text[] NOT NULL DEFAULT '{}'
);

CREATE SEQUENCE app_schema.order_number START WITH 100000;

CREATE TABLE app_schema.orders (
  number bigint PRIMARY KEY DEFAULT nextval('app_schema.order_number'),
  user_id integer NOT NULL REFERENCES public.users,
  product_id integer NOT NULL REFERENCES public.products,
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 100),
  unit_price numeric(10, 2) NOT NULL,
  note text,
  ordered_at timestamp with time zone NOT NULL
);

ALTER SEQUENCE app_schema.order_number OWNED BY app_schema.orders.number;

INSERT INTO public.users (name, email, city, preferences, created_at)
SELECT given[1 + n % 12] || ' ' || family[1 + (n * 7) % 10], 'user' || n || '@example.com', city[1 + (n * 3) % 8],
       jsonb_build_object('newsletter', n % 3 = 0, 'language', language[1 + n % 6]),
       timestamp with time zone '2024-01-01 00:00:00+00' + n * interval '53 minutes'
FROM generate_series(1, 10000) AS n,
     (SELECT ARRAY['Zoë', 'Łukasz', 'Jürgen', 'Ελένη', 'Олена', 'さくら', 'Åsa', 'José', 'Mary', '志明', 'نور',
                   'Ñusta'] AS given,
             ARRAY['Groß', 'Nowak', 'O''Brien', 'Παππάς', 'Шевченко', '小林', 'Sørensen', 'García', 'Smith',
                   'Đặng'] AS family,
             ARRAY['Zürich', 'Łódź', 'Αθήνα', 'Київ', '東京', 'São Paulo', 'Reykjavík', 'Springfield'] AS city,
             ARRAY['de', 'pl', 'el', 'uk', 'ja', 'en'] AS language) AS words;

INSERT INTO public.products (name, category, price, stock, tags)
SELECT category[1 + n % 6] || ' №' || n, category[1 + n % 6], 0.99 + (n * 37) % 20000 / 100.0, (n * 13) % 500,
       CASE WHEN n % 4 = 0 THEN ARRAY['new', '☕'] WHEN n % 4 = 1 THEN ARRAY['sale'] ELSE '{}' END
FROM generate_series(1, 1000) AS n,
     (SELECT ARRAY['Café', 'Thé', 'Jäätelö', 'Piñata', '茶碗', 'Gözlük'] AS category) AS words;

INSERT INTO app_schema.orders (user_id, product_id, quantity, unit_price, note, ordered_at)
SELECT 1 + (n * 7919) % 10000, product.id, 1 + n % 5, product.price,
       CASE WHEN n % 10 = 0 THEN 'Bitte klingeln – 2. Stock, „Müller“' WHEN n % 17 = 0 THEN 'お急ぎください' END,
       timestamp with time zone '2025-01-01 00:00:00+00' + n * interval '11 minutes'
FROM generate_series(1, 50000) AS n JOIN public.products AS product ON product.id = 1 + (n * 31) % 1000
ORDER BY n;

CREATE INDEX users_lower_name ON public.users (lower(name));

CREATE INDEX orders_user ON app_schema.orders (user_id, ordered_at);

CREATE VIEW app_schema.order_overview AS
SELECT o.number, u.name AS customer, u.city, p.name AS product, o.quantity, o.quantity * o.unit_price AS total,
       o.ordered_at
FROM app_schema.orders AS o JOIN public.users AS u ON u.id = o.user_id
     JOIN public.products AS p ON p.id = o.product_id;

CREATE FUNCTION app_schema.total_spent(customer integer) RETURNS numeric
LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(quantity * unit_price), 0) FROM app_schema.orders WHERE user_id = customer;
$$;

ANALYZE public.users, public.products, app_schema.orders;
