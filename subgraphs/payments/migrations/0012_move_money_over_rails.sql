CREATE TABLE "payment_route" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"payment_id" uuid NOT NULL,
	"rail" text NOT NULL,
	"name" text NOT NULL,
	"account" text NOT NULL,
	"agent" text,
	"remittance" text,
	CONSTRAINT "payment_route_key" PRIMARY KEY("tenant_id","payment_id")
);
--> statement-breakpoint
ALTER TABLE "payment_route" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "payment" DROP CONSTRAINT "payment_type_known";--> statement-breakpoint
DROP INDEX "payment_unfinished";--> statement-breakpoint
ALTER TABLE "payment" ADD COLUMN "method" text DEFAULT 'WALLET' NOT NULL;--> statement-breakpoint
ALTER TABLE "payment" ADD COLUMN "execution" text;--> statement-breakpoint
ALTER TABLE "rail_instruction" ADD COLUMN "direction" text DEFAULT 'OUT' NOT NULL;--> statement-breakpoint
ALTER TABLE "payment_route" ADD CONSTRAINT "payment_route_payment" FOREIGN KEY ("tenant_id","payment_id") REFERENCES "public"."payment"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "payment_unfinished" ON "payment" USING btree ("tenant_id","id") WHERE "payment"."status" = 'RISK_PENDING' or "payment"."status" = 'PROCESSING' and "payment"."execution" is distinct from 'INSTRUCTED' or "payment"."status" = 'AUTHORISED' and ("payment"."hold" is distinct from 'PLACED' or "payment"."execution" = 'WANTED') or "payment"."hold" = 'RELEASING' or "payment"."execution" = 'RETURNED';--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_method_known" CHECK ("payment"."method" in ('WALLET', 'BANK', 'CARD'));--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_execution_known" CHECK ("payment"."execution" in ('WANTED', 'INSTRUCTED', 'SETTLED', 'RETURNED', 'GIVEN_BACK'));--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_type_known" CHECK ("payment"."type" in ('TOP_UP', 'TRANSFER', 'FEE', 'DEPOSIT', 'WITHDRAWAL', 'REFUND'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "payment_route" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));