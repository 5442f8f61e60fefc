-- newest_agreements: The newest version of each agreement of a retailer.
SELECT DISTINCT ON (agreement_id) agreement_id, version, document
FROM agreement
WHERE retailer_id = %(retailer_id)s
ORDER BY agreement_id, version DESC;

-- add_agreement: The next version of an agreement.
INSERT INTO agreement (retailer_id, agreement_id, version, document, created_at)
SELECT %(retailer_id)s, %(agreement_id)s, coalesce(max(version), 0) + 1, %(document)s, %(at)s
FROM agreement
WHERE retailer_id = %(retailer_id)s AND agreement_id = %(agreement_id)s
HAVING max(version) IS NULL OR NOT EXISTS (
    SELECT FROM agreement AS newest
    WHERE newest.retailer_id = %(retailer_id)s AND newest.agreement_id = %(agreement_id)s
      AND newest.version = max(agreement.version) AND newest.document = %(document)s
)
RETURNING version;
