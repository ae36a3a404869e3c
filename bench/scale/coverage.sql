INSERT INTO coverage BY NAME
SELECT unnest(['conversations', 'calls', 'responses', 'orders', 'promises', 'subscriptions', 'customers', 'fx_rates']) AS "table",
       DATE '2022-01-01' AS from_date, DATE '2026-03-31' AS to_date, newest_load() AS loaded_at;
