/** A row, when secrets are sealed: the id of the key, and whether what stood unsealed before is gone from the file. */
export const seal = `
CREATE TABLE seal (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  key TEXT NOT NULL,
  swept INTEGER NOT NULL
) STRICT;
`
