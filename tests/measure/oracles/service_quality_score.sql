-- Service quality: the mean over persons of their mean over the five questions about service, from 0 to 100.
-- Who answered less than half of what they were asked is n_na.
-- output: mean
SELECT avg(score) AS value, count(score) AS n, count(*) - count(score) AS n_na FROM person_means('quality_service', $item, $p0, $p1, $as_of)
