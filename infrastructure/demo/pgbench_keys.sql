-- Some transactions, then the keys of `pgbench -i --foreign-keys`; last, because rows go in faster without.

INSERT INTO public.pgbench_history (tid, bid, aid, delta, mtime)
SELECT (n * 31) % (:scale * 10) + 1, ((n * 31) % (:scale * 10)) / 10 + 1, (n * 104729) % (:scale * 100000) + 1,
       (n * 17) % 10001 - 5000, timestamp '2026-01-01 00:00:00' + n * interval '97 seconds'
FROM generate_series(1::bigint, 20000) AS n;

ALTER TABLE public.pgbench_branches ADD PRIMARY KEY (bid);

ALTER TABLE public.pgbench_tellers ADD PRIMARY KEY (tid);

ALTER TABLE public.pgbench_accounts ADD PRIMARY KEY (aid);

ALTER TABLE public.pgbench_tellers
  ADD CONSTRAINT pgbench_tellers_bid_fkey FOREIGN KEY (bid) REFERENCES public.pgbench_branches;

ALTER TABLE public.pgbench_accounts
  ADD CONSTRAINT pgbench_accounts_bid_fkey FOREIGN KEY (bid) REFERENCES public.pgbench_branches;

ALTER TABLE public.pgbench_history
  ADD CONSTRAINT pgbench_history_bid_fkey FOREIGN KEY (bid) REFERENCES public.pgbench_branches,
  ADD CONSTRAINT pgbench_history_tid_fkey FOREIGN KEY (tid) REFERENCES public.pgbench_tellers,
  ADD CONSTRAINT pgbench_history_aid_fkey FOREIGN KEY (aid) REFERENCES public.pgbench_accounts;

ANALYZE public.pgbench_branches, public.pgbench_tellers, public.pgbench_accounts, public.pgbench_history;
