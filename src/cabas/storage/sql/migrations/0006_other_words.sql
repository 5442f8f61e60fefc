-- The name that taught words are another word for: what products are called where none is called by the words themselves.
ALTER TABLE lexicon_word ADD COLUMN other_word_for text NOT NULL DEFAULT '';
