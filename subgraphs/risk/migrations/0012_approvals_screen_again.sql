CREATE TABLE "payment_rescreening" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"assessment_id" uuid NOT NULL,
	"sanctions_version" integer NOT NULL,
	"reasons" jsonb NOT NULL,
	"hits" jsonb NOT NULL,
	"screened_for" text NOT NULL,
	"screened_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "payment_rescreening_key" PRIMARY KEY("tenant_id","assessment_id","sanctions_version")
);
--> statement-breakpoint
ALTER TABLE "payment_rescreening" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "remittance_rescreening" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"assessment_id" uuid NOT NULL,
	"sanctions_version" integer NOT NULL,
	"reasons" jsonb NOT NULL,
	"hits" jsonb NOT NULL,
	"screened_for" text NOT NULL,
	"screened_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "remittance_rescreening_key" PRIMARY KEY("tenant_id","assessment_id","sanctions_version")
);
--> statement-breakpoint
ALTER TABLE "remittance_rescreening" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "payment_rescreening" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "remittance_rescreening" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
-- What was found, at first and later, is never rewritten.
create trigger append_only before update or delete or truncate on payment_rescreening
  for each statement execute function refuse_rewriting_history();
--> statement-breakpoint
create trigger append_only before update or delete or truncate on remittance_rescreening
  for each statement execute function refuse_rewriting_history();
