-- next_version: Count up the version of a retailer's words. Whoever changes them waits here for whoever else does.
INSERT INTO lexicon_version (retailer_id, version) VALUES (%(retailer_id)s, 1)
ON CONFLICT (retailer_id) DO UPDATE SET version = lexicon_version.version + 1;

-- knowledge: All words of a retailer with their version, in one look; one row without words when there are none.
SELECT lexicon_version.version, word.words, word.lang, word.family, word.sku, word.never, word.other_word_for, pack.kind
FROM lexicon_version
LEFT JOIN lexicon_word AS word ON word.retailer_id = lexicon_version.retailer_id
LEFT JOIN lexicon_pack AS pack ON pack.retailer_id = word.retailer_id AND pack.pack_id = word.pack_id
WHERE lexicon_version.retailer_id = %(retailer_id)s;

-- packs: The packs of a retailer, each with the number of its words.
SELECT pack.pack_id, pack.kind, pack.source, pack.imported_at, pack.report, count(word.words)
FROM lexicon_pack AS pack
LEFT JOIN lexicon_word AS word ON word.retailer_id = pack.retailer_id AND word.pack_id = pack.pack_id
WHERE pack.retailer_id = %(retailer_id)s
GROUP BY pack.retailer_id, pack.pack_id;

-- words_of_pack: The words of a pack.
SELECT word.words, word.lang, word.family, word.sku, word.never, word.other_word_for, pack.kind
FROM lexicon_word AS word
JOIN lexicon_pack AS pack ON pack.retailer_id = word.retailer_id AND pack.pack_id = word.pack_id
WHERE word.retailer_id = %(retailer_id)s AND word.pack_id = %(pack_id)s;

-- put_pack: Make a pack known, or known anew.
INSERT INTO lexicon_pack (retailer_id, pack_id, kind, source, report, imported_at)
VALUES (%(retailer_id)s, %(pack_id)s, %(kind)s, %(source)s, %(report)s::jsonb, %(at)s)
ON CONFLICT (retailer_id, pack_id) DO UPDATE
SET kind = EXCLUDED.kind, source = EXCLUDED.source, report = EXCLUDED.report, imported_at = EXCLUDED.imported_at;

-- clear_words: Empty a pack.
DELETE FROM lexicon_word WHERE retailer_id = %(retailer_id)s AND pack_id = %(pack_id)s;

-- put_words: Words of a pack, all at once.
INSERT INTO lexicon_word (retailer_id, pack_id, lang, words, family, sku, never, other_word_for)
SELECT %(retailer_id)s, %(pack_id)s, one.*
FROM unnest(
    %(langs)s::text[], %(words)s::text[], %(families)s::text[], %(skus)s::text[], %(nevers)s::boolean[], %(likes)s::text[]
) AS one
ON CONFLICT DO NOTHING;

-- drop_pack: Forget a pack.
DELETE FROM lexicon_pack WHERE retailer_id = %(retailer_id)s AND pack_id = %(pack_id)s;

-- clear_proposals: Forget the proposals that nobody decided on.
DELETE FROM lexicon_proposal WHERE retailer_id = %(retailer_id)s AND state = 'open';

-- propose: Propose words, unless somebody has decided on them already.
INSERT INTO lexicon_proposal (
    retailer_id, proposal_id, lang, words, family, sku, score, seen, reasons, proposed_at
) VALUES (
    %(retailer_id)s, %(proposal_id)s, %(lang)s, %(words)s, %(family)s, %(sku)s, %(score)s, %(seen)s, %(reasons)s::jsonb,
    %(at)s
)
ON CONFLICT DO NOTHING;

-- proposals: All proposals.
SELECT proposal_id, lang, words, family, sku, score, seen, reasons, proposed_at, state
FROM lexicon_proposal
WHERE retailer_id = %(retailer_id)s;

-- decide: Accept or reject an open proposal.
UPDATE lexicon_proposal SET state = %(state)s, decided_at = %(at)s
WHERE retailer_id = %(retailer_id)s AND proposal_id = %(proposal_id)s AND state = 'open';

-- learn_pack: The pack of accepted proposals.
INSERT INTO lexicon_pack (retailer_id, pack_id, kind, source, imported_at)
VALUES (%(retailer_id)s, %(pack_id)s, %(kind)s, %(source)s, %(at)s)
ON CONFLICT (retailer_id, pack_id) DO UPDATE SET imported_at = EXCLUDED.imported_at;

-- learn_word: The words of an accepted proposal join their pack.
INSERT INTO lexicon_word (retailer_id, pack_id, lang, words, family, sku)
SELECT retailer_id, %(pack_id)s, lang, words, family, sku
FROM lexicon_proposal
WHERE retailer_id = %(retailer_id)s AND proposal_id = %(proposal_id)s
ON CONFLICT DO NOTHING;

-- add_failure: Keep what was not understood.
INSERT INTO failure (
    retailer_id, store_id, failure_id, at, lang, platform, channel, why, said, words, family, sku, instead
) VALUES (
    %(retailer_id)s, %(store_id)s, %(failure_id)s, %(at)s, %(lang)s, %(platform)s, %(channel)s, %(why)s, %(said)s,
    %(words)s, %(family)s, %(sku)s, %(instead)s
);

-- failures: What was not understood since a moment.
SELECT failure_id, store_id, at, lang, platform, channel, why, said, words, family, sku, instead
FROM failure
WHERE retailer_id = %(retailer_id)s AND at >= %(after)s AND (%(lang)s::text IS NULL OR lang = %(lang)s);

-- forget_failures: Delete what was not understood before a moment.
DELETE FROM failure WHERE retailer_id = %(retailer_id)s AND at < %(before)s;

-- forget_proposals: Delete proposals from before a moment that nobody decided on.
DELETE FROM lexicon_proposal WHERE retailer_id = %(retailer_id)s AND state = 'open' AND proposed_at < %(before)s;
