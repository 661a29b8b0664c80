CREATE TABLE "payment_review" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"payment_id" uuid NOT NULL,
	"payer_id" uuid NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"held_at" timestamp (3) with time zone NOT NULL,
	"decision" text,
	"reason" text,
	"decided_by" text,
	"decided_at" timestamp (3) with time zone,
	"withdrawn_at" timestamp (3) with time zone,
	CONSTRAINT "payment_review_key" PRIMARY KEY("tenant_id","payment_id"),
	CONSTRAINT "payment_review_decision_known" CHECK ("payment_review"."decision" in ('APPROVE', 'DECLINE')),
	CONSTRAINT "payment_review_decided_whole" CHECK (num_nulls("payment_review"."decision", "payment_review"."reason", "payment_review"."decided_by", "payment_review"."decided_at") in (0, 4))
);
--> statement-breakpoint
ALTER TABLE "payment_review" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "payment_review_open" ON "payment_review" USING btree ("tenant_id","held_at","payment_id") WHERE "payment_review"."decision" is null and "payment_review"."withdrawn_at" is null;--> statement-breakpoint
CREATE INDEX "payment_review_newest" ON "payment_review" USING btree ("tenant_id","held_at","payment_id");--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "payment_review" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));