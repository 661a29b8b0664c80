-- IBANs are compared in capitals and without blanks from now on, also with what was matched before.
UPDATE "expected_movement" SET "counterparty" = upper(regexp_replace("counterparty", '\s', '', 'g'))
WHERE "counterparty" ~ '[\sa-z]' AND upper(regexp_replace("counterparty", '\s', '', 'g')) ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$';--> statement-breakpoint
UPDATE "bank_statement_line" SET "counterparty_account" = upper(regexp_replace("counterparty_account", '\s', '', 'g'))
WHERE "counterparty_account" ~ '[\sa-z]' AND upper(regexp_replace("counterparty_account", '\s', '', 'g')) ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$';
