CREATE TABLE "unapplied_money" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"reference" text NOT NULL,
	"owner_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"direction" text NOT NULL,
	"place" text NOT NULL,
	"reason" text NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "unapplied_money_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "unapplied_money_above_zero" CHECK ("unapplied_money"."amount_minor" > 0)
);
--> statement-breakpoint
ALTER TABLE "unapplied_money" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "rail_notice" ADD COLUMN "return_reference" text;--> statement-breakpoint
ALTER TABLE "rail_notice" ADD COLUMN "booked_on" date;--> statement-breakpoint
ALTER TABLE "unapplied_money" ADD CONSTRAINT "unapplied_money_account" FOREIGN KEY ("tenant_id","account_id") REFERENCES "public"."ledger_account"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "unapplied_money_of_reference" ON "unapplied_money" USING btree ("tenant_id","reference","id");--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "unapplied_money" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));
--> statement-breakpoint
-- What was recorded stays.
create trigger append_only before update or delete or truncate on unapplied_money
  for each statement execute function refuse_rewriting_history();
