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
CREATE TABLE "risk_assessment" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"payment_id" uuid NOT NULL,
	"payer_id" uuid NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"amount_euro" numeric(30, 6),
	"decision" text NOT NULL,
	"score" integer NOT NULL,
	"rule_hits" jsonb NOT NULL,
	"explanation" jsonb NOT NULL,
	"payment_created_at" timestamp (3) with time zone NOT NULL,
	"assessed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "risk_assessment_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "risk_assessment_score" CHECK ("risk_assessment"."score" between 0 and 100)
);
--> statement-breakpoint
ALTER TABLE "risk_assessment" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "user" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"display_name" text NOT NULL,
	"roles" text[] NOT NULL,
	"kyc_status" text NOT NULL,
	"version" integer NOT NULL,
	"registered_by" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"request_hash" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "user_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "user_kyc_status_known" CHECK ("user"."kyc_status" in ('PENDING', 'VERIFIED', 'REJECTED'))
);
--> statement-breakpoint
ALTER TABLE "user" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "consumed_event_age" ON "consumed_event" USING btree ("consumed_at");--> statement-breakpoint
CREATE INDEX "failed_event_waiting" ON "failed_event" USING btree ("consumer","tenant_id","aggregate_type","aggregate_id","arrival") WHERE "failed_event"."parked_at" is null;--> statement-breakpoint
CREATE INDEX "failed_event_parked" ON "failed_event" USING btree ("tenant_id","parked_at") WHERE "failed_event"."parked_at" is not null;--> statement-breakpoint
CREATE INDEX "journal_position" ON "journal" USING btree ("xid","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "risk_assessment_of_payment" ON "risk_assessment" USING btree ("tenant_id","payment_id");--> statement-breakpoint
CREATE INDEX "risk_assessment_of_payer" ON "risk_assessment" USING btree ("tenant_id","payer_id","payment_created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "user_idempotency" ON "user" USING btree ("tenant_id","registered_by","idempotency_key");--> statement-breakpoint
CREATE INDEX "user_newest" ON "user" USING btree ("tenant_id","created_at","id");--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "consumed_event" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "failed_event" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "journal" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "risk_assessment" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "user" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));