CREATE TABLE "rail_file" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"message" text NOT NULL,
	"currency" char(3) NOT NULL,
	"initiating_party" text NOT NULL,
	"transactions" integer NOT NULL,
	"state" text NOT NULL,
	"digest" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone,
	CONSTRAINT "rail_file_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "rail_file_state_known" CHECK ("rail_file"."state" in ('PREPARED', 'STAGED', 'SENT')),
	CONSTRAINT "rail_file_digest" CHECK (("rail_file"."state" = 'PREPARED') = ("rail_file"."digest" is null)),
	CONSTRAINT "rail_file_sent" CHECK (("rail_file"."state" = 'SENT') = ("rail_file"."sent_at" is not null))
);
--> statement-breakpoint
ALTER TABLE "rail_file" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "rail_file_entry" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"instruction_id" uuid NOT NULL,
	"content_hash" text NOT NULL,
	"file_id" uuid,
	"payment_information_id" text,
	"queued_at" timestamp (3) with time zone NOT NULL,
	"cancelled_at" timestamp (3) with time zone,
	"told" boolean DEFAULT false NOT NULL,
	CONSTRAINT "rail_file_entry_key" PRIMARY KEY("tenant_id","instruction_id"),
	CONSTRAINT "rail_file_entry_sent_or_cancelled" CHECK ("rail_file_entry"."file_id" is null or "rail_file_entry"."cancelled_at" is null),
	CONSTRAINT "rail_file_entry_placed" CHECK (("rail_file_entry"."file_id" is null) = ("rail_file_entry"."payment_information_id" is null))
);
--> statement-breakpoint
ALTER TABLE "rail_file_entry" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "rail_instruction" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"rail" text NOT NULL,
	"reference" text NOT NULL,
	"content_hash" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"debtor_name" text NOT NULL,
	"debtor_account" text,
	"debtor_agent" text,
	"creditor_name" text NOT NULL,
	"creditor_account" text,
	"creditor_agent" text,
	"remittance" text,
	"execution_date" date NOT NULL,
	"state" text NOT NULL,
	"reason_code" text,
	"reason_text" text,
	"version" integer NOT NULL,
	"returned_minor" bigint,
	"contradictions" integer DEFAULT 0 NOT NULL,
	"registered_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	"looked_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "rail_instruction_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "rail_instruction_state_known" CHECK ("rail_instruction"."state" in ('REGISTERED', 'UNKNOWN', 'ACCEPTED', 'SETTLED', 'REJECTED', 'CANCELLED', 'RETURNED')),
	CONSTRAINT "rail_instruction_above_zero" CHECK ("rail_instruction"."amount_minor" > 0),
	CONSTRAINT "rail_instruction_returned" CHECK (("rail_instruction"."state" = 'RETURNED') = ("rail_instruction"."returned_minor" is not null))
);
--> statement-breakpoint
ALTER TABLE "rail_instruction" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "rail_notice" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"instruction_id" uuid NOT NULL,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"status" text,
	"reason_code" text,
	"reason_text" text,
	"returned_minor" bigint,
	"effect" text NOT NULL,
	"state" text NOT NULL,
	"heard_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "rail_notice_key" PRIMARY KEY("tenant_id","instruction_id","key"),
	CONSTRAINT "rail_notice_status" CHECK (("rail_notice"."kind" = 'STATUS') = ("rail_notice"."status" is not null)),
	CONSTRAINT "rail_notice_returned" CHECK (("rail_notice"."kind" = 'RETURN') = ("rail_notice"."returned_minor" is not null))
);
--> statement-breakpoint
ALTER TABLE "rail_notice" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sandbox_instruction" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"content_hash" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"fault" text NOT NULL,
	"decline_code" text NOT NULL,
	"arrived_at" timestamp (3) with time zone,
	"cancelled_at" timestamp (3) with time zone,
	"told" integer DEFAULT 0 NOT NULL,
	"next_notice_at" timestamp (3) with time zone,
	CONSTRAINT "sandbox_instruction_key" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "sandbox_instruction" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "settlement_cycle" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"rail" text NOT NULL,
	"currency" char(3) NOT NULL,
	"day" date NOT NULL,
	"number" integer NOT NULL,
	"cut_off_at" timestamp (3) with time zone NOT NULL,
	"settlement_date" date NOT NULL,
	"netting" text NOT NULL,
	"settlement_account_id" uuid NOT NULL,
	"fees_account_id" uuid NOT NULL,
	"state" text NOT NULL,
	"version" integer NOT NULL,
	"attempt" integer NOT NULL,
	"reversal_attempt" integer NOT NULL,
	"refusal_code" text,
	"refusal_account_id" uuid,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "settlement_cycle_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "settlement_cycle_state_known" CHECK ("settlement_cycle"."state" in ('OPEN', 'CLOSED', 'SETTLED', 'REVERSED')),
	CONSTRAINT "settlement_cycle_refusal" CHECK (("settlement_cycle"."refusal_code" is null) = ("settlement_cycle"."refusal_account_id" is null))
);
--> statement-breakpoint
ALTER TABLE "settlement_cycle" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "settlement_item" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"reference" text NOT NULL,
	"cycle_id" uuid NOT NULL,
	"debtor_id" uuid NOT NULL,
	"creditor_id" uuid NOT NULL,
	"amount_minor" bigint NOT NULL,
	"fee_minor" bigint NOT NULL,
	"entered_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "settlement_item_key" PRIMARY KEY("tenant_id","reference"),
	CONSTRAINT "settlement_item_above_zero" CHECK ("settlement_item"."amount_minor" > 0),
	CONSTRAINT "settlement_item_fee" CHECK ("settlement_item"."fee_minor" >= 0),
	CONSTRAINT "settlement_item_two" CHECK ("settlement_item"."debtor_id" <> "settlement_item"."creditor_id")
);
--> statement-breakpoint
ALTER TABLE "settlement_item" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "settlement_position" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"cycle_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"pays_minor" bigint NOT NULL,
	"receives_minor" bigint NOT NULL,
	"fees_minor" bigint NOT NULL,
	CONSTRAINT "settlement_position_key" PRIMARY KEY("tenant_id","cycle_id","account_id")
);
--> statement-breakpoint
ALTER TABLE "settlement_position" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "rail_file_entry" ADD CONSTRAINT "rail_file_entry_instruction" FOREIGN KEY ("tenant_id","instruction_id") REFERENCES "public"."rail_instruction"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rail_file_entry" ADD CONSTRAINT "rail_file_entry_file" FOREIGN KEY ("tenant_id","file_id") REFERENCES "public"."rail_file"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rail_notice" ADD CONSTRAINT "rail_notice_instruction" FOREIGN KEY ("tenant_id","instruction_id") REFERENCES "public"."rail_instruction"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement_item" ADD CONSTRAINT "settlement_item_cycle" FOREIGN KEY ("tenant_id","cycle_id") REFERENCES "public"."settlement_cycle"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement_position" ADD CONSTRAINT "settlement_position_cycle" FOREIGN KEY ("tenant_id","cycle_id") REFERENCES "public"."settlement_cycle"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "rail_file_unsent" ON "rail_file" USING btree ("tenant_id","id") WHERE "rail_file"."state" <> 'SENT';--> statement-breakpoint
CREATE INDEX "rail_file_entry_waiting" ON "rail_file_entry" USING btree ("tenant_id","queued_at","instruction_id") WHERE "rail_file_entry"."file_id" is null and "rail_file_entry"."cancelled_at" is null;--> statement-breakpoint
CREATE INDEX "rail_file_entry_untold" ON "rail_file_entry" USING btree ("tenant_id","instruction_id") WHERE "rail_file_entry"."cancelled_at" is not null and not "rail_file_entry"."told";--> statement-breakpoint
CREATE INDEX "rail_file_entry_of_file" ON "rail_file_entry" USING btree ("tenant_id","file_id","instruction_id");--> statement-breakpoint
CREATE INDEX "rail_instruction_of_reference" ON "rail_instruction" USING btree ("tenant_id","reference");--> statement-breakpoint
CREATE INDEX "rail_instruction_open" ON "rail_instruction" USING btree ("tenant_id","rail","looked_at") WHERE "rail_instruction"."state" in ('REGISTERED', 'UNKNOWN', 'ACCEPTED');--> statement-breakpoint
CREATE INDEX "sandbox_instruction_due" ON "sandbox_instruction" USING btree ("tenant_id","next_notice_at","id") WHERE "sandbox_instruction"."next_notice_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "settlement_cycle_once" ON "settlement_cycle" USING btree ("tenant_id","rail","currency","day","number");--> statement-breakpoint
CREATE INDEX "settlement_cycle_unsettled" ON "settlement_cycle" USING btree ("tenant_id","cut_off_at") WHERE "settlement_cycle"."state" in ('OPEN', 'CLOSED');--> statement-breakpoint
CREATE INDEX "settlement_item_of_cycle" ON "settlement_item" USING btree ("tenant_id","cycle_id","debtor_id","creditor_id");--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "rail_file" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "rail_file_entry" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "rail_instruction" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "rail_notice" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sandbox_instruction" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "settlement_cycle" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "settlement_item" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "settlement_position" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));