CREATE TABLE "payment_screening_hit" (
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
	CONSTRAINT "payment_screening_hit_key" PRIMARY KEY("tenant_id","assessment_id","party","rank"),
	CONSTRAINT "payment_screening_hit_party" CHECK ("payment_screening_hit"."party" in ('SENDER', 'BENEFICIARY')),
	CONSTRAINT "payment_screening_hit_score" CHECK ("payment_screening_hit"."score" between 0 and 1)
);
--> statement-breakpoint
ALTER TABLE "payment_screening_hit" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "risk_assessment" ADD COLUMN "payee_id" uuid;--> statement-breakpoint
ALTER TABLE "risk_assessment" ADD COLUMN "counterparty" jsonb;--> statement-breakpoint
ALTER TABLE "risk_assessment" ADD COLUMN "compliance_reasons" jsonb;--> statement-breakpoint
ALTER TABLE "risk_assessment" ADD COLUMN "sanctions_version" integer;--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "payment_screening_hit" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
-- What was found is never rewritten.
create trigger append_only before update or delete or truncate on payment_screening_hit
  for each statement execute function refuse_rewriting_history();
