CREATE TABLE "remittance" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"status" text NOT NULL,
	"version" integer NOT NULL,
	"sender_id" uuid NOT NULL,
	"source_account_id" uuid NOT NULL,
	"quote_id" uuid NOT NULL,
	"source_currency" char(3) NOT NULL,
	"target_currency" char(3) NOT NULL,
	"debited_minor" bigint NOT NULL,
	"fees_minor" bigint NOT NULL,
	"delivered_at_mid_minor" bigint NOT NULL,
	"spread_minor" bigint NOT NULL,
	"rounding_minor" bigint NOT NULL,
	"delivered_minor" bigint NOT NULL,
	"mid_rate" numeric NOT NULL,
	"customer_rate" numeric NOT NULL,
	"usd_minor" bigint NOT NULL,
	"beneficiary_name" text NOT NULL,
	"beneficiary_country" char(2) NOT NULL,
	"beneficiary_account" text NOT NULL,
	"beneficiary_bic" text,
	"purpose" text NOT NULL,
	"funds_source" text NOT NULL,
	"message" text,
	"decision_source" text,
	"decision_outcome" text,
	"failure_code" text,
	"rail_reason" text,
	"returned_minor" bigint,
	"settlement_attempt" integer DEFAULT 0 NOT NULL,
	"refund_attempt" integer DEFAULT 0 NOT NULL,
	"retry_at" timestamp (3) with time zone,
	"decide_by" timestamp (3) with time zone NOT NULL,
	"correlation_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "remittance_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "remittance_status_known" CHECK ("remittance"."status" in ('SCREENING', 'REVIEW', 'APPROVED', 'DEBITED', 'SENDING', 'SETTLING', 'COMPLETED', 'REFUNDING', 'REFUNDED', 'FAILED', 'CANCELLED')),
	CONSTRAINT "remittance_debited_is_its_parts" CHECK ("remittance"."debited_minor" = "remittance"."fees_minor" + "remittance"."delivered_at_mid_minor" + "remittance"."spread_minor" + "remittance"."rounding_minor"),
	CONSTRAINT "remittance_no_part_negative" CHECK (least("remittance"."fees_minor", "remittance"."spread_minor", "remittance"."rounding_minor") >= 0
        and least("remittance"."delivered_at_mid_minor", "remittance"."delivered_minor", "remittance"."usd_minor") > 0),
	CONSTRAINT "remittance_decided" CHECK (num_nonnulls("remittance"."decision_source", "remittance"."decision_outcome") in (0, 2)
        and ("remittance"."decision_outcome" is not distinct from 'APPROVE'
          or "remittance"."status" in ('SCREENING', 'REVIEW', 'FAILED', 'CANCELLED'))),
	CONSTRAINT "remittance_failed_why" CHECK (("remittance"."status" in ('FAILED', 'REFUNDING', 'REFUNDED')) = ("remittance"."failure_code" is not null)),
	CONSTRAINT "remittance_returned" CHECK (("remittance"."failure_code" is not distinct from 'RETURNED_BY_BANK') = ("remittance"."returned_minor" is not null)
        and "remittance"."returned_minor" > 0)
);
--> statement-breakpoint
ALTER TABLE "remittance" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "remittance_request" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"requested_by" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"request_hash" text NOT NULL,
	"remittance_id" uuid,
	"refusal_code" text,
	"refusal_message" text,
	"refusal_field" text[],
	"requested_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "remittance_request_key" PRIMARY KEY("tenant_id","requested_by","idempotency_key"),
	CONSTRAINT "remittance_request_one_answer" CHECK (num_nonnulls("remittance_request"."remittance_id", "remittance_request"."refusal_code") = 1)
);
--> statement-breakpoint
ALTER TABLE "remittance_request" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "remittance_transition" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"remittance_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"status" text NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	CONSTRAINT "remittance_transition_key" PRIMARY KEY("tenant_id","remittance_id","version")
);
--> statement-breakpoint
ALTER TABLE "remittance_transition" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "remittance" ADD CONSTRAINT "remittance_source" FOREIGN KEY ("tenant_id","source_account_id") REFERENCES "public"."ledger_account"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "remittance" ADD CONSTRAINT "remittance_quote" FOREIGN KEY ("tenant_id","quote_id") REFERENCES "public"."fx_quote"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "remittance_request" ADD CONSTRAINT "remittance_request_remittance" FOREIGN KEY ("tenant_id","remittance_id") REFERENCES "public"."remittance"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "remittance_transition" ADD CONSTRAINT "remittance_transition_remittance" FOREIGN KEY ("tenant_id","remittance_id") REFERENCES "public"."remittance"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "remittance_of_sender" ON "remittance" USING btree ("tenant_id","sender_id","id");--> statement-breakpoint
CREATE INDEX "remittance_of_status" ON "remittance" USING btree ("tenant_id","status","id");--> statement-breakpoint
CREATE INDEX "remittance_sent" ON "remittance" USING btree ("tenant_id","sender_id","created_at");--> statement-breakpoint
CREATE INDEX "remittance_unfinished" ON "remittance" USING btree ("tenant_id","id") WHERE "remittance"."status" in ('SCREENING', 'REVIEW', 'APPROVED', 'DEBITED', 'SETTLING', 'REFUNDING');--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "remittance" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "remittance_request" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "remittance_transition" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));
--> statement-breakpoint
-- What was said and answered stays.
create trigger append_only before update or delete or truncate on remittance_transition
  for each statement execute function refuse_rewriting_history();
--> statement-breakpoint
create trigger append_only before update or delete or truncate on remittance_request
  for each statement execute function refuse_rewriting_history();
--> statement-breakpoint
-- The answer under a key is stored before the remittance that it names: the key decides which of two requests at once may
-- store one. Drizzle cannot say DEFERRABLE.
alter table remittance_request alter constraint remittance_request_remittance deferrable initially deferred;
