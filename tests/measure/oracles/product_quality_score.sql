-- Product quality: the mean of answers from 0 to 100. Of each person one answer for each product (item) of each order counts,
-- the latest with a score; a question left open is n_na.
-- output: mean
SELECT avg(of_100) AS value, count(of_100) AS n, count(*) - count(of_100) AS n_na FROM questions('quality_product', $p0, $p1, $as_of)
