INSERT INTO customers BY NAME
SELECT 'p' || i AS customer_id,
       ['home', 'small', 'large', 'public', 'partner'][1 + CAST(draw(i, 'segment') % 5 AS INTEGER)] AS segment,
       ['FI', 'FI', 'NO', 'SE'][1 + CAST(draw(i, 'country') % 4 AS INTEGER)] AS country,
       0 AS is_test, newest_load() AS loaded_at
FROM range($customers) AS rows(i);
