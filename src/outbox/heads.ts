/**
 * SQL: the table `heads`, the first job of each lane that has not failed. The lanes are read by skipping from one to the
 * next in the index: thousands of waiting jobs cost nothing.
 */
export const withHeads = `WITH RECURSIVE
  lanes (lane) AS (
    SELECT min(lane) FROM jobs WHERE state <> 'failed'
    UNION ALL
    SELECT (SELECT min(lane) FROM jobs WHERE state <> 'failed' AND lane > lanes.lane) FROM lanes
    WHERE lanes.lane IS NOT NULL),
  heads AS (
    SELECT jobs.* FROM lanes JOIN jobs
      ON id = (SELECT id FROM jobs WHERE state <> 'failed' AND lane = lanes.lane ORDER BY id LIMIT 1))`
