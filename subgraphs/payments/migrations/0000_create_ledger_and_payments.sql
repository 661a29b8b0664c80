CREATE TABLE "consumed_event" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"consumer" text NOT NULL,
	"event_id" uuid NOT NULL,
	"consumed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "consumed_event_key" PRIMARY KEY("tenant_id","consumer","event_id")
);
--> statement-breakpoint
ALTER TABLE "consumed_event" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "dispatch_offset" (
	"source" text PRIMARY KEY NOT NULL,
	"xid" "xid8" NOT NULL,
	"seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "failed_event" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"consumer" text NOT NULL,
	"event_id" uuid NOT NULL,
	"arrival" bigint GENERATED ALWAYS AS IDENTITY (sequence name "failed_event_arrival_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"aggregate_type" text NOT NULL,
	"aggregate_id" text NOT NULL,
	"event" jsonb NOT NULL,
	"attempts" integer NOT NULL,
	"next_attempt_at" timestamp (3) with time zone NOT NULL,
	"last_error" text,
	"parked_at" timestamp (3) with time zone,
	CONSTRAINT "failed_event_key" PRIMARY KEY("tenant_id","consumer","event_id")
);
--> statement-breakpoint
ALTER TABLE "failed_event" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "journal" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"aggregate_type" text NOT NULL,
	"aggregate_id" text NOT NULL,
	"version" integer NOT NULL,
	"xid" "xid8" DEFAULT greatest(pg_current_xact_id(), (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)::text::xid8) NOT NULL,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "journal_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"event_id" uuid NOT NULL,
	"type" text NOT NULL,
	"data" jsonb NOT NULL,
	"actor" text NOT NULL,
	"correlation_id" text NOT NULL,
	"causation_id" text,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "journal_version" PRIMARY KEY("tenant_id","aggregate_type","aggregate_id","version"),
	CONSTRAINT "journal_version_positive" CHECK ("journal"."version" > 0),
	CONSTRAINT "journal_data_size" CHECK (pg_column_size(data) <= 65536)
);
--> statement-breakpoint
ALTER TABLE "journal" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "journal_seal" (
	"ordinal" bigint NOT NULL,
	"last_xid" "xid8" NOT NULL,
	"last_seq" bigint NOT NULL,
	"row_count" integer NOT NULL,
	"hash" "bytea" NOT NULL,
	"previous_hash" "bytea" NOT NULL,
	"sealed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "journal_seal_ordinal" PRIMARY KEY("ordinal")
);
--> statement-breakpoint
CREATE TABLE "billing_account_ref" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"owner_id" uuid NOT NULL,
	"currency" char(3) NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "billing_account_ref_key" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "billing_account_ref" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "ledger_account" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"owner_id" uuid,
	"currency" char(3) NOT NULL,
	"balance_minor" bigint DEFAULT 0 NOT NULL,
	"last_sequence" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "ledger_account_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "ledger_account_purpose_known" CHECK ("ledger_account"."purpose" in ('WALLET', 'FUNDING', 'BILLING_CLEARING')),
	CONSTRAINT "ledger_account_wallet_owned" CHECK (("ledger_account"."purpose" = 'WALLET') = ("ledger_account"."owner_id" is not null)),
	CONSTRAINT "ledger_account_wallet_covered" CHECK ("ledger_account"."purpose" <> 'WALLET' or "ledger_account"."balance_minor" >= 0)
);
--> statement-breakpoint
ALTER TABLE "ledger_account" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "ledger_entry" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"account_id" uuid NOT NULL,
	"sequence" bigint NOT NULL,
	"transfer_id" uuid NOT NULL,
	"amount_minor" bigint NOT NULL,
	"balance_after_minor" bigint NOT NULL,
	"posted_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "ledger_entry_key" PRIMARY KEY("tenant_id","account_id","sequence"),
	CONSTRAINT "ledger_entry_sequence_positive" CHECK ("ledger_entry"."sequence" > 0),
	CONSTRAINT "ledger_entry_not_zero" CHECK ("ledger_entry"."amount_minor" <> 0)
);
--> statement-breakpoint
ALTER TABLE "ledger_entry" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "payment" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"type" text NOT NULL,
	"status" text NOT NULL,
	"version" integer NOT NULL,
	"payer_id" uuid NOT NULL,
	"source_account_id" uuid NOT NULL,
	"clearing_account_id" uuid NOT NULL,
	"billing_account_id" uuid NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"transfer_id" uuid NOT NULL,
	"correlation_id" text NOT NULL,
	"decision_source" text,
	"decision_explanation" jsonb,
	"failure_code" text,
	"failure_message" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"completed_at" timestamp (3) with time zone,
	CONSTRAINT "payment_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "payment_status_known" CHECK ("payment"."status" in ('RISK_PENDING', 'REVIEW', 'COMPLETED', 'FAILED')),
	CONSTRAINT "payment_above_zero" CHECK ("payment"."amount_minor" > 0),
	CONSTRAINT "payment_completed_when" CHECK (("payment"."status" = 'COMPLETED') = ("payment"."completed_at" is not null)),
	CONSTRAINT "payment_failed_why" CHECK (("payment"."status" = 'FAILED') = ("payment"."failure_code" is not null)),
	CONSTRAINT "payment_decided" CHECK (("payment"."status" = 'RISK_PENDING') = ("payment"."decision_source" is null))
);
--> statement-breakpoint
ALTER TABLE "payment" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "payment_request" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"requested_by" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"request_hash" text NOT NULL,
	"payment_id" uuid,
	"refusal_code" text,
	"refusal_message" text,
	"refusal_field" text[],
	"requested_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "payment_request_key" PRIMARY KEY("tenant_id","requested_by","idempotency_key"),
	CONSTRAINT "payment_request_one_answer" CHECK (num_nonnulls("payment_request"."payment_id", "payment_request"."refusal_code") = 1)
);
--> statement-breakpoint
ALTER TABLE "payment_request" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "payment_transition" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"payment_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"status" text NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	CONSTRAINT "payment_transition_key" PRIMARY KEY("tenant_id","payment_id","version")
);
--> statement-breakpoint
ALTER TABLE "payment_transition" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "transfer" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"source_id" uuid NOT NULL,
	"destination_id" uuid NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"reference" text NOT NULL,
	"posted_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "transfer_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "transfer_above_zero" CHECK ("transfer"."amount_minor" > 0),
	CONSTRAINT "transfer_between_two" CHECK ("transfer"."source_id" <> "transfer"."destination_id")
);
--> statement-breakpoint
ALTER TABLE "transfer" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "ledger_entry" ADD CONSTRAINT "ledger_entry_account" FOREIGN KEY ("tenant_id","account_id") REFERENCES "public"."ledger_account"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_entry" ADD CONSTRAINT "ledger_entry_transfer" FOREIGN KEY ("tenant_id","transfer_id") REFERENCES "public"."transfer"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_source" FOREIGN KEY ("tenant_id","source_account_id") REFERENCES "public"."ledger_account"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_clearing" FOREIGN KEY ("tenant_id","clearing_account_id") REFERENCES "public"."ledger_account"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_billing_account" FOREIGN KEY ("tenant_id","billing_account_id") REFERENCES "public"."billing_account_ref"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_request" ADD CONSTRAINT "payment_request_payment" FOREIGN KEY ("tenant_id","payment_id") REFERENCES "public"."payment"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_transition" ADD CONSTRAINT "payment_transition_payment" FOREIGN KEY ("tenant_id","payment_id") REFERENCES "public"."payment"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfer" ADD CONSTRAINT "transfer_source" FOREIGN KEY ("tenant_id","source_id") REFERENCES "public"."ledger_account"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfer" ADD CONSTRAINT "transfer_destination" FOREIGN KEY ("tenant_id","destination_id") REFERENCES "public"."ledger_account"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "consumed_event_age" ON "consumed_event" USING btree ("consumed_at");--> statement-breakpoint
CREATE INDEX "failed_event_waiting" ON "failed_event" USING btree ("consumer","tenant_id","aggregate_type","aggregate_id","arrival") WHERE "failed_event"."parked_at" is null;--> statement-breakpoint
CREATE INDEX "failed_event_parked" ON "failed_event" USING btree ("tenant_id","parked_at") WHERE "failed_event"."parked_at" is not null;--> statement-breakpoint
CREATE INDEX "journal_position" ON "journal" USING btree ("xid","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_account_one_wallet_each" ON "ledger_account" USING btree ("tenant_id","owner_id","currency") WHERE "ledger_account"."purpose" = 'WALLET';--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_account_one_for_each_purpose" ON "ledger_account" USING btree ("tenant_id","purpose","currency") WHERE "ledger_account"."owner_id" is null;--> statement-breakpoint
CREATE INDEX "ledger_account_of_owner" ON "ledger_account" USING btree ("tenant_id","owner_id","id");--> statement-breakpoint
CREATE INDEX "payment_of_payer" ON "payment" USING btree ("tenant_id","payer_id","id");--> statement-breakpoint
CREATE INDEX "payment_of_status" ON "payment" USING btree ("tenant_id","status","id");--> statement-breakpoint
CREATE INDEX "payment_unfinished" ON "payment" USING btree ("tenant_id","id") WHERE "payment"."status" = 'RISK_PENDING';--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "consumed_event" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "failed_event" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "journal" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "billing_account_ref" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "ledger_account" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "ledger_entry" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "payment" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "payment_request" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "payment_transition" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "transfer" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));