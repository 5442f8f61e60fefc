-- A price made up for a demonstration says so. The next import that has a real one takes its place.
ALTER TABLE offer ADD COLUMN estimated boolean NOT NULL DEFAULT false;
