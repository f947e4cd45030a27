-- The tables of PostgreSQL's benchmark pgbench, as `pgbench -i` makes them, here without the program.
-- A statement ends with a semicolon before an empty line. :scale is the number of branches.

CREATE TABLE public.pgbench_branches (
  bid integer NOT NULL,
  bbalance integer,
  filler character(88)
) WITH (fillfactor = 100);

CREATE TABLE public.pgbench_tellers (
  tid integer NOT NULL,
  bid integer,
  tbalance integer,
  filler character(84)
) WITH (fillfactor = 100);

CREATE TABLE public.pgbench_accounts (
  aid integer NOT NULL,
  bid integer,
  abalance integer,
  filler character(84)
) WITH (fillfactor = 100);

CREATE TABLE public.pgbench_history (
  tid integer,
  bid integer,
  aid integer,
  delta integer,
  mtime timestamp without time zone,
  filler character(22)
);

INSERT INTO public.pgbench_branches (bid, bbalance)
SELECT branch, 0 FROM generate_series(1, :scale) AS branch;

INSERT INTO public.pgbench_tellers (tid, bid, tbalance)
SELECT teller, (teller - 1) / 10 + 1, 0 FROM generate_series(1, :scale * 10) AS teller;
