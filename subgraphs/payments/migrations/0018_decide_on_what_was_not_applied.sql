CREATE TABLE "unapplied_case" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"state" text DEFAULT 'OPEN' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"is_suspended" boolean DEFAULT true NOT NULL,
	"returned_minor" bigint DEFAULT 0 NOT NULL,
	"resolution" text,
	"wallet_id" uuid,
	"refund_id" uuid,
	"attempt" integer DEFAULT 0 NOT NULL,
	"refusal" text,
	"requested_by" uuid,
	"requested_at" timestamp (3) with time zone,
	"request_reason" text,
	"approved_by" uuid,
	"approved_at" timestamp (3) with time zone,
	"resolved_at" timestamp (3) with time zone,
	CONSTRAINT "unapplied_case_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "unapplied_case_state_known" CHECK ("unapplied_case"."state" in ('OPEN', 'RESOLUTION_REQUESTED', 'RESOLVING', 'RESOLVED')),
	CONSTRAINT "unapplied_case_requested" CHECK (num_nonnulls("unapplied_case"."requested_by", "unapplied_case"."requested_at", "unapplied_case"."request_reason") =
        case when "unapplied_case"."state" in ('RESOLUTION_REQUESTED', 'RESOLVING')
          or ("unapplied_case"."state" = 'RESOLVED' and "unapplied_case"."resolution" not in ('RETURNED', 'REFUNDED')) then 3 else 0 end),
	CONSTRAINT "unapplied_case_approved" CHECK (num_nonnulls("unapplied_case"."approved_by", "unapplied_case"."approved_at") =
        case when "unapplied_case"."state" = 'RESOLVING'
          or ("unapplied_case"."state" = 'RESOLVED' and "unapplied_case"."resolution" not in ('RETURNED', 'REFUNDED')) then 2 else 0 end),
	CONSTRAINT "unapplied_case_resolution" CHECK (("unapplied_case"."state" = 'OPEN') = ("unapplied_case"."resolution" is null)),
	CONSTRAINT "unapplied_case_resolved" CHECK (("unapplied_case"."state" = 'RESOLVED') = ("unapplied_case"."resolved_at" is not null)),
	CONSTRAINT "unapplied_case_to_wallet" CHECK (("unapplied_case"."resolution" is not distinct from 'WALLET') = ("unapplied_case"."wallet_id" is not null)),
	CONSTRAINT "unapplied_case_returned" CHECK ("unapplied_case"."returned_minor" >= 0),
	CONSTRAINT "unapplied_case_four_eyes" CHECK ("unapplied_case"."requested_by" <> "unapplied_case"."approved_by")
);
--> statement-breakpoint
ALTER TABLE "unapplied_case" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "unapplied_case" ADD CONSTRAINT "unapplied_case_of" FOREIGN KEY ("tenant_id","id") REFERENCES "public"."unapplied_money"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "unapplied_case" ADD CONSTRAINT "unapplied_case_wallet" FOREIGN KEY ("tenant_id","wallet_id") REFERENCES "public"."ledger_account"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "unapplied_case" ADD CONSTRAINT "unapplied_case_refund" FOREIGN KEY ("tenant_id","refund_id") REFERENCES "public"."payment"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "unapplied_case_pending" ON "unapplied_case" USING btree ("tenant_id","id") WHERE not "unapplied_case"."is_suspended" or ("unapplied_case"."state" = 'RESOLVING' and "unapplied_case"."refund_id" is null);--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "unapplied_case" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));