-- What the generated tables share. Everything is a function of the row number: the same size gives the same company.
-- 36 local months from 2023-01-01 to 2025-12-31 (Europe/Helsinki), everything over and known by 2026-04-01.

-- A number from 0 to below 1, and one that is exponentially distributed with a mean.
CREATE MACRO draw(row, salt) AS hash(xor(hash(CAST(row AS BIGINT)), hash(salt)));
CREATE MACRO chance(row, salt) AS (draw(row, salt) >> 11) / 9007199254740992.0;
CREATE MACRO around(row, salt, mean) AS -ln(1 - chance(row, salt)) * mean;
CREATE MACRO after(instant, elapsed) AS instant + to_seconds(CAST(round(elapsed) AS BIGINT));
CREATE MACRO local_time(instant) AS (instant AT TIME ZONE 'UTC') AT TIME ZONE 'Europe/Helsinki';
CREATE MACRO midnight(local_day) AS (CAST(local_day AS TIMESTAMP) AT TIME ZONE 'Europe/Helsinki') AT TIME ZONE 'UTC';

-- A second of one of the 1096 days: seven weekend days in ten move to a weekday, most of it happens by day.
CREATE MACRO day_of(row, salt) AS DATE '2023-01-01' + CAST(floor(chance(row, salt || ' day') * 1096) AS INTEGER);
CREATE MACRO working_day(day, dice) AS
    CASE WHEN isodow(day) > 5 AND dice < 0.7 AND day < DATE '2025-12-29' THEN day + 3 ELSE day END;
CREATE MACRO moment(row, salt) AS after(
    CAST(working_day(day_of(row, salt), chance(row, salt || ' week')) AS TIMESTAMP) - INTERVAL 2 HOUR,
    CASE WHEN chance(row, salt || ' night') < 0.05 THEN chance(row, salt || ' second') * 86399
         ELSE 27000 + (chance(row, salt || ' second') + chance(row, salt || ' hour')) * 24000 END);

-- Some customers come far more often than others; `known` of them have an identity.
CREATE MACRO customer(row, salt, customers, known) AS CASE WHEN chance(row, salt || ' known') < known
    THEN 'p' || CAST(floor(power(chance(row, salt || ' who'), 1.5) * customers) AS BIGINT) END;
CREATE MACRO reason(row, salt) AS CASE WHEN chance(row, salt || ' reason') < 0.9
    THEN ['billing', 'delivery', 'fault', 'contract', 'advice'][1 + CAST(draw(row, salt || ' which') % 5 AS INTEGER)] END;
CREATE MACRO agent(row, salt) AS 'a' || (draw(row, salt || ' agent') % 200);
CREATE MACRO newest_load() AS TIMESTAMP '2026-04-01 00:00:00';
