-- Written by hand from what drizzle-kit generated: every row of the tables from before becomes one of the engine's
-- (docs/adr/0021). A debit there took from an account and a credit added to it, whatever the account, so amounts,
-- balances and sequences stay what they are. All of it is one transaction: it converts everything or nothing.

-- Typed ids as the code spells them: base32 of Crockford, 26 digits of 5 bits, two zero bits in front.
create function pg_temp.typed_id(prefix text, id uuid) returns text language sql immutable strict
return prefix || '_' || (
  select string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', substring(bits from 5 * place + 1 for 5)::int + 1, 1), '' order by place)
  from (select b'00' || ('x' || replace(id::text, '-', ''))::bit(128) as bits) as given, generate_series(0, 25) as place
);
--> statement-breakpoint
ALTER TABLE "ledger_account" DROP CONSTRAINT "ledger_account_purpose_known";
--> statement-breakpoint
ALTER TABLE "ledger_account" DROP CONSTRAINT "ledger_account_wallet_owned";
--> statement-breakpoint
ALTER TABLE "ledger_account" DROP CONSTRAINT "ledger_account_wallet_covered";
--> statement-breakpoint
-- Before the table is written anew, so that its pages have the room that balances need (shared/sql/ledger.sql).
ALTER TABLE "ledger_account" SET (fillfactor = 50);
--> statement-breakpoint
-- In one statement, which writes the table once. Its two partial unique indexes stay: the code of no other subgraph needs
-- them, so the shared table does not declare them. One wallet for a user and a currency; one account of the operator's own
-- for a purpose and a currency.
ALTER TABLE "ledger_account"
	ALTER COLUMN "owner_id" SET DATA TYPE text USING pg_temp.typed_id('usr', "owner_id"),
	ADD COLUMN "number" integer NOT NULL GENERATED ALWAYS AS IDENTITY (sequence name "ledger_account_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	ADD COLUMN "normal_side" text DEFAULT 'CREDIT' NOT NULL,
	ADD COLUMN "status" text DEFAULT 'ACTIVE' NOT NULL,
	ADD COLUMN "held_minor" bigint DEFAULT 0 NOT NULL,
	ADD COLUMN "floor_minor" bigint;
--> statement-breakpoint
-- Money at the bank is the operator's, and grows by debits.
UPDATE "ledger_account" SET "normal_side" = CASE "purpose" WHEN 'FUNDING' THEN 'DEBIT' ELSE 'CREDIT' END,
	"floor_minor" = CASE "purpose" WHEN 'WALLET' THEN 0 END;
--> statement-breakpoint
ALTER TABLE "ledger_account" ALTER COLUMN "normal_side" DROP DEFAULT;
--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_account_number" ON "ledger_account" USING btree ("number");
--> statement-breakpoint
ALTER TABLE "ledger_account" ADD CONSTRAINT "ledger_account_side_known" CHECK ("ledger_account"."normal_side" in ('DEBIT', 'CREDIT'));
--> statement-breakpoint
ALTER TABLE "ledger_account" ADD CONSTRAINT "ledger_account_status_known" CHECK ("ledger_account"."status" in ('ACTIVE', 'FROZEN', 'CLOSED'));
--> statement-breakpoint
ALTER TABLE "ledger_account" ADD CONSTRAINT "ledger_account_held" CHECK ("ledger_account"."held_minor" >= 0);
--> statement-breakpoint
ALTER TABLE "ledger_account" ADD CONSTRAINT "ledger_account_in_range" CHECK (abs("ledger_account"."balance_minor") <= 1000000000000000000);
--> statement-breakpoint
ALTER TABLE "ledger_account" ADD CONSTRAINT "ledger_account_covered" CHECK ("ledger_account"."floor_minor" is null or case "ledger_account"."normal_side" when 'CREDIT' then "ledger_account"."balance_minor"
        else -"ledger_account"."balance_minor" end - "ledger_account"."held_minor" >= "ledger_account"."floor_minor");
--> statement-breakpoint
ALTER TABLE "ledger_account" ADD CONSTRAINT "ledger_account_closed_empty" CHECK ("ledger_account"."status" <> 'CLOSED' or ("ledger_account"."balance_minor" = 0 and "ledger_account"."held_minor" = 0));
--> statement-breakpoint
CREATE TABLE "ledger_hold" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"transfer_id" uuid NOT NULL,
	"debit_number" integer NOT NULL,
	"credit_number" integer NOT NULL,
	"amount_minor" bigint NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "ledger_hold_key" PRIMARY KEY("tenant_id","transfer_id")
);
--> statement-breakpoint
ALTER TABLE "ledger_hold" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "ledger_transfer" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"request_hash" bigint NOT NULL,
	"kind" text NOT NULL,
	"refusal" text,
	"debit_number" integer,
	"credit_number" integer,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"reference" text NOT NULL,
	"subject_id" uuid,
	"expires_at" timestamp (3) with time zone,
	"debit_sequence" bigint,
	"credit_sequence" bigint,
	"debit_balance_minor" bigint,
	"credit_balance_minor" bigint,
	"decided_at" timestamp (3) with time zone NOT NULL,
	"xid" bigint DEFAULT pg_current_xact_id()::text::bigint NOT NULL,
	CONSTRAINT "ledger_transfer_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "ledger_transfer_kind_known" CHECK ("ledger_transfer"."kind" in ('SINGLE', 'PENDING', 'POST_PENDING', 'VOID_PENDING', 'EXPIRE_PENDING', 'REVERSAL')),
	CONSTRAINT "ledger_transfer_accepted" CHECK ("ledger_transfer"."refusal" is not null or ("ledger_transfer"."amount_minor" > 0
        and num_nulls("ledger_transfer"."debit_number", "ledger_transfer"."credit_number") = 0 and "ledger_transfer"."debit_number" <> "ledger_transfer"."credit_number")),
	CONSTRAINT "ledger_transfer_entries" CHECK (num_nulls("ledger_transfer"."debit_sequence", "ledger_transfer"."credit_sequence", "ledger_transfer"."debit_balance_minor", "ledger_transfer"."credit_balance_minor")
        = case when "ledger_transfer"."refusal" is null and "ledger_transfer"."kind" in ('SINGLE', 'POST_PENDING', 'REVERSAL') then 0 else 4 end),
	CONSTRAINT "ledger_transfer_expiry" CHECK (("ledger_transfer"."kind" = 'PENDING') = ("ledger_transfer"."expires_at" is not null))
);
--> statement-breakpoint
ALTER TABLE "ledger_transfer" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "ledger_seal" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"ordinal" bigint NOT NULL,
	"last_xid" bigint NOT NULL,
	"row_count" integer NOT NULL,
	"hash" "bytea" NOT NULL,
	"previous_hash" "bytea" NOT NULL,
	"sealed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "ledger_seal_key" PRIMARY KEY("tenant_id","ordinal")
);
--> statement-breakpoint
ALTER TABLE "ledger_seal" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
-- In the order of their times, as the engine would have stored them. The hash is that of the order as the engine would be
-- asked for it, so that whoever asks again gets the answer of then.
INSERT INTO "ledger_transfer" ("tenant_id", "id", "request_hash", "kind", "debit_number", "credit_number",
	"amount_minor", "currency", "reference", "debit_sequence", "credit_sequence", "debit_balance_minor",
	"credit_balance_minor", "decided_at", "xid")
SELECT t.tenant_id, t.id, ('x' || encode(substring(sha256(convert_to(
		'["SINGLE","' || pg_temp.typed_id('tfr', t.id) || '",' || to_json(t.reference) || ',"'
		|| pg_temp.typed_id('led', t.source_id) || '","' || pg_temp.typed_id('led', t.destination_id) || '","'
		|| t.amount_minor || '","' || t.currency || '",null]', 'UTF8')) from 1 for 8), 'hex'))::bit(64)::bigint,
	'SINGLE', source.number, destination.number, t.amount_minor, t.currency, t.reference, taken.sequence, added.sequence,
	taken.balance_after_minor, added.balance_after_minor, t.posted_at,
	-- As if a thousand at a time had been decided, in their order, by transactions before this one: sealed like all others.
	1 + (row_number() OVER (ORDER BY t.posted_at, t.id) - 1) / greatest(1000, size.rows)
FROM "transfer" t
JOIN "ledger_account" source ON (source.tenant_id, source.id) = (t.tenant_id, t.source_id)
JOIN "ledger_account" destination ON (destination.tenant_id, destination.id) = (t.tenant_id, t.destination_id)
JOIN "ledger_entry" taken ON (taken.tenant_id, taken.transfer_id, taken.account_id, taken.amount_minor)
	= (t.tenant_id, t.id, t.source_id, -t.amount_minor)
JOIN "ledger_entry" added ON (added.tenant_id, added.transfer_id, added.account_id, added.amount_minor)
	= (t.tenant_id, t.id, t.destination_id, t.amount_minor)
CROSS JOIN (SELECT 1 + count(*) / (pg_current_xact_id()::text::bigint - 1) AS rows FROM "transfer") size
ORDER BY t.posted_at, t.id;
--> statement-breakpoint
-- What the joins did not find would be lost with the tables.
DO $$
BEGIN
	IF (SELECT count(*) FROM "transfer") <> (SELECT count(*) FROM "ledger_transfer")
		OR (SELECT count(*) FROM "ledger_entry") <> 2 * (SELECT count(*) FROM "ledger_transfer") THEN
		RAISE EXCEPTION 'The books are not sound: a transfer has not exactly its two entries. Nothing was changed.';
	END IF;
END
$$;
--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_transfer_debit" ON "ledger_transfer" USING btree ("debit_number","debit_sequence") WHERE "ledger_transfer"."debit_sequence" is not null;
--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_transfer_credit" ON "ledger_transfer" USING btree ("credit_number","credit_sequence") WHERE "ledger_transfer"."credit_sequence" is not null;
--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_transfer_subject" ON "ledger_transfer" USING btree ("tenant_id","subject_id") WHERE "ledger_transfer"."subject_id" is not null and "ledger_transfer"."refusal" is null;
--> statement-breakpoint
CREATE INDEX "ledger_transfer_xid" ON "ledger_transfer" USING brin ("xid") WITH (pages_per_range=16,autosummarize=true);
--> statement-breakpoint
CREATE INDEX "ledger_seal_xid" ON "ledger_seal" USING btree ("last_xid");
--> statement-breakpoint
CREATE INDEX "ledger_hold_expiry" ON "ledger_hold" USING btree ("tenant_id","expires_at");
--> statement-breakpoint
DROP TABLE "ledger_entry";
--> statement-breakpoint
DROP TABLE "transfer";
--> statement-breakpoint
ALTER TABLE "payment" DROP CONSTRAINT "payment_status_known";
--> statement-breakpoint
DROP INDEX "payment_unfinished";
--> statement-breakpoint
CREATE INDEX "payment_unfinished" ON "payment" USING btree ("tenant_id","id") WHERE "payment"."status" in ('RISK_PENDING', 'AUTHORISED');
--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_status_known" CHECK ("payment"."status" in ('RISK_PENDING', 'REVIEW', 'AUTHORISED', 'COMPLETED', 'FAILED'));
--> statement-breakpoint
CREATE VIEW "public"."ledger_entry" WITH (security_invoker = true) AS (select tenant_id, debit_number as account_number, debit_sequence as sequence, id as transfer_id,
      -amount_minor as amount_minor, debit_balance_minor as balance_minor, currency, decided_at
    from ledger_transfer where debit_sequence is not null
    union all
    select tenant_id, credit_number, credit_sequence, id, amount_minor, credit_balance_minor, currency, decided_at
    from ledger_transfer where credit_sequence is not null);
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "ledger_hold" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "ledger_seal" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "ledger_transfer" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));
