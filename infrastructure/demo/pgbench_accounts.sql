-- The accounts of one branch, :branch of pgbench: 100,000 rows of 97 bytes and more.

INSERT INTO public.pgbench_accounts (aid, bid, abalance, filler)
SELECT account, :branch, (account::bigint * 7919) % 20001 - 10000, ''
FROM generate_series((:branch - 1) * 100000 + 1, :branch * 100000) AS account;
