CREATE TABLE "balance_alert" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"entry_sequence" bigint NOT NULL,
	"kind" text NOT NULL,
	"balance_minor" bigint NOT NULL,
	"credit_limit_minor" bigint NOT NULL,
	"threshold_minor" bigint NOT NULL,
	"raised_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "balance_alert_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "balance_alert_entry" UNIQUE("tenant_id","account_id","entry_sequence","kind"),
	CONSTRAINT "balance_alert_kind" CHECK ("balance_alert"."kind" in ('LOW_BALANCE', 'EXHAUSTED'))
);
--> statement-breakpoint
ALTER TABLE "balance_alert" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "balance_entry" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"account_id" uuid NOT NULL,
	"sequence" bigint NOT NULL,
	"kind" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"balance_after_minor" bigint NOT NULL,
	"reference" text NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "balance_entry_tenant_id_account_id_sequence_pk" PRIMARY KEY("tenant_id","account_id","sequence"),
	CONSTRAINT "balance_entry_kind" CHECK ("balance_entry"."kind" in ('OPENING', 'USAGE', 'TOP_UP')),
	CONSTRAINT "balance_entry_sign" CHECK (case "balance_entry"."kind" when 'USAGE' then "balance_entry"."amount_minor" <= 0 when 'TOP_UP' then "balance_entry"."amount_minor" > 0 else true end),
	CONSTRAINT "balance_entry_opening_first" CHECK (("balance_entry"."kind" = 'OPENING') = ("balance_entry"."sequence" = 1))
);
--> statement-breakpoint
ALTER TABLE "balance_entry" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "billing_account" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"owner_id" uuid NOT NULL,
	"msisdn" text NOT NULL,
	"payment_mode" text NOT NULL,
	"tariff_id" uuid NOT NULL,
	"currency" char(3) NOT NULL,
	"credit_limit_minor" bigint NOT NULL,
	"low_balance_threshold_minor" bigint NOT NULL,
	"balance_minor" bigint NOT NULL,
	"entry_sequence" bigint NOT NULL,
	"version" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "billing_account_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "billing_account_msisdn" UNIQUE("tenant_id","msisdn"),
	CONSTRAINT "billing_account_msisdn_e164" CHECK ("billing_account"."msisdn" ~ '^[1-9][0-9]{6,14}$'),
	CONSTRAINT "billing_account_payment_mode" CHECK ("billing_account"."payment_mode" in ('PREPAID', 'POSTPAID')),
	CONSTRAINT "billing_account_credit_limit" CHECK (case "billing_account"."payment_mode" when 'PREPAID' then "billing_account"."credit_limit_minor" = 0 else "billing_account"."credit_limit_minor" > 0 end),
	CONSTRAINT "billing_account_threshold" CHECK ("billing_account"."low_balance_threshold_minor" >= 0),
	CONSTRAINT "billing_account_entry_sequence" CHECK ("billing_account"."entry_sequence" >= 1)
);
--> statement-breakpoint
ALTER TABLE "billing_account" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "tariff_rate" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"tariff_id" uuid NOT NULL,
	"usage_type" text NOT NULL,
	"block_size" bigint NOT NULL,
	"price_per_block" numeric(18, 8) NOT NULL,
	CONSTRAINT "tariff_rate_tenant_id_tariff_id_usage_type_pk" PRIMARY KEY("tenant_id","tariff_id","usage_type"),
	CONSTRAINT "tariff_rate_usage_type" CHECK ("tariff_rate"."usage_type" in ('VOICE', 'DATA', 'SMS')),
	CONSTRAINT "tariff_rate_block_size" CHECK ("tariff_rate"."block_size" between 1 and 9007199254740991),
	CONSTRAINT "tariff_rate_price" CHECK ("tariff_rate"."price_per_block" >= 0)
);
--> statement-breakpoint
ALTER TABLE "tariff_rate" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "tariff" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"currency" char(3) NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "tariff_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "tariff_name" UNIQUE("tenant_id","name"),
	CONSTRAINT "tariff_name_length" CHECK (char_length("tariff"."name") between 1 and 100),
	CONSTRAINT "tariff_currency_code" CHECK ("tariff"."currency" ~ '^[A-Z]{3}$')
);
--> statement-breakpoint
ALTER TABLE "tariff" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "usage_record" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"record_id" text NOT NULL,
	"account_id" uuid NOT NULL,
	"entry_sequence" bigint NOT NULL,
	"usage_type" text NOT NULL,
	"quantity" bigint NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"tariff_id" uuid NOT NULL,
	"block_size" bigint NOT NULL,
	"price_per_block" numeric(18, 8) NOT NULL,
	"currency" char(3) NOT NULL,
	"charge_minor" bigint NOT NULL,
	"balance_after_minor" bigint NOT NULL,
	"charged_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "usage_record_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "usage_record_record_id_unique" UNIQUE("tenant_id","record_id"),
	CONSTRAINT "usage_record_entry" UNIQUE("tenant_id","account_id","entry_sequence"),
	CONSTRAINT "usage_record_record_id" CHECK (char_length("usage_record"."record_id") between 1 and 128),
	CONSTRAINT "usage_record_usage_type" CHECK ("usage_record"."usage_type" in ('VOICE', 'DATA', 'SMS')),
	CONSTRAINT "usage_record_quantity" CHECK ("usage_record"."quantity" between 0 and 9007199254740991),
	CONSTRAINT "usage_record_charge" CHECK ("usage_record"."charge_minor" >= 0)
);
--> statement-breakpoint
ALTER TABLE "usage_record" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "balance_alert" ADD CONSTRAINT "balance_alert_tenant_id_account_id_entry_sequence_balance_entry_tenant_id_account_id_sequence_fk" FOREIGN KEY ("tenant_id","account_id","entry_sequence") REFERENCES "public"."balance_entry"("tenant_id","account_id","sequence") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "balance_entry" ADD CONSTRAINT "balance_entry_tenant_id_account_id_billing_account_tenant_id_id_fk" FOREIGN KEY ("tenant_id","account_id") REFERENCES "public"."billing_account"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "billing_account" ADD CONSTRAINT "billing_account_tenant_id_tariff_id_tariff_tenant_id_id_fk" FOREIGN KEY ("tenant_id","tariff_id") REFERENCES "public"."tariff"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tariff_rate" ADD CONSTRAINT "tariff_rate_tenant_id_tariff_id_tariff_tenant_id_id_fk" FOREIGN KEY ("tenant_id","tariff_id") REFERENCES "public"."tariff"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_record" ADD CONSTRAINT "usage_record_tenant_id_account_id_entry_sequence_balance_entry_tenant_id_account_id_sequence_fk" FOREIGN KEY ("tenant_id","account_id","entry_sequence") REFERENCES "public"."balance_entry"("tenant_id","account_id","sequence") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "balance_alert_newest_of_account" ON "balance_alert" USING btree ("tenant_id","account_id","entry_sequence","id");--> statement-breakpoint
CREATE UNIQUE INDEX "balance_entry_top_up" ON "balance_entry" USING btree ("tenant_id","reference") WHERE "balance_entry"."kind" = 'TOP_UP';--> statement-breakpoint
CREATE INDEX "billing_account_newest" ON "billing_account" USING btree ("tenant_id","created_at","id");--> statement-breakpoint
CREATE INDEX "billing_account_newest_of_owner" ON "billing_account" USING btree ("tenant_id","owner_id","created_at","id");--> statement-breakpoint
CREATE INDEX "consumed_event_age" ON "consumed_event" USING btree ("consumed_at");--> statement-breakpoint
CREATE INDEX "failed_event_waiting" ON "failed_event" USING btree ("consumer","tenant_id","aggregate_type","aggregate_id","arrival") WHERE "failed_event"."parked_at" is null;--> statement-breakpoint
CREATE INDEX "failed_event_parked" ON "failed_event" USING btree ("tenant_id","parked_at") WHERE "failed_event"."parked_at" is not null;--> statement-breakpoint
CREATE INDEX "journal_position" ON "journal" USING btree ("xid","seq");--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "balance_alert" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "balance_entry" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "billing_account" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tariff_rate" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tariff" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "usage_record" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "consumed_event" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "failed_event" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "journal" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));