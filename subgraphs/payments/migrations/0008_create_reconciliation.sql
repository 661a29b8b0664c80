CREATE TABLE "bank_statement" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"import_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"account" text NOT NULL,
	"statement_id" text NOT NULL,
	"sequence" text NOT NULL,
	"closing_on" text NOT NULL,
	"is_notification" boolean NOT NULL,
	"currency" char(3),
	"opening_minor" bigint,
	"closing_minor" bigint,
	"entries" integer NOT NULL,
	"lines" integer NOT NULL,
	"content_digest" text NOT NULL,
	CONSTRAINT "bank_statement_key" PRIMARY KEY("tenant_id","import_id","number")
);
--> statement-breakpoint
ALTER TABLE "bank_statement" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "bank_statement_line" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"import_id" uuid NOT NULL,
	"statement_number" integer NOT NULL,
	"account" text NOT NULL,
	"entry" integer NOT NULL,
	"status" text NOT NULL,
	"booked_on" date NOT NULL,
	"value_on" date,
	"amount_minor" bigint NOT NULL,
	"charges_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"is_reversal" boolean NOT NULL,
	"references" text[] NOT NULL,
	"mentions" text[] NOT NULL,
	"bank_reference" text,
	"lookup" text,
	"remittance" text NOT NULL,
	"counterparty_name" text,
	"counterparty_account" text,
	"item_id" uuid,
	CONSTRAINT "bank_statement_line_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "bank_statement_line_charges" CHECK ("bank_statement_line"."charges_minor" >= 0)
);
--> statement-breakpoint
ALTER TABLE "bank_statement_line" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "expected_movement" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"account" text NOT NULL,
	"source" text NOT NULL,
	"references" text[] NOT NULL,
	"lookup" text,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"expected_on" date NOT NULL,
	"fee_minor" bigint NOT NULL,
	"counterparty" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"item_id" uuid,
	CONSTRAINT "expected_movement_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "expected_movement_moves" CHECK ("expected_movement"."amount_minor" <> 0),
	CONSTRAINT "expected_movement_fee" CHECK ("expected_movement"."fee_minor" >= 0)
);
--> statement-breakpoint
ALTER TABLE "expected_movement" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "reconciled_account" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"account" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"imports" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "reconciled_account_key" PRIMARY KEY("tenant_id","account")
);
--> statement-breakpoint
ALTER TABLE "reconciled_account" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "reconciliation_item" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"account" text NOT NULL,
	"status" text NOT NULL,
	"rule" text NOT NULL,
	"state" text NOT NULL,
	"version" integer NOT NULL,
	"currency" char(3) NOT NULL,
	"lines_minor" bigint NOT NULL,
	"expected_minor" bigint NOT NULL,
	"fee_minor" bigint NOT NULL,
	"fee_max_minor" bigint NOT NULL,
	"difference_minor" bigint NOT NULL,
	"line_ids" uuid[] NOT NULL,
	"expected_ids" uuid[] NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"resolution" text,
	"resolved_by" text,
	"resolved_at" timestamp (3) with time zone,
	"requested_by" text,
	"requested_at" timestamp (3) with time zone,
	"reason" text,
	CONSTRAINT "reconciliation_item_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "reconciliation_item_settled" CHECK (("reconciliation_item"."state" = 'SETTLED') = ("reconciliation_item"."status" = 'MATCHED')),
	CONSTRAINT "reconciliation_item_matched" CHECK ("reconciliation_item"."status" <> 'MATCHED' or "reconciliation_item"."difference_minor" = 0),
	CONSTRAINT "reconciliation_item_resolved" CHECK (num_nonnulls("reconciliation_item"."resolution", "reconciliation_item"."resolved_by", "reconciliation_item"."resolved_at") =
        case when "reconciliation_item"."state" in ('RESOLVED', 'WRITTEN_OFF') then 3 else 0 end),
	CONSTRAINT "reconciliation_item_requested" CHECK (num_nonnulls("reconciliation_item"."requested_by", "reconciliation_item"."requested_at", "reconciliation_item"."reason") =
        case when "reconciliation_item"."state" in ('WRITE_OFF_REQUESTED', 'WRITTEN_OFF') then 3 else 0 end),
	CONSTRAINT "reconciliation_item_four_eyes" CHECK ("reconciliation_item"."state" <> 'WRITTEN_OFF' or "reconciliation_item"."requested_by" <> "reconciliation_item"."resolved_by")
);
--> statement-breakpoint
ALTER TABLE "reconciliation_item" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "reconciliation_posting" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"item_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"attempt" integer DEFAULT 1 NOT NULL,
	"transfer_id" uuid NOT NULL,
	"account" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"state" text DEFAULT 'PENDING' NOT NULL,
	"refusal" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"decided_at" timestamp (3) with time zone,
	CONSTRAINT "reconciliation_posting_key" PRIMARY KEY("tenant_id","item_id","kind"),
	CONSTRAINT "reconciliation_posting_moves" CHECK ("reconciliation_posting"."amount_minor" <> 0),
	CONSTRAINT "reconciliation_posting_refused_why" CHECK (("reconciliation_posting"."state" = 'REFUSED') = ("reconciliation_posting"."refusal" is not null)),
	CONSTRAINT "reconciliation_posting_decided" CHECK (("reconciliation_posting"."state" = 'PENDING') = ("reconciliation_posting"."decided_at" is null))
);
--> statement-breakpoint
ALTER TABLE "reconciliation_posting" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "reconciliation_run" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"account" text NOT NULL,
	"day" date NOT NULL,
	"version" integer NOT NULL,
	"revision" integer NOT NULL,
	"completed_at" timestamp (3) with time zone NOT NULL,
	"seen_imports" integer NOT NULL,
	CONSTRAINT "reconciliation_run_key" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "reconciliation_run" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "reconciliation_total" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"run_id" uuid NOT NULL,
	"status" text NOT NULL,
	"currency" char(3) NOT NULL,
	"items" integer NOT NULL,
	"lines" integer NOT NULL,
	"expected" integer NOT NULL,
	"lines_minor" numeric NOT NULL,
	"expected_minor" numeric NOT NULL,
	"fee_minor" numeric NOT NULL,
	"difference_minor" numeric NOT NULL,
	CONSTRAINT "reconciliation_total_key" PRIMARY KEY("tenant_id","run_id","status","currency"),
	CONSTRAINT "reconciliation_total_items" CHECK ("reconciliation_total"."items" > 0)
);
--> statement-breakpoint
ALTER TABLE "reconciliation_total" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "statement_import" (
	"tenant_id" text DEFAULT nullif(current_setting('app.tenant'), '*') NOT NULL,
	"id" uuid NOT NULL,
	"digest" text NOT NULL,
	"format" text NOT NULL,
	"statements" integer NOT NULL,
	"lines" integer NOT NULL,
	"imported_by" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"imported_at" timestamp (3) with time zone,
	CONSTRAINT "statement_import_key" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "statement_import_digest_form" CHECK ("statement_import"."digest" ~ '^[0-9a-f]{64}$')
);
--> statement-breakpoint
ALTER TABLE "statement_import" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "bank_statement" ADD CONSTRAINT "bank_statement_import" FOREIGN KEY ("tenant_id","import_id") REFERENCES "public"."statement_import"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bank_statement" ADD CONSTRAINT "bank_statement_account" FOREIGN KEY ("tenant_id","account") REFERENCES "public"."reconciled_account"("tenant_id","account") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bank_statement_line" ADD CONSTRAINT "bank_statement_line_import_key" FOREIGN KEY ("tenant_id","import_id") REFERENCES "public"."statement_import"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "expected_movement" ADD CONSTRAINT "expected_movement_account" FOREIGN KEY ("tenant_id","account") REFERENCES "public"."reconciled_account"("tenant_id","account") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliation_item" ADD CONSTRAINT "reconciliation_item_run" FOREIGN KEY ("tenant_id","run_id") REFERENCES "public"."reconciliation_run"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliation_posting" ADD CONSTRAINT "reconciliation_posting_item" FOREIGN KEY ("tenant_id","item_id") REFERENCES "public"."reconciliation_item"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliation_run" ADD CONSTRAINT "reconciliation_run_account" FOREIGN KEY ("tenant_id","account") REFERENCES "public"."reconciled_account"("tenant_id","account") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliation_total" ADD CONSTRAINT "reconciliation_total_run" FOREIGN KEY ("tenant_id","run_id") REFERENCES "public"."reconciliation_run"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "bank_statement_once" ON "bank_statement" USING btree ("tenant_id","account","statement_id","sequence","closing_on","is_notification");--> statement-breakpoint
CREATE INDEX "bank_statement_line_open" ON "bank_statement_line" USING btree ("tenant_id","account","booked_on") WHERE "bank_statement_line"."item_id" is null;--> statement-breakpoint
CREATE INDEX "bank_statement_line_bank_reference" ON "bank_statement_line" USING btree ("tenant_id","bank_reference") WHERE "bank_statement_line"."bank_reference" is not null;--> statement-breakpoint
CREATE INDEX "bank_statement_line_lookup" ON "bank_statement_line" USING btree ("tenant_id","lookup") WHERE "bank_statement_line"."lookup" is not null;--> statement-breakpoint
CREATE INDEX "bank_statement_line_import" ON "bank_statement_line" USING btree ("tenant_id","import_id") WHERE "bank_statement_line"."item_id" is null;--> statement-breakpoint
CREATE INDEX "expected_movement_lookup" ON "expected_movement" USING btree ("tenant_id","lookup") WHERE "expected_movement"."lookup" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "expected_movement_once" ON "expected_movement" USING btree ("tenant_id","account","source");--> statement-breakpoint
CREATE INDEX "expected_movement_open" ON "expected_movement" USING btree ("tenant_id","account","expected_on") WHERE "expected_movement"."item_id" is null;--> statement-breakpoint
CREATE INDEX "reconciliation_item_of_run" ON "reconciliation_item" USING btree ("tenant_id","run_id","id");--> statement-breakpoint
CREATE INDEX "reconciliation_item_open" ON "reconciliation_item" USING btree ("tenant_id","account","id") WHERE "reconciliation_item"."state" = 'OPEN';--> statement-breakpoint
CREATE INDEX "reconciliation_item_case" ON "reconciliation_item" USING btree ("tenant_id","id") WHERE "reconciliation_item"."state" <> 'SETTLED';--> statement-breakpoint
CREATE INDEX "reconciliation_item_case_of_account" ON "reconciliation_item" USING btree ("tenant_id","account","id") WHERE "reconciliation_item"."state" <> 'SETTLED';--> statement-breakpoint
CREATE UNIQUE INDEX "reconciliation_posting_transfer" ON "reconciliation_posting" USING btree ("tenant_id","transfer_id");--> statement-breakpoint
CREATE INDEX "reconciliation_posting_pending" ON "reconciliation_posting" USING btree ("tenant_id","created_at","item_id") WHERE "reconciliation_posting"."state" = 'PENDING';--> statement-breakpoint
CREATE INDEX "reconciliation_posting_refused" ON "reconciliation_posting" USING btree ("tenant_id","account") WHERE "reconciliation_posting"."state" = 'REFUSED';--> statement-breakpoint
CREATE UNIQUE INDEX "reconciliation_run_once" ON "reconciliation_run" USING btree ("tenant_id","account","day");--> statement-breakpoint
CREATE UNIQUE INDEX "statement_import_once" ON "statement_import" USING btree ("tenant_id","digest") WHERE "statement_import"."imported_at" is not null;--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "bank_statement" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "bank_statement_line" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "expected_movement" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "reconciled_account" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "reconciliation_item" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "reconciliation_posting" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "reconciliation_run" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "reconciliation_total" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "statement_import" AS PERMISSIVE FOR ALL TO public USING (tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*'));