CREATE TABLE "large_transaction_report" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"remittance_id" uuid NOT NULL,
	"assessment_id" uuid NOT NULL,
	"sender_id" uuid NOT NULL,
	"sender_name" text,
	"beneficiary_name" text NOT NULL,
	"beneficiary_country" char(2) NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"usd_equivalent" numeric NOT NULL,
	"purpose" text NOT NULL,
	"source_of_funds" text NOT NULL,
	"remittance_created_at" timestamp (3) with time zone NOT NULL,
	"reported_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "large_transaction_report_key" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "large_transaction_report" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "remittance_assessment" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"remittance_id" uuid NOT NULL,
	"sender_id" uuid NOT NULL,
	"beneficiary_name" text NOT NULL,
	"beneficiary_country" char(2) NOT NULL,
	"beneficiary_key" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"usd_equivalent" numeric NOT NULL,
	"purpose" text NOT NULL,
	"source_of_funds" text NOT NULL,
	"request_hash" text NOT NULL,
	"decision" text NOT NULL,
	"reasons" jsonb NOT NULL,
	"sanctions_version" integer,
	"remittance_created_at" timestamp (3) with time zone NOT NULL,
	"assessed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "remittance_assessment_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "remittance_assessment_decision" CHECK ("remittance_assessment"."decision" in ('APPROVE', 'REVIEW', 'DECLINE')),
	CONSTRAINT "remittance_assessment_amount" CHECK ("remittance_assessment"."amount_minor" > 0 and "remittance_assessment"."usd_equivalent" > 0)
);
--> statement-breakpoint
ALTER TABLE "remittance_assessment" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "remittance_review" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"remittance_id" uuid NOT NULL,
	"assessment_id" uuid NOT NULL,
	"held_at" timestamp (3) with time zone NOT NULL,
	"decision" text,
	"reason" text,
	"decided_by" text,
	"decided_at" timestamp (3) with time zone,
	"withdrawn_at" timestamp (3) with time zone,
	CONSTRAINT "remittance_review_key" PRIMARY KEY("tenant_id","remittance_id"),
	CONSTRAINT "remittance_review_decision_known" CHECK ("remittance_review"."decision" in ('APPROVE', 'DECLINE')),
	CONSTRAINT "remittance_review_decided_whole" CHECK (num_nulls("remittance_review"."decision", "remittance_review"."reason", "remittance_review"."decided_by", "remittance_review"."decided_at") in (0, 4))
);
--> statement-breakpoint
ALTER TABLE "remittance_review" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sanctions_key" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"version" integer NOT NULL,
	"key" text NOT NULL,
	"ordinal" integer NOT NULL,
	"word_count" integer NOT NULL,
	CONSTRAINT "sanctions_key_key" PRIMARY KEY("tenant_id","version","key","ordinal")
);
--> statement-breakpoint
ALTER TABLE "sanctions_key" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sanctions_list" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"version" integer NOT NULL,
	"digest" text NOT NULL,
	"entry_count" integer NOT NULL,
	"name_count" integer NOT NULL,
	"imported_by" text NOT NULL,
	"imported_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "sanctions_list_key" PRIMARY KEY("tenant_id","version"),
	CONSTRAINT "sanctions_list_counts" CHECK ("sanctions_list"."version" > 0 and "sanctions_list"."entry_count" > 0 and "sanctions_list"."name_count" >= "sanctions_list"."entry_count")
);
--> statement-breakpoint
ALTER TABLE "sanctions_list" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sanctions_name" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"version" integer NOT NULL,
	"ordinal" integer NOT NULL,
	"entry_id" text NOT NULL,
	"entry_name" text NOT NULL,
	"program" text NOT NULL,
	"name" text NOT NULL,
	CONSTRAINT "sanctions_name_key" PRIMARY KEY("tenant_id","version","ordinal")
);
--> statement-breakpoint
ALTER TABLE "sanctions_name" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "screening_hit" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"assessment_id" uuid NOT NULL,
	"party" text NOT NULL,
	"rank" integer NOT NULL,
	"screened_name" text NOT NULL,
	"entry_id" text NOT NULL,
	"entry_name" text NOT NULL,
	"matched_name" text NOT NULL,
	"program" text NOT NULL,
	"score" numeric(4, 3) NOT NULL,
	"is_exact" boolean NOT NULL,
	CONSTRAINT "screening_hit_key" PRIMARY KEY("tenant_id","assessment_id","party","rank"),
	CONSTRAINT "screening_hit_party" CHECK ("screening_hit"."party" in ('SENDER', 'BENEFICIARY')),
	CONSTRAINT "screening_hit_score" CHECK ("screening_hit"."score" between 0 and 1)
);
--> statement-breakpoint
ALTER TABLE "screening_hit" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE UNIQUE INDEX "large_transaction_report_of_remittance" ON "large_transaction_report" USING btree ("tenant_id","remittance_id");--> statement-breakpoint
CREATE INDEX "large_transaction_report_newest" ON "large_transaction_report" USING btree ("tenant_id","reported_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "remittance_assessment_of_remittance" ON "remittance_assessment" USING btree ("tenant_id","remittance_id");--> statement-breakpoint
CREATE INDEX "remittance_assessment_of_sender" ON "remittance_assessment" USING btree ("tenant_id","sender_id","remittance_created_at");--> statement-breakpoint
CREATE INDEX "remittance_review_open" ON "remittance_review" USING btree ("tenant_id","held_at","remittance_id") WHERE "remittance_review"."decision" is null and "remittance_review"."withdrawn_at" is null;--> statement-breakpoint
CREATE INDEX "remittance_review_newest" ON "remittance_review" USING btree ("tenant_id","held_at","remittance_id");--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "large_transaction_report" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "remittance_assessment" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "remittance_review" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sanctions_key" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sanctions_list" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sanctions_name" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "screening_hit" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));